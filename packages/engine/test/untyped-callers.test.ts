import { describe, expect, test } from 'vitest'

import type { DecisionRecord } from '../src/decision-record.ts'
import { Engine as EngineOfNode } from '../src/directory.ts'
import { Engine, type EngineOptions } from '../src/engine.ts'
import { allow, deny, linkPolicies, resourcePolicy, when } from './policies.ts'

/** What TypeScript would refuse, from programs that have no types or have `any`. */
const untyped = (value: unknown): never => value as never

const policies = linkPolicies({
  'doc.yaml': resourcePolicy('doc', {
    rules: [
      allow('view', ['user'], when('R.attr.owner == P.id')),
      allow('early', ['user'], when('!(now() > timestamp("2020-01-01T00:00:00Z"))')),
      allow('edit', ['user']),
      deny('edit', ['user'], when('R.attr.locked')),
    ],
  }),
})
const principal = { id: 'ann', roles: ['user'] }
const resource = { kind: 'doc', id: 'd1' }
const refusal = (code: string, message: string) =>
  expect.objectContaining({ name: 'EngineError', code, message })

describe('attributes', () => {
  test.each([
    ['an object', { owner: 'ann' }],
    ['an object without a prototype', Object.assign(Object.create(null), { owner: 'ann' })],
  ])('that are inherited from %s allow nothing', (_what, prototype) => {
    const attr = Object.create(prototype)
    const ask = (): boolean =>
      new Engine(policies).isAllowed({
        principal,
        resource: { ...resource, attr },
        action: 'view',
      })
    expect(ask).toThrow(expect.objectContaining({ code: 'not-json' }))
  })

  test('that every object inherits are nobody’s', () => {
    const engine = new Engine(policies)
    Object.defineProperty(Object.prototype, 'owner', {
      value: 'ann',
      enumerable: true,
      configurable: true,
      writable: true,
    })
    try {
      const asked = { principal, resource: { ...resource, attr: {} }, action: 'view' }
      expect(engine.isAllowed(asked)).toBe(false)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'owner')
    }
  })
})

describe('what a request says', () => {
  const engine = new Engine(
    linkPolicies({
      'doc.yaml': resourcePolicy('doc', {
        rules: [
          allow('view', ['user'], when('R.attr.n == 1.0 && R.attr.n == 2.0')),
          allow(
            'deep',
            ['user'],
            when(
              'R.attr.a.n == 1.0 && R.attr.a.n == 2.0 || R.attr.l[0] == "a" && R.attr.l[0] == "b"',
            ),
          ),
          allow('id', ['user'], when('P.id == "ann" && P.id == "bob"')),
          allow('roles', ['user'], when('P.roles == ["user"] && P.roles == ["user", "admin"]')),
          allow('own', ['user'], when('R.attr.owner == "ann"')),
          allow('all', ['user'], { output: { when: { ruleActivated: 'request' } } }),
        ],
      }),
    }),
  )
  /** An object whose properties say something else each time. */
  const fickle = (
    changing: Readonly<Record<string, readonly unknown[]>>,
    rest: object = {},
  ): never => {
    const object = { ...rest }
    for (const [name, values] of Object.entries(changing)) {
      let reads = 0
      const get = (): unknown => values[reads++ % values.length]
      Object.defineProperty(object, name, { get, enumerable: true })
    }
    return untyped(object)
  }
  let reads = 0
  const attr = fickle({ n: [1, 2] }, { l: fickle({ 0: ['a', 'b'] }, []) })
  // biome-ignore format: table
  test.each<[action: string, asked: { principal?: unknown, resource?: unknown }]>([
    ['view',  { resource: { ...resource, attr } }],
    ['view',  { resource: fickle({ attr: [{ n: 1 }, { n: 2 }] }, resource) }],
    ['view',  { resource: { ...resource, attr: new Proxy({ n: 0 }, { get: (own, name) => name === 'n' ? ++own.n : undefined }) } }],
    ['deep',  { resource: { ...resource, attr: { a: fickle({ n: [1, 2] }), l: Object.assign(fickle({ 0: ['a', 'b'] }, []), { length: 1 }) } } }],
    ['deep',  { resource: { ...resource, attr: { a: { n: 3 }, l: new Proxy(['c'], { get: (own, name) => name === '0' ? 'ab'[reads++ % 2] : Reflect.get(own, name) }) } } }],
    ['id',    { principal: fickle({ id: ['ann', 'bob'] }, principal) }],
    ['roles', { principal: fickle({ roles: [['user'], ['user', 'admin']] }, principal) }],
    ['own',   { resource: { ...resource, attr: Object.defineProperty({}, 'owner', { value: 'ann' }) } }],
  ])('is read once, and only what JSON has: %s %#', async (action, asked) => {
    const one = untyped({ principal, resource, ...asked })
    const allowed = [
      () => engine.isAllowed(Object.assign({}, one, { action })),
      () => engine.check(Object.assign({}, one, { actions: [action] })).actions.get(action)?.effect === 'EFFECT_ALLOW',
      () => engine.checkMany([Object.assign({}, one, { actions: [action] })])[0]?.actions.get(action)?.effect === 'EFFECT_ALLOW',
      () => engine.explain(one, action).effect === 'EFFECT_ALLOW',
    ].map((ask) => {
      try {
        return ask()
      } catch (error) {
        expect(error).toMatchObject({ name: 'EngineError' })
        return 'refused'
      }
    })
    expect(allowed).not.toContain(true)
  })

  test('is what its type has, in an output of all of it', () => {
    const input = untyped({
      principal: {
        ...principal,
        scope: '',
        attr: {},
        email: 'ann@example.com',
        attributes: undefined,
      },
      resource: {
        ...resource,
        policyVersion: '',
        attributes: { a: 1, b: 1 },
        attr: { a: 2 },
        _v: 3,
      },
      actions: ['all'],
      auxData: {
        jwt: { sub: 'ann' },
        jwts: { a: { claims: { x: 1 }, token: 'secret' } },
        token: 'x',
      },
      requestId: 'r',
      session: 'secret',
    })
    expect(engine.check(input).outputs).toMatchObject([
      {
        val: {
          principal,
          resource: { ...resource, attr: { a: 2, b: 1 } },
          auxData: { jwt: { sub: 'ann' }, jwts: { a: { claims: { x: 1 } } } },
        },
      },
    ])
  })

  test('is decided on and recorded as it was then', () => {
    const records: DecisionRecord[] = []
    const told = new Engine(policies, { onDecision: (record) => records.push(record) })
    const input = { principal, resource: { ...resource, attr: { tags: ['a'] } }, actions: ['edit'] }
    told.check(input)
    input.resource.attr.tags.push('b')
    input.actions.push('view')
    expect(records[0]?.checkResources.inputs).toEqual([
      { principal, resource: { ...resource, attr: { tags: ['a'] } }, actions: ['edit'] },
    ])
    expect(
      told.plan({ ...input, resource: { kind: 'doc', attr: input.resource.attr } }),
    ).toBeDefined()
    expect(Object.isFrozen(input.resource.attr.tags)).toBe(false)
  })
})

