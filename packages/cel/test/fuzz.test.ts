import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { createEnv } from '../src/env.ts'
import { isCelError } from '../src/errors.ts'
import { print } from '../src/print.ts'
import { toJson } from '../src/to-json.ts'
import { Timestamp, type Value } from '../src/values.ts'
import { CERBOS_EXPRESSIONS } from './cerbos-expressions.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'

// CEL_FUZZ_RUNS=1000000 npx vitest run packages/cel/test/fuzz.test.ts --testTimeout 10000000
const runs = Number(process.env.CEL_FUZZ_RUNS ?? 20_000)
const env = createEnv({
  variables: CERBOS_VARIABLES,
  functions: CERBOS_FUNCTIONS,
  folding: CERBOS_FOLDING,
  maxSteps: 10_000,
})
const attr = { x: 1, n: 2.5, s: 'a', list: [1, 'a', null], map: { a: 1 } }
const P = { id: 'p', roles: ['user'], attr, scope: '' }
const R = { id: 'r', kind: 'doc', attr }
const activation = {
  P,
  R,
  request: { principal: P, resource: R },
  V: {},
  [NOW]: new Timestamp(1, 0),
}

/** Compiles, prints and evaluates; anything thrown is a failure of the test. */
function tryOut(source: string): 'ok' | 'diagnostics' {
  const compiled = env.compile(source)
  if (compiled.ok) {
    print(compiled.program.expr)
    compiled.program.evaluate(activation)
    return 'ok'
  }
  for (const { message, span } of compiled.diagnostics) {
    const isInside = span.start >= 0 && span.start <= span.end && span.end <= source.length
    if (message === '' || !isInside) throw new Error(`${JSON.stringify(source)}: ${message}`)
  }
  if (compiled.diagnostics.length === 0) throw new Error(`nothing is said of ${source}`)
  return 'diagnostics'
}

// biome-ignore format: a table
const PIECES = [
  '(', ')', '[', ']', '{', '}', '"', "'", '`', '"""', '\\', '\\u', '\\x', '\\U0010FFFF', '//', '\n', '\r', '\t', ' ', '\0', '.', '.?', '[?', '?', ':', ',', ';', '=', '==', '!', '!=',
  '<', '<=', '-', '--', '+', '*', '/', '%', '&&', '&', '||', '|', 'in', 'true', 'false', 'null', 'for', '0', '1', '-9223372036854775808', '9223372036854775808', '0x', '1e', '1e999', '1.', '.5',
  '18446744073709551615u', 'u', 'r"', 'b"', 'R', 'R.attr', 'P.id', 'V', 'x', '@result', '__result__', '.R', 'has(', 'R.attr.list.all(x, ', '.exists(', '.map(', '.filter(x,', '.exists_one(', 'cel.bind(', '.optMap(x,',
  '.transformMap(k, v, ', '.sortBy(', 'math.greatest(', 'math.least()', 'matches("(")', '.matches(', 'size(', 'int(', 'timestamp("', 'duration("', '.format([', '"%', 'hierarchy(', 'google.protobuf.Timestamp', 'R{', '{?',
  '[?', 'é', '😀', '\uD800', '\uFEFF', '\u2028', '\u00a0',
]
const piece = fc.constantFrom(...PIECES)
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 4 }),
  insert: fc.oneof(piece, piece, fc.string({ maxLength: 3 }), fc.constant('')),
})
const mutated = fc
  .tuple(fc.constantFrom(...CERBOS_EXPRESSIONS), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([source, edits]) =>
    edits.reduce((written, { at, length, insert }) => {
      const from = Math.floor(at * written.length)
      return written.slice(0, from) + insert + written.slice(from + length)
    }, source),
  )
const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => String.fromCharCode(...each))
const pieces = fc.array(piece, { maxLength: 12 }).map((each) => each.join(''))
const pieceWords = fc.array(piece, { maxLength: 12 }).map((each) => each.join(' '))
const text = fc.oneof(
  { weight: 2, arbitrary: mutated },
  bytes,
  fc.string({ unit: 'binary', maxLength: 30 }),
  pieces,
  pieceWords,
)

