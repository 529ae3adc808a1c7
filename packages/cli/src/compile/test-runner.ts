import { posix } from 'node:path'
import type { LinkedPolicySet, SourceFile } from '@lockstitch/policy'
import {
  type Coverage,
  createCoverage,
  findTestSuites,
  parseTestFilter,
  type RunOptions,
  runTestSuites,
  type SuiteResults,
  summarise,
  TestFilterError,
  type TestResults,
} from '@lockstitch/verify'
import { readTestFiles } from '@lockstitch/verify/node'

import type { TestingOptions } from '../commands/compile-options.ts'
import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { wantsCoverage } from './coverage-report.ts'
import { progressLine } from './progress.ts'
import type { ReadPolicies } from './read-policies.ts'

/** What the tests came to. */
export interface TestRun {
  readonly results: TestResults
  /** Of the tests. */
  readonly directory: string
  readonly coverage: Coverage | undefined
}

type Compiled = ReadPolicies & { readonly kind: 'compiled' }

/** Runs the tests of a directory, all of them or those that a change touches. */
export interface TestRunner {
  run(policies: Compiled): Promise<TestRun>
  /** Takes over the results of the run before for suites that the changed files have no part in. */
  runChanged(policies: Compiled, changed: ReadonlySet<string>): Promise<TestRun>
}

/** @throws {CommandFailure} for a filter that cannot be used. */
export function createTestRunner(
  policyDirectory: string,
  options: TestingOptions,
  io: Io,
): TestRunner {
  const directory = options.tests ?? policyDirectory
  let last: ReadonlyMap<string, SuiteResults> = new Map()
  async function runSuites(
    { policySet }: Compiled,
    isKept: (suite: string) => boolean,
  ): Promise<TestRun> {
    // A set that does not compile is never tested.
    const tested: LinkedPolicySet = policySet ?? { policies: [] }
    const files = await readTests(directory)
    const coverage = wantsCoverage(options) ? createCoverage(tested) : undefined
    const kept = new Map([...last].filter(([file]) => isKept(file)))
    const toRun = coverage ? files : files.filter(({ path }) => !kept.has(path))
    const suites = [...runWithProgress(tested, toRun, options, coverage, io)]
    const all = new Map([...kept, ...suites.map((suite) => [suite.file, suite] as const)])
    const order = findTestSuites(files).flatMap(({ path }) => all.get(path) ?? [])
    last = new Map(order.map((suite) => [suite.file, suite]))
    return { results: { suites: order, summary: summarise(order) }, directory, coverage }
  }
  return {
    run: (policies) => runSuites(policies, () => false),
    runChanged: (policies, changed) => {
      const paths = [...changed].map((path) => posix.relative(directory, path))
      return runSuites(policies, (suite) => paths.every((path) => isUntouched(suite, path)))
    },
  }
}

/** Whether a suite gives the same results after a change of a file: another suite, or other fixtures. */
function isUntouched(suite: string, changed: string): boolean {
  const folder = posix.dirname(changed)
  if (posix.basename(folder) === 'testdata') return posix.dirname(folder) !== posix.dirname(suite)
  return /_test\.(yaml|yml|json)$/i.test(changed) && changed !== suite
}

function* runWithProgress(
  policySet: LinkedPolicySet,
  files: readonly SourceFile[],
  options: TestingOptions,
  coverage: Coverage | undefined,
  io: Io,
): Generator<SuiteResults> {
  const progress = progressLine(io)
  try {
    yield* runTestSuites(policySet, files, {
      ...runOptions(options),
      ...(coverage && { coverage }),
      onSuite: ({ done, total }) => progress.show(done, total, 'test suites'),
    })
  } catch (error) {
    throw error instanceof TestFilterError ? badFilter(error) : error
  } finally {
    progress.clear()
  }
}

function runOptions(options: TestingOptions): RunOptions {
  const { testFilter = [], run, skipBatching, strictEvaluation, ignoreSchemas, defaults } = options
  return {
    defaults,
    ...(testFilter.length > 0 && { filter: parseTestFilter(testFilter) }),
    ...(run !== undefined && { run }),
    skipBatching: skipBatching === true,
    strictEvaluation: strictEvaluation === true,
    ...(ignoreSchemas && { schemaEnforcement: 'none' }),
  }
}

function badFilter(error: TestFilterError): CommandFailure {
  return new CommandFailure(exitCodes.failed, `invalid test filter: ${error.message}`, {
    cause: error,
  })
}

async function readTests(directory: string): Promise<readonly SourceFile[]> {
  try {
    return await readTestFiles(directory)
  } catch (error) {
    const message = `the tests in \`${directory}\` cannot be read: ${reasonOf(error)}`
    throw new CommandFailure(exitCodes.failed, message, { cause: error })
  }
}
