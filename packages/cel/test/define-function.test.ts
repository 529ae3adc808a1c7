import { describe, expect, expectTypeOf, test } from 'vitest'

import { CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { defineFunction } from '../src/define-function.ts'
import { createEnv } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import type { Overload } from '../src/functions/overload.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  messageType,
  NULL,
  STRING,
  TIMESTAMP,
  UINT,
} from '../src/types.ts'
import { type Duration, type Timestamp, Uint, type Value } from '../src/values.ts'

const R = messageType('Resource', { id: STRING, attr: mapType(STRING, DYN) })

function outcome(functions: readonly Overload[], source: string, attr: object = {}): unknown {
  const compiled = createEnv({ variables: { R }, functions }).compile(source)
  if (!compiled.ok) return `does not compile: ${compiled.diagnostics[0]?.message}`
  const result = compiled.program.evaluate({ R: { id: 'r1', attr } })
  return result instanceof CelError ? `error: ${result.message}` : result
}

const startsLike = defineFunction({
  name: 'startsLike',
  member: true,
  args: [STRING, INT],
  result: BOOL,
  implementation: (text, length) => text.length === Number(length),
})
const total = defineFunction({
  name: 'acme.total',
  args: [listType(DOUBLE)],
  result: DOUBLE,
  implementation: (list) => list.reduce((sum, each) => sum + each, 0),
})
const names = defineFunction({
  name: 'names',
  args: [mapType(STRING, DYN)],
  result: listType(STRING),
  implementation: (map) => [...map.keys()],
})
const next = defineFunction({
  name: 'next',
  args: [INT],
  result: INT,
  implementation: (int) => int + 1n,
})
const nextDouble = defineFunction({
  name: 'next',
  args: [DOUBLE],
  result: DOUBLE,
  implementation: (double) => double + 1,
})
const fail = defineFunction({
  name: 'fail',
  args: [DYN],
  result: BOOL,
  implementation: () => {
    throw new Error('out of order')
  },
})

test.each<[source: string, result: unknown]>([
  ['R.id.startsLike(2)', true],
  ['R.id.startsLike(size("abc"))', false],
  ['R.attr.text.startsLike(int(R.attr.n))', true],
  ['R.attr.n.startsLike(1)', 'error: no such overload'],
  [
    'R.id.startsLike("a")',
    "does not compile: found no matching overload for 'startsLike' applied to 'string.(string)'",
  ],
  ['acme.total([1.0, 2.0])', 3],
  ['acme.total(R.attr.list)', 3],
  ['acme.total(R.attr.mixed)', 'error: no such overload'],
  ['names({"a": 1, "b": 2})', ['a', 'b']],
  ['names(R.attr)', ['text', 'n', 'list', 'mixed']],
  ['next(1)', 2n],
  ['next(R.attr.n)', 3],
  [
    'next(9223372036854775807)',
    'error: custom function `next` failed: its result is declared as int, it returned something else',
  ],
])('a function of one’s own is called with converted values: %s', (source, result) => {
  const attr = { text: 'ab', n: 2, list: [1, 2], mixed: [1, 'a'] }
  expect(outcome([startsLike, total, names, next, nextDouble], source, attr)).toEqual(result)
})

test('an exception is an error of the expression, and no decision', () => {
  const message = 'error: custom function `fail` failed: out of order'
  expect(outcome([fail], 'fail(R.id)')).toBe(message)
  expect(outcome([fail], 'fail(1)')).toBe(message)
  expect(outcome([fail], '!fail(R.id)')).toBe(message)
  expect(outcome([fail], 'fail(R.id) || true')).toBe(true)
  expect(outcome([fail], 'fail(R.id) || false')).toBe(message)
})

describe('a result of another type is an error', () => {
  const oddities: readonly unknown[] = [
    undefined,
    Promise.resolve(true),
    () => true,
    Symbol('true'),
    new Date(),
    new (class Odd {})(),
    [undefined],
    { a: undefined },
    2n ** 63n,
    new Uint(-1n),
  ]
  const types: readonly CelType[] = [BOOL, INT, UINT, DYN, listType(DYN), mapType(STRING, DYN)]
  test.each(types.map((result) => [result.kind, result] as const))('%s', (_, result) => {
    for (const answer of oddities) {
      const implementation = () => answer as Value
      const odd = defineFunction({ name: 'odd', args: [DYN], result, implementation })
      expect(outcome([odd], 'odd(R.id)')).toMatch(/^error: custom function `odd` failed/)
    }
  })
  test('a promise is named', () => {
    const implementation = () => Promise.resolve(true) as unknown as boolean
    const odd = defineFunction({ name: 'odd', args: [], result: BOOL, implementation })
    expect(outcome([odd], 'odd()')).toContain(
      'it returned a promise, and evaluation is synchronous',
    )
  })
})