test('no text does anything but compile or be told what is wrong with it', () => {
  let compiled = 0
  const tried = fc.property(text, (each) => {
    if (tryOut(each) === 'ok') compiled += 1
  })
  fc.assert(tried, {
    numRuns: runs,
    ...(process.env.CEL_SEED ? { seed: Number(process.env.CEL_SEED) } : {}),
  })
  expect(compiled).toBeGreaterThan(runs / 100)
})

const times = (part: string, count: number): string => part.repeat(count)
const nested = (open: string, inner: string, close: string, count: number): string =>
  times(open, count) + inner + times(close, count)

// biome-ignore format: a table
const BOMBS: Readonly<Record<string, string>> = {
  'parentheses': nested('(', '1', ')', 40_000),
  'parentheses that are not closed': times('(', 90_000),
  'lists': nested('[', '', ']', 40_000),
  'maps': nested('{1:', '1', '}', 20_000),
  'indexes': `R${times('[0]', 30_000)}`,
  'nested indexes': nested('R.attr[', '0', ']', 10_000),
  'selections': `R${times('.a', 40_000)}`,
  'optional selections': `R.attr${times('.?a', 30_000)}`,
  'calls': nested('size(', '1', ')', 15_000),
  'methods': `"a"${times('.trim()', 12_000)}`,
  'negations': `${times('!', 90_000)}true`,
  'signs': `${times('-', 90_000)}1`,
  'signs with blanks': `${times('- ', 45_000)}1`,
  'sums': `1${times('+1', 45_000)}`,
  'comparisons': `1${times('<1', 45_000)}`,
  'conditionals': `${times('true?1:', 12_000)}1`,
  'nested conditionals': `${times('true?', 18_000)}1`,
  'messages': nested('A{a:', '1', '}', 18_000),
  'nested macros': nested('[1].map(x,', 'x', ')', 9_000),
  'macros within the limit': nested('[1].map(x,', 'x', ')', 100),
  'macros in ranges': `[1]${times('.map(x,x)', 10_000)}`,
  'bindings': nested('cel.bind(x,', '1', ',x)', 8_000),
  'optional macros': `optional.of(1)${times('.optMap(x,x)', 8_000)}`,
  'sorted lists': `[1]${times('.sortBy(x,x)', 8_000)}`,
  'presence': nested('has(', 'R.attr.a', '.a)', 10_000),
  'greatest': nested('math.greatest(1,', '1', ')', 6_000),
  'too many characters': times('a', 100_001),
  'a long string': `"${times('a', 99_000)}"`,
  'a long comment': `//${times('a', 99_000)}`,
  'a long number': times('1', 99_000),
  'a long hexadecimal number': `0x${times('f', 99_000)}`,
  'a long exponent': `1e${times('9', 99_000)}`,
  'a long fraction': `0.${times('9', 99_000)}`,
  'a long name': times('a', 99_000),
  'a long escape': `"${times('\\n', 49_000)}"`,
  'an open string': `"${times('\\', 99_000)}`,
  'a long pattern': `"a".matches("${times('(a*)*', 19_000)}")`,
  'nested patterns': `"a".matches("${nested('(', 'a', ')', 40_000)}")`,
  'repeated patterns': `"a".matches("${times('(', 6)}a${times('{1000})', 6)}")`,
  'alternatives': `"a".matches("${times('a|', 49_000)}")`,
  'a long format': `"${times('%s', 40_000)}".format([1])`,
  'a long duration': `duration("${times('1h', 40_000)}")`,
  'a long time': `timestamp("${times('1', 90_000)}")`,
  'a long address': `ip("${times('1:', 40_000)}")`,
}

describe('a bomb of any form ends soon, and in diagnostics where it is beyond the limits', () => {
  test.each(Object.entries(BOMBS))('%s', (_, bomb) => {
    tryOut(bomb)
  })
})

// biome-ignore format: a table
const WIDE: Readonly<Record<string, string>> = {
  'terms of &&': `true${times('&&true', 16_000)}`,
  'terms of ||': `false${times('||false', 14_000)}`,
  'elements': `[${times('1,', 49_000)}]`,
  'entries': `{${times('1:1,', 24_000)}}`,
  'arguments': `math.greatest(${times('1,', 49_000)}1)`,
  'macros': `[${times('[1].all(x,x>0),', 6_600)}]`,
  'two-variable macros': `[${times('{}.transformMap(k,v,v),', 4_300)}]`,
}

