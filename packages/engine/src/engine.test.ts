import { describe, expect, test } from 'vitest'

import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  principalPolicy,
  resourcePolicy,
  when,
} from '../test/policies.ts'
import type { DecisionRecord } from './decision-record.ts'
import { deferred } from './deferred.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { EngineError } from './errors.ts'

// Compiled by the first test that asks: what runs outside of tests belongs to none of them.
const openPolicies = deferred(() =>
  linkPolicies({
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
  }),
)
const closedPolicies = deferred(() =>
  linkPolicies({ 'doc.yaml': resourcePolicy('doc', { rules: [] }) }),
)

const principal = { id: 'ann', roles: ['user'] }
const resource = { kind: 'doc', id: 'd1' }
const view = { principal, resource, actions: ['view'] }

function engineWith(options: EngineOptions = {}): Engine {
  let ids = 0
  const clock = (): number => Date.UTC(2024, 0, 1)
  return new Engine(openPolicies(), { clock, newId: () => `id-${++ids}`, ...options })
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

  test('reports wildcards that never match', () => {
    const rules = [allow('a[*', ['user'])]
    const policySet = linkPolicies({ 'doc.yaml': resourcePolicy('doc', { rules }) })
    expect(new Engine(policySet).status.warnings).toEqual([
      'doc.yaml:1: `a[*` is not a valid wildcard and never matches',
    ])
  })
})

describe('what an answer has', () => {
  test('is the id of the request, where there is one', () => {
    expect(engineWith().check(view)).not.toHaveProperty('requestId')
    expect(engineWith().check({ ...view, requestId: 'first' }).requestId).toBe('first')
  })

  // In Cerbos a principal policy reads the derived roles that the action before it has left.
  test.each([
    ['none', undefined, 'EFFECT_DENY'],
    ['those of the action before, with `compat`', 'cerbos', 'EFFECT_ALLOW'],
  ] as const)('depends on derived roles in principal policies: %s', (_which, compat, second) => {
    const policySet = linkPolicies({
      'roles.yaml': derivedRoles('common', [{ name: 'anyone', parentRoles: ['user'] }]),
      'doc.yaml': resourcePolicy('doc', {
        importDerivedRoles: ['common'],
        rules: [{ actions: ['first'], effect: 'EFFECT_ALLOW', derivedRoles: ['anyone'] }],
      }),
      'ann.yaml': principalPolicy('ann', {
        rules: [
          {
            resource: 'doc',
            actions: [
              {
                action: 'second',
                effect: 'EFFECT_ALLOW',
                ...when('"anyone" in runtime.effectiveDerivedRoles'),
              },
            ],
          },
        ],
      }),
    })
    const engine = new Engine(policySet, { strictEvaluation: false, ...(compat && { compat }) })
    const { actions } = engine.check({ principal, resource, actions: ['first', 'second'] })
    expect(actions.get('first')?.effect).toBe('EFFECT_ALLOW')
    expect(actions.get('second')?.effect).toBe(second)
  })
})

describe('isAllowed', () => {
  test('is true for an ALLOW and for nothing else', () => {
    const engine = engineWith()
    const ask = (action: string): boolean => engine.isAllowed({ principal, resource, action })
    expect(['view', 'drop', 'fragile'].map(ask)).toEqual([true, false, false])
    expect(() => ask('')).toThrow(expect.objectContaining({ code: 'empty-action' }))
  })
})

describe('checkMany', () => {
  test('decides about principals and resources of every sort, in their order', () => {
    const inputs = [
      view,
      { ...view, principal: { id: 'bob', roles: ['guest'] } },
      { ...view, resource: { kind: 'other', id: 'o' }, requestId: 'third' },
    ]
    const outputs = engineWith().checkMany(inputs)
    expect(outputs).toEqual(inputs.map((input) => engineWith().check(input)))
    expect(outputs.map(({ actions }) => actions.get('view')?.effect)).toEqual([
      'EFFECT_ALLOW',
      'EFFECT_DENY',
      'EFFECT_DENY',
    ])
  })

  test('names the input that is not sound, and decides none', () => {
    const records: DecisionRecord[] = []
    const engine = engineWith({ onDecision: (record) => records.push(record) })
    const bad = { ...view, principal: { id: 'bob', roles: [] } }
    expect(() => engine.checkMany([view, bad])).toThrow('`inputs[1].principal.roles`')
    expect(() => engine.checkMany([])).toThrow(expect.objectContaining({ code: 'no-inputs' }))
    expect(records).toEqual([])
  })
})

