import { describe, expect, test } from 'vitest'

import { allow, deny, linkPolicies, resourcePolicy, when } from '../test/policies.ts'
import type { DecisionRecord } from './decision-record.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { EngineError } from './errors.ts'

const openPolicies = linkPolicies({
  'doc.yaml': resourcePolicy('doc', {
    rules: [
      allow('view', ['user'], { output: { when: { ruleActivated: '"seen"' } } }),
      deny('fragile', ['user'], when('R.attr.nope')),
      allow('fragile', ['user']),
      allow('own', ['user'], when('R.attr.__proto__ == "x" && R.attr.constructor == "y"')),
      allow('old', ['user'], when('now() < timestamp("2024-01-02T00:00:00Z")')),
    ],
  }),
  'scoped.yaml': resourcePolicy('doc', { scope: 'acme', rules: [] }),
})
const closedPolicies = linkPolicies({ 'doc.yaml': resourcePolicy('doc', { rules: [] }) })

const principal = { id: 'ann', roles: ['user'] }
const resource = { kind: 'doc', id: 'd1' }
const view = { principal, resource, actions: ['view'] }

function engineWith(options: EngineOptions = {}): Engine {
  let ids = 0
  const clock = (): number => Date.UTC(2024, 0, 1)
  return new Engine(openPolicies, { clock, newId: () => `id-${++ids}`, ...options })
}

function effectOf(engine: Engine, action: string, attr = {}): string | undefined {
  const input = { principal, resource: { ...resource, attr }, actions: [action] }
  return engine.check(input).actions.get(action)?.effect
}

describe('an engine', () => {
  test('denies where a condition fails, unless told to be as Cerbos is by default', () => {
    expect(effectOf(engineWith(), 'fragile')).toBe('EFFECT_DENY')
    expect(effectOf(engineWith({ strictEvaluation: false }), 'fragile')).toBe('EFFECT_ALLOW')
  })

  test('serves scopes without policies, unless told not to', () => {
    const input = { principal, resource: { ...resource, scope: 'globex' }, actions: ['view'] }
    const effect = (engine: Engine): string | undefined =>
      engine.check(input).actions.get('view')?.effect
    expect(effect(engineWith())).toBe('EFFECT_ALLOW')
    expect(effect(engineWith({ lenientScopeSearch: false }))).toBe('EFFECT_DENY')
  })

  test('knows the scopes of its policies', () => {
    const engine = engineWith()
    expect([...engine.scopes].sort()).toEqual(['', 'acme'])
    expect([engine.hasScope('acme'), engine.hasScope('globex')]).toEqual([true, false])
  })

  test('takes `__proto__` and `constructor` as names of attributes', () => {
    const attr = JSON.parse('{"__proto__": "x", "constructor": "y"}')
    expect(effectOf(engineWith(), 'own', attr)).toBe('EFFECT_ALLOW')
    expect(effectOf(engineWith(), 'own', {})).toBe('EFFECT_DENY')
  })

  test('refuses bad input before it decides anything', () => {
    const records: DecisionRecord[] = []
    const engine = engineWith({ onDecision: (record) => records.push(record) })
    expect(() => engine.check({ ...view, actions: [] })).toThrow(EngineError)
    expect(records).toEqual([])
  })

  test('decides nothing once it is closed', async () => {
    const engine = engineWith()
    engine.close()
    const closed = expect.objectContaining({ code: 'engine-closed' })
    expect(() => engine.check(view)).toThrow(closed)
    expect(() => engine.explain(view, 'view')).toThrow(closed)
    await expect(
      engine.checkResources({ principal, resources: [{ resource, actions: ['view'] }] }),
    ).rejects.toThrow(closed)
  })

  test('has no query plans, and says so', async () => {
    const planning = engineWith().planResources({ principal, resource, action: 'view' })
    await expect(planning).rejects.toMatchObject({ name: 'EngineError', code: 'not-implemented' })
  })

  test('reports wildcards that never match', () => {
    const rules = [allow('a[*', ['user'])]
    const policySet = linkPolicies({ 'doc.yaml': resourcePolicy('doc', { rules }) })
    expect(new Engine(policySet).status.warnings).toEqual([
      'doc.yaml:1: `a[*` is not a valid wildcard and never matches',
    ])
  })
})