describe('what is wide and not deep is fine', () => {
  test.each(Object.entries(WIDE))('%s', (_, wide) => {
    expect(tryOut(wide)).toBe('ok')
  })
})

// biome-ignore format: a table
const BUSY: Readonly<Record<string, string>> = {
  'nested folds': nested('lists.range(1000).all(x, ', 'true', ')', 5),
  'a list of lists': nested('lists.range(1000).map(x, ', 'x', ')', 4),
  'a text that doubles': `${times('cel.bind(x, ', 60)}"aaaa"${times(', x + x)', 60)}`,
  'a list that doubles': `${times('cel.bind(x, ', 60)}[1, 2]${times(', x + x)', 60)}`,
  'a long range': 'lists.range(9223372036854775807)',
  'replacements': `${times('cel.bind(x, ', 40)}"aa"${times(', x.replace("a", "aaaa"))', 40)}`,
  'joined texts': `${times('cel.bind(x, ', 40)}"aa"${times(', [x, x, x].join(x))', 40)}`,
  'formatted texts': `${times('cel.bind(x, ', 40)}"aa"${times(', "%s%s%s".format([x, x, x]))', 40)}`,
  'quoted texts': `${times('cel.bind(x, ', 100)}"\\""${times(', strings.quote(x))', 100)}`,
  'encoded texts': `${times('cel.bind(x, ', 100)}"a"${times(', json.encode([x, x]))', 100)}`,
  'replaced by patterns': `${times('cel.bind(x, ', 40)}"aa"${times(`, regex.replace(x, "a", "${times('a', 100)}"))`, 40)}`,
}

describe('an evaluation that would take forever or all memory is an error', () => {
  test.each(Object.entries(BUSY))('%s', (_, busy) => {
    const compiled = env.compile(busy)
    if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message)
    const result = compiled.program.evaluate(activation)
    expect(isCelError(result) && result.code).toBe('limit-exceeded')
  })
})

test('a small value that is huge as JSON, for its parts are shared, is an error as JSON', () => {
  const compiled = env.compile(nested('cel.bind(x, ', 'lists.range(100)', ', x.map(y, x))', 12))
  const result = compiled.ok && compiled.program.evaluate(activation)
  if (result === false || isCelError(result)) throw new Error('it has a value')
  expect(toJson(result)).toMatchObject({ code: 'limit-exceeded' })
})

test('data that nests without end is an error as JSON', () => {
  let deep: Value = 1
  for (let i = 0; i < 100_000; i += 1) deep = [deep]
  expect(toJson(deep)).toMatchObject({ code: 'limit-exceeded' })
})

// biome-ignore format: a table
const COMPARING: Readonly<Record<string, string>> = {
  'without repetitions': 'lists.range(100000).distinct()',
  'sets': 'sets.contains(lists.range(100000), lists.range(100000).reverse())',
  'equal sets': 'sets.equivalent(lists.range(100000), lists.range(100000).reverse())',
  'intersections': 'hasIntersection(lists.range(100000), lists.range(100000).map(x, -x - 1))',
  'every element in the list': 'R.attr.long.all(x, x in R.attr.long)',
  'every text in the list': 'R.attr.texts.all(x, !((x + "b") in R.attr.texts))',
  'lists that share their parts': `cel.bind(a, ${nested('cel.bind(x, ', '[1]', ', [x, x])', 40)}, cel.bind(b, ${nested('cel.bind(x, ', '[1]', ', [x, x])', 40)}, a == b))`,
  'maps that share their parts': `cel.bind(a, ${nested('cel.bind(x, ', '[1]', ', {1: x, 2: x})', 40)}, cel.bind(b, ${nested('cel.bind(x, ', '[1]', ', {1: x, 2: x})', 40)}, a == b))`,
}

describe('comparing that would take forever is an error, whatever outweighs it', () => {
  const long = Array.from({ length: 100_000 }, (_, i) => i)
  const attributes = { long, texts: long.map(String) }
  const many = createEnv({
    variables: CERBOS_VARIABLES,
    functions: CERBOS_FUNCTIONS,
    folding: CERBOS_FOLDING,
  })
  test.each(Object.entries(COMPARING))('%s', (_, comparing) => {
    const compiled = many.compile(comparing)
    if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message)
    const result = compiled.program.evaluate({ R: { attr: attributes } })
    expect(result).toMatchObject({ code: 'limit-exceeded' })
  })
})
