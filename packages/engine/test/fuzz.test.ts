import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Engine } from '../src/engine.ts'
import { EngineError } from '../src/errors.ts'
import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  resourcePolicy,
  when,
} from './policies.ts'

const numRuns = Number(process.env.PROPERTY_RUNS ?? 60) * 20

/** Whatever is allowed here takes this word, which nothing below makes. */
const WORD = 'open sesame'
const KNOWS_IT = `R.attr.word == "${WORD}"`

const FILES: PolicyFiles = {
  'roles.yaml': derivedRoles('common', [
    {
      name: 'd1',
      parentRoles: ['*'],
      ...when(`P.attr.word == "${WORD}" && size(P.attr.list) > 0`),
    },
  ]),
  'doc.yaml': resourcePolicy('doc', {
    importDerivedRoles: ['common'],
    variables: { local: { first: 'R.attr.list[0]', tags: 'R.attr.tags.map(t, t + "x")' } },
    schemas: { resourceSchema: { ref: 'cerbos:///doc.json' } },
    rules: [
      allow('*', ['*'], when(KNOWS_IT)),
      allow(['view', '__proto__'], ['user', '__proto__'], {
        condition: {
          match: { all: { of: [{ expr: KNOWS_IT }, { expr: 'V.first == "x"' }] } },
        },
        output: { when: { ruleActivated: 'V.tags', conditionNotMet: 'R.attr' } },
      }),
      { actions: ['**'], effect: 'EFFECT_ALLOW', derivedRoles: ['d1'] },
      deny('edit', ['*'], when('R.attr.exists(k, k == "constructor") || P.attr.a.b.c == 1')),
    ],
  }),
  '_schemas/doc.json': JSON.stringify({
    properties: { n: { type: 'number', multipleOf: 3 }, list: { uniqueItems: true } },
    patternProperties: { '^(a|b)*$': { minLength: 2 } },
  }),
}
const POLICY_SET = linkPolicies(FILES)

const LENIENT = { strictEvaluation: false, schemaEnforcement: 'warn' } as const
const ENGINES = [
  new Engine(POLICY_SET, { schemaEnforcement: 'reject' }),
  new Engine(POLICY_SET, { ...LENIENT, onDecision: (record) => JSON.stringify(record) }),
  new Engine(POLICY_SET, { ...LENIENT, compat: 'cerbos', lenientScopeSearch: false }),
]

const name = fc.constantFrom(
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'then'],
  ...['', '*', '**', 'view', 'edit', 'user', 'doc', 'word', 'list', 'tags', 'a', 'n', '.', 'a.b'],
  ...['default', 'toJSON', 'valueOf', '\ud800', '\u0000', 'é'.normalize('NFD'), '🦄'],
)
const text = fc.oneof(name, fc.string(), fc.string({ unit: 'binary', maxLength: 40 }))

/** A value that a test makes for itself: some are spent by being looked at, and fast-check looks. */
class Odd {
  readonly make: () => unknown
  constructor(make: () => unknown) {
    this.make = make
  }
}

const odd = fc.constantFrom(
  ...[
    ...[() => undefined, () => Number.NaN, () => Number.POSITIVE_INFINITY, () => -0, () => 1n],
    ...[() => 2n ** 80n, () => Symbol('s'), () => () => true, () => new Date(0), () => new Map()],
    ...[() => new Set(['x']), () => /x/, () => new Uint8Array(4), () => Promise.resolve(1)],
    ...[() => new String('user'), () => new Number(1), () => Object.create({ word: WORD })],
    ...[() => Object.create(null), () => Array(2), () => Object.assign(['x'], { extra: 1 })],
    ...[() => ({ length: 1, 0: 'user' }), () => nested(150), () => nested(100_000), cyclic],
    ...[() => 'x'.repeat(100_000), () => Array(20_000).fill(0), () => ({ toJSON: () => WORD })],
    ...[throwing, throwingProxy, () => JSON.parse('{"__proto__": {"word": "x"}}'), revoked],
    ...[() => new (class Thing {})(), () => Object.freeze({ a: 1 }), () => globalThis],
  ].map((make) => new Odd(make)),
)

/** The same with what is odd made. */
function made(value: unknown): unknown {
  if (value instanceof Odd) return value.make()
  if (Array.isArray(value)) return value.map(made)
  if (typeof value !== 'object' || value === null) return value
  const copy: object = Object.create(Object.getPrototypeOf(value))
  for (const [key, inner] of Object.entries(value)) {
    const field = { value: made(inner), enumerable: true, writable: true, configurable: true }
    Object.defineProperty(copy, key, field)
  }
  return copy
}