describe('a question about one action', () => {
  const engine = new Engine(policies)
  // biome-ignore format: table
  test.each<[what: string, asked: unknown, message: string]>([
    ['nothing at all',        undefined,                                        '`input` must be an object, got nothing'],
    ['null',                  null,                                             '`input` must be an object, got null'],
    ['no action',             { principal, resource },                          '`action` must be a string, got nothing'],
    ['actions for an action', { principal, resource, action: ['view', 'edit'] }, '`action` must be a string, got an array'],
  ])('is refused with %s', (_what, asked, message) => {
    expect(() => engine.isAllowed(untyped(asked))).toThrow(refusal('wrong-type', message))
  })

  test('is refused by `explain` in the same words', () => {
    expect(() => engine.explain({ principal, resource }, untyped(undefined))).toThrow(
      refusal('wrong-type', '`action` must be a string, got nothing'),
    )
  })
})

describe('options', () => {
  // biome-ignore format: table
  test.each<[what: string, options: unknown, message: string]>([
    ['a scope that is a number',    { defaultScope: 5 },                        '`defaultScope` must be a string, got a number'],
    ['a version that is a number',  { defaultPolicyVersion: 2 },                '`defaultPolicyVersion` must be a string, got a number'],
    ['globals that are text',       { globals: 'x' },                           '`globals` must be an object, got a string'],
    ['globals that are a list',     { globals: [1] },                           '`globals` must be an object, got an array'],
  ])('are refused with %s', (_what, options, message) => {
    expect(() => new Engine(policies, untyped(options))).toThrow(refusal('wrong-type', message))
  })

  // biome-ignore format: table
  test.each<[what: string, options: unknown, message: string]>([
    ['strict evaluation misspelt', { strictEvalutaion: true },       'unknown option `strictEvalutaion`; did you mean `strictEvaluation`?'],
    ['another case',               { schemaenforcement: 'reject' },  'unknown option `schemaenforcement`; did you mean `schemaEnforcement`?'],
    ['what nobody knows',          { cache: true },                  'unknown option `cache`; expected strictEvaluation, lenientScopeSearch, defaultPolicyVersion, defaultScope, schemaEnforcement, globals, compat, planner, onDecision, policySource, clock, newId'],
    ['what only directories have', { watch: true },                  expect.stringContaining('unknown option `watch`; ')],
    ['another compat',             { compat: 'cerbso' },             '`compat` must be `cerbos`'],
    ['another enforcement',        { schemaEnforcement: 'rejct' },   '`schemaEnforcement` must be `none`, `warn` or `reject`'],
  ])('are refused with %s', (_what, options, message) => {
    const told = refusal('invalid-option', message)
    expect(() => new Engine(policies, untyped(options))).toThrow(told)
    expect(() => Engine.fromFiles([], untyped(options))).toThrow(told)
  })

  test('of a directory are refused before it is read', async () => {
    const told = refusal('invalid-option', 'unknown option `wacth`; did you mean `watch`?')
    const reading = EngineOfNode.fromDirectory('/nowhere', untyped({ wacth: true }))
    await expect(reading).rejects.toThrow(told)
  })

  test('that are a word for it turn lenient scope search not on', () => {
    const engine = new Engine(policies, { lenientScopeSearch: untyped('false') })
    const scoped = { ...resource, scope: 'acme' }
    expect(engine.isAllowed({ principal, resource: scoped, action: 'edit' })).toBe(false)
  })

  test('are refused with globals that are no JSON', () => {
    const options: EngineOptions = { globals: { since: untyped(new Date(0)) } }
    expect(() => new Engine(policies, options)).toThrow(
      refusal(
        'not-json',
        '`globals.since` must be JSON, got an instance of `Date`; convert it first',
      ),
    )
  })

  test.each([[null], [0], [''], ['false']])(
    'that are %j turn strict evaluation not off',
    (value) => {
      const engine = new Engine(policies, { strictEvaluation: untyped(value) })
      expect(engine.isAllowed({ principal, resource, action: 'edit' })).toBe(false)
    },
  )
})

