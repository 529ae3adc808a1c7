import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Expr } from './ast.ts'
import { parse } from './parser.ts'
import { print } from './print.ts'

function parsed(text: string): Expr {
  const result = parse(text)
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]?.message}`)
  return result.expr
}

/** The expression without what depends on where it is written. */
function shape(expr: unknown): unknown {
  return JSON.parse(
    JSON.stringify(expr, (key, value) => {
      if (key === 'id' || key === 'span') return undefined
      if (typeof value === 'bigint') return `${value}n`
      return Object.is(value, -0) ? '-0' : value
    }),
  )
}

test.each([
  ['a&&b&&c&&d', 'a && b && c && d'],
  ['a&&(b&&c)', 'a && (b && c)'],
  ['(a||b)&&c', '(a || b) && c'],
  ['a-(b-c)-d', 'a - (b - c) - d'],
  ['!(a==b)', '!(a == b)'],
  ['-(1)', '-(1)'],
  ['a- -1', 'a - -1'],
  ['1.0+2e30+-0.0', '1.0 + 2e+30 + -0.0'],
  ['(a?b:c)?d:e?f:g', '(a ? b : c) ? d : e ? f : g'],
  ["'it\\'s \"x\"\\n'", '"it\'s \\"x\\"\\n"'],
  ["b'\\xff\\\\a'", 'b"\\xff\\x5ca"'],
  ['has(a.b)&&a.`x-y`.exists(v,v>1u)', 'has(a.b) && a.`x-y`.exists(v, v > 1u)'],
  ['a.?b[?c].d', 'a.?b[?c].d'],
  ['[?a,b]+{?a:b}.c', '[?a, b] + {?a: b}.c'],
  ['.a.b{c:1,?`in`:2}', '.a.b{c: 1, ?`in`: 2}'],
  ['[1].map(x,x>0,x*2)', '[1].map(x, x > 0, x * 2)'],
  ['x in[1]', 'x in [1]'],
])('%s is printed as %s', (written, text) => {
  expect(print(parsed(written))).toBe(text)
})

const name = fc.constantFrom('a', 'b', 'P', 'R', 'as_', '_x')
const literal = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  fc.bigInt({ min: 1n, max: 2n ** 63n }).map((n) => `-${n}`),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => `${n}u`),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((n) => (Number.isInteger(n) ? `${n.toExponential()}` : String(n))),
  fc
    .string({ unit: 'grapheme' })
    .map((text) => JSON.stringify(text).replace(/\\u(d[89a-f]..)/gi, 'x')),
  fc.constantFrom('true', 'false', 'null', "b'\\001x'", "r'\\d'", '"""a\n"b"""'),
)
const { expr: source } = fc.letrec<{ expr: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(name, literal),
  expr: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc
      .tuple(
        tie('expr'),
        fc.constantFrom('&&', '||', '+', '-', '*', '/', '%', '<', '<=', '==', '!=', 'in'),
        tie('expr'),
      )
      .map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.array(tie('expr'), { minLength: 2, maxLength: 6 }).map((all) => all.join(' && ')),
    tie('expr').map((e) => `(${e})`),
    fc.tuple(fc.constantFrom('!', '-', '!!', '---'), tie('expr')).map(([op, e]) => `${op}(${e})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => `(${a}) ? (${b}) : ${c}`),
    tie('expr').map((e) => `(${e}).f`),
    tie('expr').map((e) => `(${e}).?\`g h\``),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a})[${b}]`),
    fc.array(tie('expr'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `{${a}: ${b}}`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a}).all(x, ${b})`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `f(${a}, ${b})`),
  ),
}))

test('parsing what was printed gives the same expression', () => {
  fc.assert(
    fc.property(source, (text) => {
      const expr = parsed(text)
      expect(shape(parsed(print(expr)))).toEqual(shape(expr))
    }),
    { numRuns: 2000 },
  )
})