describe('attributes', () => {
  const policySet = deferred(() =>
    linkPolicies({
      'doc.yaml': resourcePolicy('doc', {
        rules: [allow('view', ['user'], when('R.attr.a == 1.0 && R.attr.b == 2.0 && P.attr.c'))],
      }),
    }),
  )
  const asked = {
    principal: { ...principal, attributes: { c: true } },
    resource: { ...resource, attributes: { a: 1, b: 1 }, attr: { b: 2 } },
  }

  test('may be given as `attributes`, as the Cerbos SDK has it; `attr` wins', async () => {
    const records: DecisionRecord[] = []
    const engine = new Engine(policySet(), { onDecision: (record) => records.push(record) })
    expect(engine.isAllowed({ ...asked, action: 'view' })).toBe(true)
    expect(engine.explain(asked, 'view').effect).toBe('EFFECT_ALLOW')
    const resources = [{ resource: asked.resource, actions: ['view'] }]
    const { results } = await engine.checkResources({ principal: asked.principal, resources })
    expect(results[0]?.actions.view).toBe('EFFECT_ALLOW')
    expect(records[0]?.checkResources.inputs[0]?.resource).toEqual({
      ...resource,
      attr: { a: 1, b: 2 },
    })
  })

  test('must be JSON under either name', () => {
    const bad = { ...asked, resource: { ...resource, attributes: { at: new Date(0) } } }
    expect(() => new Engine(policySet()).check({ ...bad, actions: ['view'] } as never)).toThrow(
      '`resource.attributes.at` must be JSON',
    )
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
    const [{ actions } = { actions: {} }] = response.results
    for (const name of ['constructor', 'toString', '__proto__']) expect(name in actions).toBe(false)
    expect(Object.keys(response.results[1]?.actions ?? {})).toEqual(['view', '__proto__'])
  })

  test('leaves the metadata out unless asked', async () => {
    const { results } = await engineWith().checkResources(request)
    expect(results.map(({ metadata }) => metadata)).toEqual([undefined, undefined])
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

describe('the time of a call', () => {
  // A day later each time that it is asked; the rule of `old` ends with the first of these days.
  const old = { resource, actions: ['old'] }
  const engineOfDays = (days: Date[]): Engine => {
    const clock = (): number => {
      days.push(new Date(Date.UTC(2023, 11, 31 + days.length)))
      return days.at(-1)?.getTime() ?? 0
    }
    const engine = engineWith({ clock })
    days.length = 1
    return engine
  }

  test('is one for all resources', async () => {
    const days: Date[] = []
    const request = { principal, resources: [old, old, old] }
    const { results } = await engineOfDays(days).checkResources(request)
    expect(results.map(({ actions }) => actions.old)).toEqual(Array(3).fill('EFFECT_ALLOW'))
    expect(days).toHaveLength(2)
  })

  test('is one for all inputs', () => {
    const days: Date[] = []
    const engine = engineOfDays(days)
    const outputs = engine.checkMany(Array(3).fill({ principal, ...old }))
    const effects = outputs.map(({ actions }) => actions.get('old')?.effect)
    expect(effects).toEqual(Array(3).fill('EFFECT_ALLOW'))
    expect(days).toHaveLength(2)
    // The next call has a time of its own.
    expect(engine.isAllowed({ principal, resource, action: 'old' })).toBe(false)
  })
})

describe('policies from files', () => {
  const open = { path: 'doc.yaml', text: resourcePolicy('doc', { rules: [allow('*', ['user'])] }) }
  const closed = { path: 'doc.yaml', text: resourcePolicy('doc', { rules: [] }) }
  const broken = { path: 'doc.yaml', text: 'apiVersion: api.cerbos.dev/v1\nrules: []\n' }
  const ask = { principal, resource, action: 'view' }

  test('are compiled and decide', () => {
    expect(Engine.fromFiles([open]).isAllowed(ask)).toBe(true)
    expect(Engine.fromFiles([closed]).isAllowed(ask)).toBe(false)
  })

  test('that cannot be used throw, with all that is wrong', () => {
    expect(() => Engine.fromFiles([broken])).toThrow(
      expect.objectContaining({
        name: 'PolicyLoadError',
        text: expect.stringContaining('doc.yaml:2:1  error'),
        diagnostics: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]),
      }),
    )
  })

  test('take the place of all the present ones', () => {
    const engine = Engine.fromFiles([open])
    expect(engine.update([closed])).toEqual({ ok: true, generation: 2 })
    expect(engine.check({ principal, resource, actions: ['view'] })).toMatchObject({
      generation: 2,
      actions: new Map([['view', expect.objectContaining({ effect: 'EFFECT_DENY' })]]),
    })
  })

  test('that cannot be used change nothing, and both the report and the status say so', () => {
    const engine = Engine.fromFiles([open])
    const report = engine.update([broken])
    expect(report).toMatchObject({
      ok: false,
      generation: 1,
      text: expect.stringMatching(/doc\.yaml:2:1 .*The running policies \(generation 1\) stay/s),
    })
    expect(engine.status.lastReload).toMatchObject({ ok: false })
    expect(engine.isAllowed(ask)).toBe(true)
  })

  test('are compiled as the engine decides', () => {
    const child = {
      path: 'child.yaml',
      text: resourcePolicy('doc', { scope: 'a.b', rules: [] }),
    }
    const lenient = Engine.fromFiles([open])
    expect(lenient.update([open, child])).toMatchObject({ ok: true })
    const strict = Engine.fromFiles([open], { lenientScopeSearch: false })
    expect(strict.update([open, child])).toMatchObject({ ok: false })
  })

  test('of a closed engine are not taken', () => {
    const engine = Engine.fromFiles([open])
    engine.close()
    expect(() => engine.update([closed])).toThrow(
      expect.objectContaining({ code: 'engine-closed' }),
    )
  })
})

describe('replacing the policies', () => {
  test('takes effect from the next call on and counts', () => {
    const engine = engineWith()
    const before = engine.check(view)
    expect(engine.replace(closedPolicies())).toBe(2)
    const after = engine.check(view)
    expect([before.generation, before.actions.get('view')?.effect]).toEqual([1, 'EFFECT_ALLOW'])
    expect([after.generation, after.actions.get('view')?.effect]).toEqual([2, 'EFFECT_DENY'])
    expect(engine.status).toMatchObject({ generation: 2, policies: 1, lastReload: { ok: true } })
  })

  test('a call sees one policy set from start to end', async () => {
    const engine = engineWith({ onDecision: () => engine.replace(closedPolicies()) })
    const { results } = await engine.checkResources({
      principal,
      resources: [1, 2, 3].map(() => ({ resource, actions: ['view'] })),
    })
    expect(results.map(({ actions }) => actions.view)).toEqual(Array(3).fill('EFFECT_ALLOW'))
  })

  test('a failure is in the status and the policies before it stay in force', () => {
    const engine = engineWith()
    engine.reportFailedReload({ diagnostics: [], text: 'broken' })
    expect(engine.status.lastReload).toMatchObject({
      ok: false,
      text: 'broken The running policies (generation 1) stay in force.',
    })
    expect(engine.check(view).generation).toBe(1)
  })
})

describe('onDecision', () => {
  test('is told every call with what was asked and answered', () => {
    const records: DecisionRecord[] = []
    const policySource = { disk: { directory: '/policies' } }
    const engine = engineWith({ onDecision: (record) => records.push(record), policySource })
    const input = { ...view, actions: ['view', 'fragile'], requestId: 'r1' }
    const peer = { address: '10.0.0.1:80', userAgent: 'curl' }
    engine.check(input, { decisionId: 'mine', peer, metadata: { tenant: { values: ['acme'] } } })
    expect(records).toEqual([
      {
        callId: 'mine',
        timestamp: '2024-01-01T00:00:00.000Z',
        generation: 1,
        peer,
        checkResources: {
          inputs: [input],
          outputs: [
            {
              requestId: 'r1',
              resourceId: 'd1',
              actions: {
                view: { effect: 'EFFECT_ALLOW', policy: 'resource.doc.vdefault' },
                fragile: { effect: 'EFFECT_DENY', policy: 'resource.doc.vdefault' },
              },
              outputs: [{ src: 'resource.doc.vdefault#rule-001', action: 'view', val: 'seen' }],
              evaluationErrors: [
                { celError: { expression: 'R.attr.nope', message: 'no such key: nope' } },
              ],
            },
          ],
        },
        auditTrail: {
          effectivePolicies: {
            'resource.doc.vdefault': { attributes: { driver: 'disk', source: 'doc.yaml' } },
          },
        },
        policySource,
        metadata: { tenant: { values: ['acme'] } },
      },
    ])
    expect(JSON.parse(JSON.stringify(records))).toEqual(records)
  })

  test('is told each call once, and makes an id where the caller gives none', async () => {
    const records: DecisionRecord[] = []
    const engine = engineWith({ onDecision: (record) => records.push(record) })
    engine.check(view)
    const resources = [view, view].map(({ actions }) => ({ resource, actions }))
    const { cerbosCallId } = await engine.checkResources({ principal, resources })
    engine.checkMany([view, view, view])
    expect(records.map(({ callId }) => callId)).toEqual(['id-1', 'id-2', 'id-3'])
    expect(records.map((record) => record.checkResources.outputs.length)).toEqual([1, 2, 3])
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
        for (const { actions } of record.checkResources.outputs) {
          for (const decision of Object.values(actions)) {
            Object.assign(decision, { effect: 'EFFECT_ALLOW' })
          }
        }
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
