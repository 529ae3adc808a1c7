import { failureLines, rowName } from './report/row-text.ts'
import { rowsOf, type SuiteResults } from './results.ts'
import type { RunOptions } from './run.ts'
import { verifyDirectory } from './verify-directory.ts'

/** The functions of a test framework, as Vitest, Jest and `node:test` have them. */
export interface TestFunctions {
  readonly describe: Describe
  readonly test: DefineTest
}

type Describe = (name: string, body: () => void) => unknown

type DefineTest = ((name: string, body: () => void) => unknown) & {
  readonly skip: (name: string, body: () => void) => unknown
}

/** How policy tests become tests of the framework. */
export interface TestPoliciesOptions extends RunOptions, Partial<TestFunctions> {}

/**
 * Makes a test of each row of the policy tests in a directory, so that they run beside the tests of
 * the code. Call it at the top of a test file and await it:
 *
 *     import { describe, test } from 'vitest'
 *     await testPolicies('./policies', { describe, test })
 *
 * Without `describe` and `test` the global ones are used. Rejects where the policies do not compile
 * and where there are no tests at all.
 */
export async function testPolicies(
  directory: string,
  options: TestPoliciesOptions = {},
): Promise<void> {
  const functions = testFunctions(options)
  const { suites } = await verifyDirectory(directory, options)
  if (suites.length === 0) throw new Error(`\`${directory}\` has no \`_test.yaml\` file`)
  for (const suite of suites) defineSuite(suite, functions)
}

function testFunctions({ describe, test }: Partial<TestFunctions>): TestFunctions {
  // Whatever a framework puts there; it is looked at before it is used.
  const globals = globalThis as Partial<TestFunctions>
  const found = { describe: describe ?? globals.describe, test: test ?? globals.test }
  if (typeof found.describe !== 'function' || typeof found.test !== 'function') {
    throw new TypeError(
      'there are no global `describe` and `test`: pass those of the test framework as options',
    )
  }
  return { describe: found.describe, test: found.test }
}

function defineSuite(suite: SuiteResults, { describe, test }: TestFunctions): void {
  const { file, name, error } = suite
  describe(`${file}: ${name}`, () => {
    if (error !== undefined) {
      test('can be run', () => {
        throw failure(error)
      })
      return
    }
    const rows = [...rowsOf([suite])]
    if (rows.length === 0) test.skip('is skipped', () => {})
    for (const row of rows) {
      const define = row.details.result === 'RESULT_SKIPPED' ? test.skip : test
      define(rowName(row), () => {
        const lines = failureLines(row)
        if (lines.length > 0) throw failure(lines.join('\n'))
      })
    }
  })
}

/** Without a stack: a framework would show a line of this file, where nothing is wrong. */
function failure(message: string): Error {
  const error = new Error(message)
  error.stack = `Error: ${message}`
  return error
}
