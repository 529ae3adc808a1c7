import { describe, expect, test } from 'vitest'

import { CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { createEnv } from '../src/env.ts'
import { copyExpr, evaluatePartially, foldConstants } from '../src/partial.ts'
import { print } from '../src/print.ts'
import type { Value } from '../src/values.ts'
import { CERBOS_VARIABLES } from './cerbos-variables.ts'

// What cel-go leaves is asked of Cerbos in the tests of the engine's plans. Here are the rules.

const env = createEnv({ variables: CERBOS_VARIABLES, functions: CERBOS_FUNCTIONS })
const P = { id: 'p1', attr: { list: ['a', 'b'], n: 2 } }
const activation = { P, request: { principal: P } }
const qualified = new Map<string, Value>([['R.attr.known', 'k']])

function leave(source: string): string {
  const compiled = env.compile(source)
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message)
  const expr = copyExpr(foldConstants(copyExpr(compiled.program.expr), env))
  const unknown = [['R'], ['request', 'resource']]
  const result = evaluatePartially(expr, { env, activation, unknown, qualified })
  return `${result.kind}: ${print(result.residual)}`
}

describe('a partial evaluation as in cel-go', () => {
  test.each([
    ['P.id == "p1"', 'value: true'],
    ['R.attr.a == P.id', 'unknown: R.attr.a == "p1"'],
    ['R.attr.known == "k"', 'value: true'],
    ['R.attr.a && P.id == "p1"', 'unknown: R.attr.a'],
    ['R.attr.a || P.id == "p1"', 'value: true'],
    ['R.attr.a ? P.id : P.attr.n', 'unknown: R.attr.a ? P.id : P.attr.n'],
    ['R.attr.m[P.id]', 'unknown: R.attr.m[P.id]'],
    ['R.attr.a in []', 'value: false'],
    ['R.attr.a == P.attr.missing', 'error: R.attr.a == {"list": ["a", "b"], "n": 2.0}.missing'],
    ['has(R.attr.known)', 'value: "k"'],
    ['[R.attr.a, P.id]', 'unknown: [R.attr.a, "p1"]'],
    ['P.id in [R.attr.a, P.id]', 'unknown: "p1" in [R.attr.a, "p1"]'],
    ['"a" in [R.attr.a, "a"]', 'value: true'],
    ['!(R.attr.a && false)', 'value: true'],
    ['R.attr.a ? 1 + 1 : 2 + 2', 'unknown: R.attr.a ? 2 : 4'],
  ])('%s', (source, left) => {
    expect(leave(source)).toBe(left)
  })
})
