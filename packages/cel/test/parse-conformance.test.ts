import {
  getComprehensionSuite,
  getConformanceSuite,
  getParsingSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js'
import { expect, test } from 'vitest'

import { STANDARD_MACROS } from '../src/macros.ts'
import { parse } from '../src/parser.ts'
import { debugString } from './debug-string.ts'

// cel-go's own parser knows a second spelling that its environments, and so Cerbos's, do not.
const MACROS = STANDARD_MACROS.flatMap((macro) =>
  macro.name === 'exists_one' ? [macro, { ...macro, name: 'existsOne' }] : [macro],
)

function allTests(suite: IncrementalTestSuite): IncrementalTest[] {
  return [...suite.tests, ...suite.suites.flatMap(allTests)]
}

test.each([
  { name: 'conformance', suite: getConformanceSuite(), count: 2259 },
  { name: 'parsing', suite: getParsingSuite(), count: 108 },
  { name: 'comprehension', suite: getComprehensionSuite(), count: 82 },
])('$name: the syntax tree is that of cel-go', ({ suite, count }) => {
  const cases = allTests(suite).filter((each) => each.ast !== undefined)
  expect(cases.length).toBe(count)
  const differing = cases.flatMap(({ original, ast }) => {
    const result = parse(original.expr, { macros: MACROS })
    const got = result.ok ? debugString(result.expr) : JSON.stringify(result.diagnostics)
    return got === ast ? [] : [{ expr: original.expr, got, ast }]
  })
  expect(differing).toEqual([])
})

test('what cel-go does not parse is rejected with a place inside the text', () => {
  const rejected = allTests(getParsingSuite()).filter(
    ({ ast, error = '' }) => ast === undefined && !OURS_ACCEPTS.test(error),
  )
  expect(rejected.length).toBe(57)
  for (const { original } of rejected) {
    const result = parse(original.expr, { macros: MACROS })
    expect(result.ok, original.expr).toBe(false)
    const span = result.ok ? undefined : result.diagnostics[0]?.span
    expect(span?.end).toBeLessThanOrEqual(original.expr.length)
  }
})

// Optional syntax and quoted fields are off in these cases of cel-go, and the depth limit is 32.
const OURS_ACCEPTS = /^ERROR: [^\n]*(unsupported syntax|recursion)/
