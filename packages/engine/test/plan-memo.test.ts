import { compilePolicies } from '@lockstitch/policy'
import { describe, expect, test } from 'vitest'
import { cerbosPlanner } from '../src/cerbos-planner.ts'
import { Engine, type PlanInput } from '../src/index.ts'
import { PLAN_POLICIES, PLAN_QUESTIONS } from './plan-policies.ts'

const policy = (condition: string): { path: string; text: string }[] => [
  {
    path: 'document.yaml',
    text: `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          expr: ${condition}
`,
  },
]

const asked = (attr: Record<string, unknown> = {}): PlanInput => ({
  principal: {
    id: 'u1',
    roles: ['user'],
    attr: attr as NonNullable<PlanInput['principal']['attr']>,
  },
  resource: { kind: 'document' },
  actions: ['view'],
})

test('with compat and without its planner nothing is planned, and the error says what to give', () => {
  const engine = Engine.fromFiles(policy('true'), { compat: 'cerbos' })
  expect(() => engine.plan(asked())).toThrow('`planner: cerbosPlanner`')
})

describe.each([undefined, 'cerbos'] as const)(
  'plans that are asked for again (compat %s)',
  (compat) => {
    const engineOf = (condition: string, clock?: () => number): Engine =>
      Engine.fromFiles(policy(condition), {
        ...(compat && { compat, planner: cerbosPlanner }),
        ...(clock && { clock }),
      })

    test('are the same', () => {
      const engine = engineOf('R.attr.owner == P.id')
      const first = engine.plan({ ...asked(), requestId: 'one' })
      const second = engine.plan({ ...asked(), requestId: 'two' })
      expect(second).toEqual({ ...first, requestId: 'two' })
      expect(second.filter).toBe(first.filter)
    })

    test('cannot be changed by who was told them', () => {
      const engine = engineOf('R.attr.owner == P.id')
      const { filter, matchedScopes } = engine.plan(asked())
      expect(() => Object.assign(filter, { kind: 'allowed' })).toThrow(TypeError)
      ;(matchedScopes as Map<string, string>).set('view', 'elsewhere')
      expect(engine.plan(asked()).matchedScopes).toEqual(new Map([['view', '']]))
    })

    test.each([
      [{ level: 0 }, { level: -0 }],
      [{ team: 'a' }, { team: 'b' }],
      [{ team: ['a', 'b'] }, { team: ['a,b'] }],
      [{ team: null }, {}],
      [{ level: 1 }, { level: '1' }],
    ])('are others for other attributes: %j and %j', (one, other) => {
      const engine = engineOf(
        'P.attr == R.attr.of || 1.0 / P.attr.level > 0.0 || P.attr.team == R.attr.team',
      )
      const told = engine.plan(asked(one)).filterDebug
      const fresh = engineOf(
        'P.attr == R.attr.of || 1.0 / P.attr.level > 0.0 || P.attr.team == R.attr.team',
      )
      expect(engine.plan(asked(other)).filterDebug).toBe(fresh.plan(asked(other)).filterDebug)
      expect(fresh.plan(asked(other)).filterDebug).not.toBe(told)
    })

    test.each([
      ['hasIntersection(R.attr.tags, ["x", P.attr.team])', { level: 0 }, { level: 'high' }],
      ['R.attr.region == P.attr.acl.region', { acl: { a: 1 } }, { acl: { b: 1 } }],
      ['R.attr.region == P.attr.acl.region', { acl: 'eu' }, { acl: { region: 'eu' } }],
      ['has(P.attr.acl.region) || R.attr.open', { acl: 'eu' }, { acl: { region: 'eu' } }],
      ['R.attr.region == P.attr["acl"]["region"]', { acl: [] }, { acl: { region: [] } }],
    ])('tell nothing of who asked before: %s', (condition, one, other) => {
      const engine = engineOf(condition)
      engine.plan(asked(one))
      const fresh = engineOf(condition)
      expect(engine.plan(asked(other)).filter).toEqual(fresh.plan(asked(other)).filter)
    })

    test.each([
      'R.attr.owner == P.id',
      'P.id != request.resource.attr.owner',
      '!(R.attr.owner == request.principal.id || R.attr.other == "u1") && R.attr.open',
      'R.attr.owner == P.id && P.id == "u2"',
      'R.attr.owner == P.id || P.id in R.attr.list',
      'R.attr.owner == P.id && R.attr.owner != P.attr.x',
      'R.attr.list.exists(each, each == P.id) || R.attr.owner == P.id',
      'R.attr.owner.x == P.id && {"u1": true}[P.id]',
      '{"u2": "a"}[R.attr.key] == P.id',
    ])('have the id of who asks: %s', (condition) => {
      const quoted = `'${condition.replaceAll("'", "''")}'`
      const asker = (id: string, x: string): PlanInput => {
        const input = asked({ x })
        return { ...input, principal: { ...input.principal, id } }
      }
      const engine = engineOf(quoted)
      for (const id of ['u1', 'u2', '\u0000', 'u3', 'u1']) {
        for (const x of ['a', '\u0000']) {
          const plan = (each: Engine): unknown => {
            try {
              return each.plan(asker(id, x))
            } catch (error) {
              return String(error)
            }
          }
          expect(plan(engine)).toEqual(plan(engineOf(quoted)))
        }
      }
    })

    test('are made anew where a condition asks for the time', () => {
      let now = Date.UTC(2026, 0, 1)
      const engine = engineOf(
        'now() < timestamp("2026-06-01T00:00:00Z") && R.attr.owner == P.id',
        () => now,
      )
      expect(engine.plan(asked()).filter.kind).toBe('conditional')
      now = Date.UTC(2026, 6, 1)
      expect(engine.plan(asked()).filter.kind).toBe('denied')
    })

    test('are made anew for other policies', () => {
      const engine = engineOf('R.attr.owner == P.id')
      expect(engine.plan(asked()).filter.kind).toBe('conditional')
      engine.update(policy('P.id == "u1"'))
      expect(engine.plan(asked()).filter.kind).toBe('allowed')
    })

    test('are those of a new engine, whoever has asked before', () => {
      const files = Object.entries(PLAN_POLICIES).map(([path, text]) => ({ path, text }))
      const options = { ...(compat && { compat, planner: cerbosPlanner }) }
      const { policySet } = compilePolicies(files, options)
      if (policySet === undefined) throw new Error('the policies are to compile')
      const old = new Engine(policySet, options)
      for (const question of Object.values(PLAN_QUESTIONS)) {
        for (const asker of othersThan(question)) {
          const one = planOrError(old, asker)
          expect(one).toEqual(planOrError(new Engine(policySet, options), asker))
          expect(planOrError(old, asker)).toEqual(one)
        }
      }
    })
  },
)

/** The same question of others, with attributes that are others, of other types, or not there. */
function othersThan(question: PlanInput): PlanInput[] {
  const { principal, resource } = question
  const { attr = {} } = principal
  const attributes = [
    attr,
    {},
    ...Object.keys(attr).flatMap((name) =>
      [null, 1, 'other', ['u1'], true].map((value) => ({ ...attr, [name]: value })),
    ),
  ]
  return [
    ...attributes.map((each) => ({ ...question, principal: { ...principal, attr: each } })),
    { ...question, principal: { ...principal, id: 'somebody else' } },
    { ...question, principal: { ...principal, scope: 'acme' } },
    {
      ...question,
      resource: { ...resource, attr: { ...resource.attr, owner: 'u1', status: 'x' } },
    },
  ]
}

function planOrError(engine: Engine, input: PlanInput): unknown {
  try {
    return engine.plan(input)
  } catch (error) {
    return String(error)
  }
}
