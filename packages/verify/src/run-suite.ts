import type { SourceFile } from '@lockstitch/policy'

import type { Decider } from './decide.ts'
import { fixturesDirectoryOf } from './files.ts'
import { ACTION_SKIPPED, type Selection } from './filter.ts'
import { checkGroups, combineFixtures, type LoadedFixtures } from './fixtures.ts'
import { judge } from './judge.ts'
import { loadFile } from './load-file.ts'
import { expandTable, type Test } from './matrix.ts'
import { readSuite } from './read-suite.ts'
import {
  type ActionResults,
  type SuiteResults,
  summariseDetails,
  summaryWithoutTests,
  type TestCaseResults,
  type TestDetails,
} from './results.ts'
import { type Fixtures, SuiteError, type TestSuite, type TestTable } from './suite.ts'

/** What running a suite needs besides the suite. */
export interface SuiteContext {
  readonly decider: Decider
  readonly selection: Selection
  readonly fixturesIn: (directory: string) => LoadedFixtures
  /** Whether each action is a decision of its own, rather than all of a pair one. */
  readonly skipBatching: boolean
  /** Whether a failure comes with its explanation. */
  readonly explainFailures: boolean
  /** Told every test that is run. */
  readonly onTest?: (test: Test, action: string) => void
}

/** Runs a `_test.yaml` file. */
export function runSuite(file: SourceFile, context: SuiteContext): SuiteResults {
  const base = { file: file.path, name: 'Unknown', description: '' }
  const loaded = loadFile(file, readSuite)
  if (!loaded.ok) {
    const error = `failed to load test suite:\n${loaded.problem}`
    return { ...failedSuite(base, error), diagnostics: loaded.diagnostics }
  }
  const suite = loaded.value
  const { name, description } = suite
  const described = { file: file.path, name, description }
  const fixtures = context.fixturesIn(fixturesDirectoryOf(file.path))
  if (!fixtures.ok) {
    return { ...failedSuite(described, fixtures.problem), diagnostics: fixtures.diagnostics }
  }
  try {
    const tests = testsOf(suite, combineFixtures(suite, fixtures.fixtures))
    if (tests === 'skipped') return { ...skippedSuite(described), skipReason: suite.skipReason }
    return {
      ...described,
      ...runTests(suite, tests, context),
      kinds: kindsOf(tests),
      diagnostics: [],
    }
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error
    const failed = failedSuite(described, error.message)
    return error.location === undefined ? failed : { ...failed, location: error.location }
  }
}

type Described = Pick<SuiteResults, 'file' | 'name' | 'description'>

function failedSuite(described: Described, error: string): SuiteResults {
  const summary = summaryWithoutTests('RESULT_ERRORED')
  return { ...described, summary, error, testCases: [], diagnostics: [] }
}

function skippedSuite(described: Described): SuiteResults {
  const summary = summaryWithoutTests('RESULT_SKIPPED')
  return { ...described, summary, testCases: [], diagnostics: [] }
}

type ExpandedTests = readonly { readonly table: TestTable; readonly tests: readonly Test[] }[]

function testsOf(suite: TestSuite, fixtures: Fixtures): ExpandedTests | 'skipped' {
  rethrow('Invalid principal groups in test suite', () =>
    checkGroups(suite.principalGroups, (name) => fixtures.principals.has(name)),
  )
  rethrow('Invalid resource groups in test suite', () =>
    checkGroups(suite.resourceGroups, (name) => fixtures.resources.has(name)),
  )
  if (suite.skip) return 'skipped'
  rethrow('Invalid test suite', () => checkNames(suite.tests))
  return rethrow('Failed to load the test suite', () =>
    suite.tests.map((table) => ({ table, tests: expandTable(table, fixtures, suite.options) })),
  )
}

function kindsOf(tables: ExpandedTests): readonly string[] {
  const tests = tables.flatMap((table) => table.tests)
  return [...new Set(tests.map(({ input }) => input.resource.kind))]
}

function rethrow<T>(what: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error
    throw new SuiteError(`${what}: ${error.message}`, error.location)
  }
}

function checkNames(tests: readonly TestTable[]): void {
  const seen = new Set<string>()
  const repeated = tests.filter(({ name }) => seen.has(name) || !seen.add(name))
  if (repeated.length === 0) return
  throw new SuiteError(
    repeated.map(({ name }) => `another test named ${name} already exists`).join('; '),
    repeated[0]?.location,
  )
}

function runTests(
  suite: TestSuite,
  tables: ExpandedTests,
  context: SuiteContext,
): Pick<SuiteResults, 'testCases' | 'summary'> {
  const counted: TestDetails[] = []
  const testCases = tables.map(({ table, tests }): TestCaseResults => {
    const principals = new Map<string, { name: string; actions: readonly ActionResults[] }[]>()
    for (const test of tests) {
      const { actions, counts } = runTest(suite, test, context)
      counted.push(...counts)
      const resources = principals.get(test.principal) ?? []
      principals.set(test.principal, resources)
      resources.push({ name: test.resource, actions })
    }
    return {
      name: table.name,
      principals: [...principals].map(([name, resources]) => ({ name, resources })),
      location: table.location,
    }
  })
  const summary = summariseDetails(counted)
  const isAllFiltered = counted.length === 0 && testCases.length > 0
  return { testCases, summary: isAllFiltered ? summaryWithoutTests('RESULT_SKIPPED') : summary }
}

interface TestRun {
  readonly actions: readonly ActionResults[]
  /** The details that the tally counts: what a filter leaves out is not in it. */
  readonly counts: readonly TestDetails[]
}

function runTest(suite: TestSuite, test: Test, context: SuiteContext): TestRun {
  const { selection, skipBatching } = context
  const skipped = selection.skip(suite.name, test)
  if (skipped !== undefined) {
    const { counted } = skipped
    const actions = test.input.actions.map((name) => skippedAction(name, skipped.reason, counted))
    return { actions, counts: counted ? actions.map(({ details }) => details) : [] }
  }
  const chosen = test.input.actions.filter(selection.runsAction)
  const others = test.input.actions.filter((action) => !selection.runsAction(action))
  const batches = skipBatching ? chosen.map((action) => [action]) : [chosen]
  const run = batches.flatMap((actions) =>
    judge({ ...test, input: { ...test.input, actions } }, context),
  )
  return {
    actions: [...run, ...others.map((name) => skippedAction(name, ACTION_SKIPPED, false))],
    counts: run.map(({ details }) => details),
  }
}

function skippedAction(name: string, skipReason: string, counted: boolean): ActionResults {
  const details = { result: 'RESULT_SKIPPED', skipReason } as const
  return { name, details: counted ? details : { ...details, filtered: true } }
}