describe('a name that is taken or malformed is refused', () => {
  const define = (name: string, member: boolean, args: readonly CelType[]) => () =>
    defineFunction({ name, member, args, result: BOOL, implementation: () => true })
  // biome-ignore format: a table
  test.each<[name: string, member: boolean, args: readonly CelType[], message: string]>([
    ['size', false, [STRING], 'cannot define `size`: CEL has a function `size()` already; choose another name, such as one with a prefix of your own'],
    ['contains', true, [STRING, STRING], 'CEL has a method `.contains()` already'],
    ['math.abs', false, [INT], 'CEL has a function `math.abs()` already'],
    ['has', false, [DYN], 'CEL has a macro of that name'],
    ['all', true, [DYN, DYN, DYN], 'CEL has a macro of that name'],
    ['cel.bind', false, [DYN, DYN, DYN], 'CEL has a macro of that name'],
    ['_+_', false, [STRING, STRING], 'expected `isHoliday` or `acme.isHoliday`'],
    ['a.b', true, [STRING], 'expected a name such as `isHoliday`'],
    ['', false, [], 'expected `isHoliday`'],
    ['for', false, [], '`for` is a reserved word'],
    ['a.in', false, [], '`in` is a reserved word'],
    ['isIt', true, [], 'a method has its target as its first argument'],
  ])('%s', (name, member, args, message) => {
    expect(define(name, member, args)).toThrow(message)
  })
  test('a method may have the name of a function', () => {
    expect(define('cidr', true, [STRING])).not.toThrow()
  })
})

test('two functions that fit the same call are refused', () => {
  const args = [DYN] as const
  const loose = defineFunction({ name: 'next', args, result: DYN, implementation: (a) => a })
  const message =
    'two functions fit the same call: custom function next(int) and custom function next(dyn)'
  expect(() => createEnv({ variables: {}, functions: [next, loose] })).toThrow(message)
})

test('a function that fits a call of one of Cerbos is refused beside it', () => {
  const hierarchy = defineFunction({
    name: 'hierarchy',
    args: [STRING],
    result: BOOL,
    implementation: () => true,
  })
  const variables = {}
  expect(() => createEnv({ variables, functions: [hierarchy] })).not.toThrow()
  expect(() => createEnv({ variables, functions: [...CERBOS_FUNCTIONS, hierarchy] })).toThrow(
    'two functions fit the same call',
  )
})

test('TypeScript infers the types of arguments and results', () => {
  defineFunction({
    name: 'each',
    args: [STRING, INT, UINT, DOUBLE, BOOL, BYTES, NULL, TIMESTAMP, DURATION, DYN],
    result: mapType(STRING, listType(INT)),
    implementation: (...args) => {
      expectTypeOf(args).toEqualTypeOf<
        [string, bigint, Uint, number, boolean, Uint8Array, null, Timestamp, Duration, Value]
      >()
      return { a: [1n] }
    },
  })
  defineFunction({
    name: 'collections',
    args: [listType(mapType(STRING, INT)), listType(DYN), R],
    result: INT,
    implementation: (maps, list, message) => {
      expectTypeOf(maps).toEqualTypeOf<readonly ReadonlyMap<string, bigint>[]>()
      expectTypeOf(list).toEqualTypeOf<readonly Value[]>()
      expectTypeOf(message).toEqualTypeOf<Value>()
      return BigInt(maps.length)
    },
  })
  // @ts-expect-error A JavaScript number is a double, not an int.
  defineFunction({ name: 'wrong', args: [STRING], result: INT, implementation: (a) => a.length })
  // @ts-expect-error It takes one argument.
  defineFunction({ name: 'wrong', args: [INT], result: INT, implementation: (_a, b) => b })
})