describe('checkResources', () => {
  const request = {
    principal,
    requestId: 'r1',
    resources: [
      { resource: { ...resource, policyVersion: 'default', scope: 'acme' }, actions: ['view'] },
      { resource: { kind: 'other', id: 'o' }, actions: ['view', '__proto__'] },
    ],
  }

  test('answers in the shape of the Cerbos SDK and in the order of the request', async () => {
    const response = await engineWith().checkResources({ ...request, includeMetadata: true })
    expect(response).toEqual({
      cerbosCallId: 'id-1',
      requestId: 'r1',
      generation: 1,
      results: [
        {
          resource: { kind: 'doc', id: 'd1', policyVersion: 'default', scope: 'acme' },
          actions: { view: 'EFFECT_ALLOW' },
          metadata: {
            actions: { view: { matchedPolicy: 'resource.doc.vdefault/acme', matchedScope: '' } },
            effectiveDerivedRoles: [],
          },
          outputs: [{ action: 'view', source: 'resource.doc.vdefault#rule-001', value: 'seen' }],
          validationErrors: [],
        },
        {
          resource: { kind: 'other', id: 'o', policyVersion: '', scope: '' },
          actions: { view: 'EFFECT_DENY', ['__proto__']: 'EFFECT_DENY' },
          metadata: expect.anything(),
          outputs: [],
          validationErrors: [],
        },
      ],
    })
    expect(Object.getPrototypeOf(response.results[0]?.actions)).toBeNull()
    expect(Object.keys(response.results[1]?.actions ?? {})).toEqual(['view', '__proto__'])
  })

  test('leaves the metadata out unless asked', async () => {
    const { results } = await engineWith().checkResources(request)
    expect(results.map(({ metadata }) => metadata)).toEqual([undefined, undefined])
  })

  test('reads the clock once', async () => {
    const reads: number[] = []
    const clock = (): number => {
      reads.push(Date.UTC(2023, 11, 31 + reads.length))
      return reads.at(-1) ?? 0
    }
    const engine = engineWith({ clock })
    reads.length = 1
    const old = { resource, actions: ['old'] }
    const { results } = await engine.checkResources({ principal, resources: [old, old, old] })
    expect(results.map(({ actions }) => actions.old)).toEqual(Array(3).fill('EFFECT_ALLOW'))
    expect(reads).toHaveLength(2)
  })

  test('names the resource that is not sound', async () => {
    const bad = { resource: { ...resource, attr: { at: new Date(0) } }, actions: ['view'] }
    const good = { resource, actions: ['view'] }
    await expect(
      engineWith().checkResources({ principal, resources: [good, bad] } as never),
    ).rejects.toThrow('`resources[1].resource.attr.at` must be JSON')
  })

  test.each([
    ['no request', undefined, 'wrong-type'],
    ['no resources', { principal, resources: [] }, 'no-resources'],
    ['resources that are no list', { principal, resources: {} }, 'wrong-type'],
    [
      'a resource without actions',
      { principal, resources: [{ resource, actions: [] }] },
      'no-actions',
    ],
    ['an entry that is null', { principal, resources: [null] }, 'wrong-type'],
  ])('rejects %s', async (_what, bad, code) => {
    await expect(engineWith().checkResources(bad as never)).rejects.toThrow(
      expect.objectContaining({ name: 'EngineError', code }),
    )
  })
})

describe('replacing the policies', () => {
  test('takes effect from the next call on and counts', () => {
    const engine = engineWith()
    const before = engine.check(view)
    expect(engine.replace(closedPolicies)).toBe(2)
    const after = engine.check(view)
    expect([before.generation, before.actions.get('view')?.effect]).toEqual([1, 'EFFECT_ALLOW'])
    expect([after.generation, after.actions.get('view')?.effect]).toEqual([2, 'EFFECT_DENY'])
    expect(engine.status).toMatchObject({ generation: 2, policies: 1, lastReload: { ok: true } })
  })

  test('a call sees one policy set from start to end', async () => {
    const engine = engineWith({ onDecision: () => engine.replace(closedPolicies) })
    const { results } = await engine.checkResources({
      principal,
      resources: [1, 2, 3].map(() => ({ resource, actions: ['view'] })),
    })
    expect(results.map(({ actions }) => actions.view)).toEqual(Array(3).fill('EFFECT_ALLOW'))
  })

  test('a failure is in the status and the policies before it stay in force', () => {
    const engine = engineWith()
    engine.reportFailedReload({ diagnostics: [], text: 'broken' })
    expect(engine.status.lastReload).toMatchObject({ ok: false, text: 'broken' })
    expect(engine.check(view).generation).toBe(1)
  })
})

describe('onDecision', () => {
  test('is told every decision, with the id of the call', () => {
    const records: DecisionRecord[] = []
    const engine = engineWith({ onDecision: (record) => records.push(record) })
    engine.check({ ...view, actions: ['view', 'drop'], requestId: 'r1' }, { decisionId: 'mine' })
    expect(records).toEqual([
      {
        decisionId: 'mine',
        time: Date.UTC(2024, 0, 1),
        generation: 1,
        requestId: 'r1',
        principal,
        resource,
        action: 'view',
        effect: 'EFFECT_ALLOW',
        matchedPolicy: 'resource.doc.vdefault',
        matchedScope: '',
      },
      expect.objectContaining({ decisionId: 'mine', action: 'drop', effect: 'EFFECT_DENY' }),
    ])
  })

  test('makes an id where the caller gives none', async () => {
    const records: DecisionRecord[] = []
    const engine = engineWith({ onDecision: (record) => records.push(record) })
    engine.check(view)
    const resources = [view, view].map(({ actions }) => ({ resource, actions }))
    const { cerbosCallId } = await engine.checkResources({ principal, resources })
    expect(records.map(({ decisionId }) => decisionId)).toEqual(['id-1', 'id-2', 'id-2'])
    expect(cerbosCallId).toBe('id-2')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
    [
      'tries to change it',
      (record: DecisionRecord) => {
        Object.assign(record, { effect: 'EFFECT_ALLOW' })
      },
    ],
  ])(
    'changes no decision when it %s',
    async (_what, onDecision: EngineOptions['onDecision'] & {}) => {
      const engine = engineWith({ onDecision })
      expect(effectOf(engine, 'view')).toBe('EFFECT_ALLOW')
      expect(effectOf(engine, 'drop')).toBe('EFFECT_DENY')
      await Promise.resolve()
      expect(engine.status.decisionHookFailures).toBe(_what === 'tries to change it' ? 0 : 2)
    },
  )

  test('is not told what is explained', () => {
    const records: DecisionRecord[] = []
    engineWith({ onDecision: (record) => records.push(record) }).explain(view, 'view')
    expect(records).toEqual([])
  })
})