/** JSON, but for a share of what is odd. */
function jsonWith(oddWeight: number): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: fc.oneof(text, fc.double(FINITE), fc.boolean(), fc.constant(null)) },
      { weight: oddWeight, arbitrary: odd },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
      { weight: 2, arbitrary: fc.dictionary(text, tie('value'), { maxKeys: 5 }) },
    ),
  })).value
}

const FINITE = { noNaN: true, noDefaultInfinity: true }
const anything = jsonWith(1)
const attr = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(text, jsonWith(0), { maxKeys: 6 }) },
  { weight: 1, arbitrary: fc.dictionary(text, anything, { maxKeys: 6 }) },
)

/** Mostly what a field should have, sometimes anything. */
function mostly(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: sound }, { weight: 1, arbitrary: anything })
}

const filled = fc.oneof({ weight: 20, arbitrary: text.filter((each) => each !== '') }, text)
const names = fc.array(mostly(filled), { minLength: 1, maxLength: 3 })
const scope = fc.constantFrom('', '.', 'a', 'a.b', '0-_.b', 'constructor')
const version = fc.constantFrom('', 'default', 'v2', '__proto__')
const optional = { requiredKeys: [] }

const request = fc.record(
  {
    principal: mostly(
      fc.record(
        {
          id: mostly(filled),
          roles: mostly(names),
          attr: mostly(attr),
          attributes: mostly(attr),
          scope: mostly(scope),
          policyVersion: mostly(version),
        },
        { requiredKeys: ['id', 'roles'] },
      ),
    ),
    resource: mostly(
      fc.record(
        {
          kind: mostly(fc.constant('doc')),
          id: mostly(filled),
          attr: mostly(attr),
          attributes: mostly(attr),
          scope: mostly(scope),
          policyVersion: mostly(version),
        },
        { requiredKeys: ['kind', 'id'] },
      ),
    ),
    actions: mostly(names),
    auxData: mostly(fc.record({ jwt: mostly(attr), jwts: mostly(attr) }, optional)),
    requestId: mostly(text),
  },
  { requiredKeys: ['principal', 'resource', 'actions'] },
)

describe('whatever a request is', () => {
  test('it is refused with an `EngineError`, or denied', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(...ENGINES), (asked, engine) => {
        expectNoAllow(() => effectsOf(engine, made(asked) as never))
      }),
      { numRuns },
    )
  }, 120_000)

  test('`checkMany` refuses or denies it', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 3 }),
        fc.constantFrom(...ENGINES),
        (all, engine) => {
          expectNoAllow(() =>
            engine
              .checkMany(all as never)
              .flatMap(({ actions }) => [...actions.values()].map(effectOf)),
          )
        },
      ),
      { numRuns: numRuns / 4 },
    )
  }, 120_000)

  test('`checkResources` refuses or denies it', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.constantFrom(...ENGINES), async (asked, engine) => {
        const { principal, resource, actions, ...rest } = asked
        const resources = [{ resource, actions }]
        try {
          const { results } = await engine.checkResources({
            principal,
            resources,
            ...rest,
          } as never)
          const effects = results.flatMap((result) => Object.values(result.actions))
          expect(effects).not.toContain('EFFECT_ALLOW')
        } catch (error) {
          expectRefusal(error)
        }
      }),
      { numRuns: numRuns / 4 },
    )
  }, 120_000)

  test('`explain` refuses it or tells that it is denied', () => {
    fc.assert(
      fc.property(request, mostly(text), fc.constantFrom(...ENGINES), (asked, action, engine) => {
        expectNoAllow(() => [engine.explain(made(asked) as never, made(action) as never).effect])
      }),
      { numRuns: numRuns / 4 },
    )
  }, 120_000)

  test('some of these requests are refused and some are decided', () => {
    const [engine] = ENGINES as [Engine]
    const isDecided = fc.sample(request, { seed: 1, numRuns: 1000 }).map((asked) => {
      try {
        return effectsOf(engine, made(asked) as never).length > 0
      } catch {
        return false
      }
    })
    const decided = isDecided.filter((each) => each).length
    expect(decided).toBeGreaterThan(100)
    expect(decided).toBeLessThan(900)
  })

  test('the engine decides as before afterwards', () => {
    for (const engine of ENGINES) {
      const resource = { kind: 'doc', id: '1', attr: { word: WORD } }
      const principal = { id: 'ann', roles: ['user'], attr: { word: '' } }
      const asked = { principal, resource, action: 'print' }
      expect(engine.isAllowed(asked)).toBe(true)
      expect(engine.isAllowed({ ...asked, resource: { ...resource, attr: {} } })).toBe(false)
      expect(engine.status.decisionHookFailures).toBe(0)
    }
    expect(Reflect.get({}, 'word')).toBeUndefined()
  })
})

