import { describe, expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { defineFunction } from '../src/define-function.ts'
import { createEnv } from '../src/env.ts'
import { print } from '../src/print.ts'
import { type ReduceOptions, reduce } from '../src/reduce.ts'
import { toJson } from '../src/to-json.ts'
import { BOOL, DYN, STRING } from '../src/types.ts'
import { Timestamp } from '../src/values.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'

const isFriend = defineFunction({
  name: 'isFriend',
  args: [DYN, STRING],
  result: BOOL,
  implementation: (a, b) => a === b,
})
const env = createEnv({
  variables: CERBOS_VARIABLES,
  functions: [...CERBOS_FUNCTIONS, isFriend],
  folding: CERBOS_FOLDING,
})
const P = {
  id: 'u1',
  roles: ['editor'],
  attr: {
    level: 3,
    text: 't',
    yes: true,
    no: false,
    none: null,
    list: ['a', 'b'],
    empty: [],
    long: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    map: { a: 'OWNER', b: 'READER' },
  },
}
const R = { kind: 'doc', attr: { owner: 'u1', tags: ['x'] } }
const activation = { P, R, V: { ok: true }, [NOW]: new Timestamp(1_780_315_200, 0) }
const unknown = [['R', 'id'], ['R', 'attr'], ['runtime']]
const known = [
  ['R', 'attr', 'owner'],
  ['R', 'attr', 'tags'],
]

/** The value as JSON, the message of the error, or the text of what is left. */
function outcome(source: string, options: Partial<ReduceOptions> = {}): unknown {
  const compiled = env.compile(source)
  if (!compiled.ok) return `does not compile: ${compiled.diagnostics[0]?.message}`
  const reduced = reduce(compiled.program, activation, { unknown, known, ...options })
  if (reduced.kind === 'value') return [toJson(reduced.value)]
  return reduced.kind === 'residual'
    ? print(reduced.expr)
    : `${reduced.kind}: ${reduced.error.message}`
}

// biome-ignore format: a table
const cases: Record<string, readonly (readonly [source: string, outcome: unknown])[]> = {
  'what is known becomes a value': [
    ['P.id == "u1" && R.kind == "doc"', [true]],
    ['R.attr.owner == P.id', [true]],
    ['has(R.attr.owner)', [true]],
    ['R.attr.tags[0] + P.attr.text', ['xt']],
    ['V.ok', [true]],
    ['P.attr.missing', 'error: no such key: missing'],
    ['1 / 0 == R.attr.n', 'error: division by zero'],
    ['V.missing && true', "error: undefined field 'missing'"],
  ],
  'what is not known stays, with literals for what is': [
    ['R.attr.author == P.id', 'R.attr.author == "u1"'],
    ['R.id in P.attr.list', 'R.id in ["a", "b"]'],
    ['R.attr.n > P.attr.level + 1.0', 'R.attr.n > 4.0'],
    ['R.attr[P.attr.text]', 'R.attr["t"]'],
    ['R.attr["own" + "er"] == P.id', [true]],
    ['P.attr.map[R.attr.k] == "OWNER"', '{"a": "OWNER", "b": "READER"}[R.attr.k] == "OWNER"'],
    ['R.attr == P.attr.map', 'R.attr == {"a": "OWNER", "b": "READER"}'],
    ['R.attr.at < now()', 'R.attr.at < timestamp("2026-06-01T12:00:00Z")'],
    ['now() - R.attr.at > duration("1h")', 'timestamp("2026-06-01T12:00:00Z") - R.attr.at > duration("3600s")'],
    ['R.attr.x == b"a" || R.attr.y == 2u', 'R.attr.x == b"a" || R.attr.y == 2u'],
    ['has(R.attr.author)', 'has(R.attr.author)'],
    ['has(R.attr.author.name)', 'has(R.attr.author.name)'],
    ['P.id in runtime.effectiveDerivedRoles', '"u1" in runtime.effectiveDerivedRoles'],
    ['math.greatest(R.attr.n, P.attr.level, 2.0)', 'math.greatest(R.attr.n, 3.0, 2.0)'],
    ['hierarchy(P.attr.text).ancestorOf(hierarchy(R.attr.h))', 'hierarchy(P.attr.text).ancestorOf(hierarchy(R.attr.h))'],
    ['R.attr.?x.orValue(P.id)', 'R.attr.?x.orValue("u1")'],
    ['P.attr.?text.orValue(R.id)', ['t']],
    ['P.attr.?nope.orValue(R.id)', 'R.id'],
  ],
  '&& and || lose what cannot matter': [
    ['P.attr.no && R.attr.x', [false]],
    ['R.attr.x && P.attr.no', [false]],
    ['P.attr.yes || R.attr.x', [true]],
    ['R.attr.x == 1 && P.attr.yes', 'R.attr.x == 1'],
    ['P.attr.no || R.attr.x == 1', 'R.attr.x == 1'],
    ['P.attr.yes && (R.attr.x == 1 && P.attr.yes)', 'R.attr.x == 1'],
    ['(P.attr.no && R.attr.x) || R.attr.y == 1', 'R.attr.y == 1'],
    ['R.attr.x == 1 && P.id == "u1" && R.attr.y == 2', 'R.attr.x == 1 && R.attr.y == 2'],
  ],
  'an error is absorbed or stays': [
    ['P.attr.missing || true', [true]],
    ['P.attr.missing && R.attr.x == 1', 'P.attr.missing && R.attr.x == 1'],
    ['R.attr.x == 1 || P.attr.missing > 1', 'R.attr.x == 1 || P.attr.missing > 1'],
    ['P.attr.missing && P.attr.yes', 'error: no such key: missing'],
    ['P.attr.missing && R.attr.x && false', [false]],
    ['P.attr.missing ? R.attr.x : R.attr.y', 'error: no such key: missing'],
    ['R.attr.x == P.attr.missing', 'error: no such key: missing'],
    ['R.attr.x ? P.attr.missing : 1.0', 'R.attr.x ? P.attr.missing : 1.0'],
    ['P.attr.text && R.attr.x', 'P.attr.text && R.attr.x'],
  ],
  'a neutral operand stays where its partner may be no bool': [
    ['P.attr.yes && R.attr.x', 'true && R.attr.x'],
    ['(P.attr.yes && R.attr.x) || R.attr.y', 'R.attr.x || R.attr.y'],
    ['(P.attr.yes && R.attr.x) == true', '(true && R.attr.x) == true'],
    ['!(P.attr.yes && R.attr.x)', '!R.attr.x'],
  ],
  'a condition that is known chooses': [
    ['P.attr.yes ? R.attr.x : R.attr.y', 'R.attr.x'],
    ['P.attr.no ? R.attr.x : R.attr.y + P.attr.text', 'R.attr.y + "t"'],
    ['R.attr.x ? P.id : "nobody"', 'R.attr.x ? "u1" : "nobody"'],
  ],
  'a constant that cannot be converted fails it all, and only where it is written as one': [
    ['P.attr.no && int("x") == R.attr.x', "error: type conversion error from 'string' to 'int'"],
    ['P.attr.list.exists(e, int(e) == 1 || R.attr.b)', 'P.attr.list.exists(e, int(e) == 1 || R.attr.b)'],
  ],
  'bodies of macros are reduced': [
    ['R.attr.list.exists(t, t == P.id)', 'R.attr.list.exists(t, t == "u1")'],
    ['R.attr.list.filter(t, t.x == P.id && P.attr.yes)', 'R.attr.list.filter(t, t.x == "u1")'],
    ['R.attr.list.all(P, P == R.attr.owner)', 'R.attr.list.all(P, P == "u1")'],
    ['R.attr.list.map(t, t == 1, t.y[P.attr.text])', 'R.attr.list.map(t, t == 1, t.y["t"])'],
    ['R.attr.map.transformMap(k, v, k == P.id, v)', 'R.attr.map.transformMap(k, v, k == "u1", v)'],
    ['R.attr.list.sortBy(e, e[P.attr.text])', 'R.attr.list.sortBy(e, e["t"])'],
    ['P.attr.long.map(e, e + R.attr.n)', '[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0].map(e, e + R.attr.n)'],
    ['P.attr.empty.map(e, R.attr.n)', [[]]],
    ['P.attr.empty.all(e, R.attr.n)', [true]],
    ['P.attr.list.map(e, e + P.id)', [['au1', 'bu1']]],
    ['cel.bind(x, P.id, R.attr.y == x)', 'R.attr.y == "u1"'],
    ['cel.bind(x, R.attr.y, x == P.id || x == R.attr.owner)', 'cel.bind(x, R.attr.y, x == "u1" || x == "u1")'],
    ['cel.bind(x, R.attr.y, P.id)', ['u1']],
    ['cel.bind(h, hierarchy(P.id), h == hierarchy(R.attr.h))', 'cel.bind(h, hierarchy(P.id), h == hierarchy(R.attr.h))'],
    ['R.attr.?x.optMap(v, v == P.id)', 'R.attr.?x.optMap(v, v == "u1")'],
  ],
  'quantifiers over few known elements are written out': [
    ['P.attr.list.exists(t, t == R.attr.x)', '"a" == R.attr.x || "b" == R.attr.x'],
    ['P.attr.list.all(t, t == "a" || t in R.attr.l)', '"b" in R.attr.l'],
    ['P.attr.list.exists(t, t == "a" || t == R.attr.x)', [true]],
    ['P.attr.map.exists(k, v, R.attr[k] == v)', 'R.attr["a"] == "OWNER" || R.attr["b"] == "READER"'],
    ['P.attr.list.all(t, R.attr.l.exists(u, u == t))', 'R.attr.l.exists(u, u == "a") && R.attr.l.exists(u, u == "b")'],
    ['P.attr.list.exists(t, R.attr.l.exists(t, t == 1))', 'R.attr.l.exists(t, t == 1) || R.attr.l.exists(t, t == 1)'],
    ['P.attr.long.exists(t, t == R.attr.x)', '[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0].exists(t, t == R.attr.x)'],
    ['P.attr.list.exists_one(t, t == R.attr.x)', '["a", "b"].exists_one(t, t == R.attr.x)'],
    ['P.attr.list.exists(t, R.attr.x)', 'R.attr.x || R.attr.x'],
  ],
  'a literal that the checker would refuse hides its type': [
    ['R.id == P.attr.level', 'R.id == dyn(3.0)'],
    ['R.attr.s.matches(P.attr.list[0] + "(")', 'R.attr.s.matches(P.attr.list[0] + "(")'],
  ],
  'a function of one’s own is called, and is no part of a plan': [
    ['isFriend(P.id, R.attr.owner)', [true]],
    ['isFriend(R.attr.x, P.id)', 'refused: custom function `isFriend` cannot be part of a plan: its arguments are not known yet'],
    ['R.attr.list.exists(x, isFriend(x, P.id))', 'refused: custom function `isFriend` cannot be part of a plan: its arguments are not known yet'],
    ['P.attr.no && isFriend(R.attr.x, P.id)', [false]],
    ['isFriend(P.id, P.id) && R.attr.x == 1', 'R.attr.x == 1'],
  ],
}

describe.each(Object.entries(cases))('%s', (_, rows) => {
  test.each(rows)('%s', (source, expected) => {
    expect(outcome(source)).toEqual(expected)
  })
})

test.each([
  ['P.attr.yes && R.attr.x', 'R.attr.x'],
  ['P.attr.yes ? R.attr.x || P.attr.no : R.attr.y', 'R.attr.x'],
  ['(P.attr.yes && R.attr.x) == true', '(true && R.attr.x) == true'],
])('asked as a condition, a neutral operand goes: %s', (source, expected) => {
  expect(outcome(source, { condition: true })).toBe(expected)
})

test('quantifiers are kept where they are not to be written out', () => {
  const source = 'P.attr.list.exists(t, t == R.attr.x)'
  expect(outcome(source, { unroll: 0 })).toBe('["a", "b"].exists(t, t == R.attr.x)')
})

test('unknowns may be told by a predicate', () => {
  const isUnknown = (path: readonly string[]) => path[0] === 'R' && path[1] !== 'kind'
  expect(outcome('R.attr.owner == R.kind', { unknown: isUnknown })).toBe('R.attr.owner == "doc"')
})

test('the time is unknown where the activation has none', () => {
  const compiled = env.compile('now() > timestamp("2026-01-01T00:00:00Z") && P.attr.yes')
  const reduced = compiled.ok && reduce(compiled.program, { P }, { unknown: [] })
  expect(reduced && reduced.kind === 'residual' && print(reduced.expr)).toBe(
    'now() > timestamp("2026-01-01T00:00:00Z")',
  )
})