test('a clock that tells no time allows nothing', () => {
  const told = refusal('invalid-option', '`clock` must tell milliseconds since 1970')
  expect(() => new Engine(policies, { clock: () => Number.NaN })).toThrow(told)
  const times = [0]
  const engine = new Engine(policies, { clock: () => times.pop() ?? Number.NaN })
  const asked = { principal, resource, actions: ['early'] }
  expect(() => engine.check(asked)).toThrow(told)
  expect(() => engine.isAllowed({ principal, resource, action: 'early' })).toThrow(told)
  expect(() => engine.explain(asked, 'early')).toThrow(told)
  expect(() => engine.plan({ ...asked, resource: { kind: 'doc' } })).toThrow(told)
})

describe('policy files', () => {
  // biome-ignore format: table
  test.each<[what: string, files: unknown, message: string]>([
    ['nothing',            undefined,                     '`files` must be an array, got nothing'],
    ['text',               'apiVersion: x',               '`files` must be an array, got a string'],
    ['paths',              ['doc.yaml'],                  '`files[0]` must be an object, got a string'],
    ['no path',            [{ text: '' }],                '`files[0].path` must be a string, got nothing'],
    ['no text',            [{ path: 'doc.yaml' }],        '`files[0].text` must be a string, got nothing'],
    ['bytes',              [{ path: 'a.yaml', text: '' }, { path: 'doc.yaml', text: new Uint8Array(1) }], '`files[1].text` must be a string, got an object'],
  ])('that are %s are refused as a mistake of the program', (_what, files, message) => {
    const engine = new Engine(policies)
    expect(() => engine.update(untyped(files))).toThrow(refusal('wrong-type', message))
    expect(() => Engine.fromFiles(untyped(files))).toThrow(refusal('wrong-type', message))
    expect(engine.status).toMatchObject({ generation: 1, lastReload: { ok: true } })
  })
})

test('what a caller does to an answer, no other answer has', () => {
  const engine = new Engine(policies)
  const ask = () => engine.check({ principal, resource, actions: ['view'] })
  const first = ask()
  const { effectiveDerivedRoles, evaluationErrors, outputs, validationErrors } = first
  for (const list of [effectiveDerivedRoles, evaluationErrors, outputs, validationErrors]) {
    try {
      ;(list as unknown[]).push('mine')
    } catch {
      // It is one for all answers, and so it is frozen.
    }
  }
  Reflect.set(first.actions.get('view') ?? {}, 'effect', 'EFFECT_ALLOW')
  const { actions, ...second } = ask()
  expect(second).toMatchObject({ effectiveDerivedRoles: [], outputs: [], validationErrors: [] })
  expect(second.evaluationErrors).toHaveLength(1)
  expect(actions.get('view')?.effect).toBe('EFFECT_DENY')
})
