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
import { type TestedWith, untouchedBy } from './touched.ts'

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
  /** Takes over the results of the run before for suites that would have the same. */
  runChanged(policies: Compiled): Promise<TestRun>
}

/** @throws {CommandFailure} for a filter that cannot be used. */
export function createTestRunner(
  policyDirectory: string,
  /** Where to read what the command line names. */
  placeOf: (path: string) => string,
  options: TestingOptions,
  io: Io,
): TestRunner {
  const directory = options.tests ?? policyDirectory
  let last: (TestedWith & { readonly suites: readonly SuiteResults[] }) | undefined
  async function runSuites({ policySet, files }: Compiled, isRerun: boolean): Promise<TestRun> {
    // A set that does not compile is never tested.
    const tested: LinkedPolicySet = policySet ?? { policies: [] }
    const testFiles = await readTests(directory, placeOf(directory))
    const now: TestedWith = { policySet: tested, policyFiles: files, testFiles }
    const coverage = wantsCoverage(options) ? createCoverage(tested) : undefined
    const kept = isRerun && last && !coverage ? last.suites.filter(untouchedBy(last, now)) : []
    const byFile = new Map(kept.map((suite) => [suite.file, suite]))
    const toRun = testFiles.filter(({ path }) => !byFile.has(path))
    for (const suite of runWithProgress(tested, toRun, options, coverage, io)) {
      byFile.set(suite.file, suite)
    }
    const suites = findTestSuites(testFiles).flatMap(({ path }) => byFile.get(path) ?? [])
    last = { ...now, suites }
    return { results: { suites, summary: summarise(suites) }, directory, coverage }
  }
  return {
    run: (policies) => runSuites(policies, false),
    runChanged: (policies) => runSuites(policies, true),
  }
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

async function readTests(directory: string, place: string): Promise<readonly SourceFile[]> {
  try {
    return await readTestFiles(place)
  } catch (error) {
    const message = `the tests in \`${directory}\` cannot be read: ${reasonOf(error)}`
    throw new CommandFailure(exitCodes.failed, message, { cause: error })
  }
}