const piece = fc.constantFrom(
  ...['"', "'", '{', '}', '[', ']', ':', ',', '\n', ' ', '*', '&a', '*a', '<<', '- ', '#', '|'],
  ...['EFFECT_ALLOW', 'EFFECT_DENY', 'rules', 'roles', 'disabled', 'true', 'null', '9e999', '-0'],
  ...['__proto__', 'constructor', 'R.attr', 'V.first', '(((', '1/0', '\u0000', '\ud800', '\ufeff'],
)

/** A sound policy file with some of it cut out, and something else put in. */
const spoiled = fc
  .record({
    edits: fc.array(fc.record({ at: fc.nat(), cut: fc.nat(12), put: fc.oneof(piece, text) }), {
      minLength: 1,
      maxLength: 4,
    }),
    which: fc.constantFrom(...Object.keys(FILES)),
  })
  .map(({ edits, which }) => {
    let spoilt = FILES[which] ?? ''
    for (const { at, cut, put } of edits) {
      const start = at % (spoilt.length + 1)
      spoilt = spoilt.slice(0, start) + put + spoilt.slice(start + cut)
    }
    return { ...FILES, [which]: spoilt }
  })

describe('whatever policy files are', () => {
  test('they are refused, which changes nothing, or in force', () => {
    const sources = (files: PolicyFiles): { path: string; text: string }[] =>
      Object.entries(files).map(([path, content]) => ({ path, text: content }))
    const principal = { id: 'ann', roles: ['user'], attr: { word: '' } }
    const resource = { kind: 'doc', id: '1', attr: { word: WORD, list: ['x'], n: 3 } }
    const asked = { principal, resource, actions: ['view', 'edit', 'print'] }
    let refused = 0
    fc.assert(
      fc.property(spoiled, (files) => {
        const engine = Engine.fromFiles(sources(FILES), { schemaEnforcement: 'reject' })
        const before = engine.check(asked)
        const { ok, generation } = engine.update(sources(files))
        expect(generation).toBe(ok ? 2 : 1)
        if (!ok) refused += 1
        const after = engine.check(asked)
        if (!ok) expect(after).toEqual(before)
        for (const action of asked.actions) engine.explain(asked, action)
        expect(
          effectsOf(engine, { ...asked, principal: { id: 'ann', roles: ['x'] } }),
        ).toBeDefined()
      }),
      { numRuns: numRuns / 8 },
    )
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(numRuns / 8)
  }, 120_000)
})

function effectsOf(engine: Engine, asked: Parameters<Engine['check']>[0]): readonly string[] {
  return [...engine.check(asked).actions.values()].map(effectOf)
}

function effectOf({ effect }: { readonly effect: string }): string {
  return effect
}

function expectNoAllow(decide: () => readonly string[]): void {
  let effects: readonly string[]
  try {
    effects = decide()
  } catch (error) {
    expectRefusal(error)
    return
  }
  for (const effect of effects) expect(effect).toBe('EFFECT_DENY')
}

/** A getter's own error is the caller's. */
function expectRefusal(error: unknown): void {
  if (error instanceof OwnError) return
  if (error instanceof TypeError && error.message.includes('revoked')) return
  expect(error).toBeInstanceOf(EngineError)
}

class OwnError extends Error {}

function throwing(): object {
  return {
    get word() {
      throw new OwnError('not this time')
    },
  }
}

function throwingProxy(): object {
  const refuse = (): never => {
    throw new OwnError('not this time')
  }
  return new Proxy({}, { get: refuse, ownKeys: refuse, has: refuse, getPrototypeOf: refuse })
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cyclic(): object {
  const value: { self?: unknown; list: unknown[] } = { list: [] }
  value.self = value
  value.list.push(value)
  return value
}

function nested(depth: number): unknown {
  let value: unknown = WORD.length
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}
