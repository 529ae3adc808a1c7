import type { Explanation, OutputEntry } from '@lockstitch/engine'
import type { Diagnostic, Effect, JsonValue, SourceLocation } from '@lockstitch/policy'

/**
 * What running test suites came to, in the shape of Cerbos's `policy.v1.TestResults`. What is not
 * in that message says so: reports that pipelines read leave it out.
 */
export interface TestResults {
  /** Sorted by file. */
  readonly suites: readonly SuiteResults[]
  readonly summary: Summary
}

/** What a test came to, from the least to the most serious. */
export type TestResult = 'RESULT_SKIPPED' | 'RESULT_PASSED' | 'RESULT_FAILED' | 'RESULT_ERRORED'

/** How many tests came to what. A test is one action of one principal on one resource. */
export interface Summary {
  /** The most serious result; unspecified where there is none at all. */
  readonly overallResult: TestResult | 'RESULT_UNSPECIFIED'
  readonly testsCount: number
  /** An entry a result that occurs, the least serious first. */
  readonly resultCounts: readonly Tally[]
}

export interface Tally {
  readonly result: TestResult
  readonly count: number
}

/** A `_test.yaml` file. One that cannot be run has an `error` and no test cases. */
export interface SuiteResults {
  /** Relative to the directory of the tests. */
  readonly file: string
  /** `Unknown` where the file could not be read. */
  readonly name: string
  readonly description: string
  readonly summary: Summary
  readonly error?: string
  /** Not in Cerbos's message: the test that the error is about, if it is about one. */
  readonly location?: SourceLocation
  /** Why the whole suite was skipped. */
  readonly skipReason?: string
  readonly testCases: readonly TestCaseResults[]
  /** Not in Cerbos's message: the kinds of resources that it tests, unless it cannot be run. */
  readonly kinds?: readonly string[]
  /** Not in Cerbos's message: what is wrong with the suite or its fixtures, each with its place. */
  readonly diagnostics: readonly Diagnostic[]
}

/** An entry of `tests`. */
export interface TestCaseResults {
  readonly name: string
  readonly principals: readonly PrincipalResults[]
  /** Not in Cerbos's message: where the test is written. */
  readonly location: SourceLocation
}

export interface PrincipalResults {
  readonly name: string
  readonly resources: readonly ResourceResults[]
}

export interface ResourceResults {
  readonly name: string
  readonly actions: readonly ActionResults[]
}

export interface ActionResults {
  readonly name: string
  readonly details: TestDetails
}

/** What came of one action. */
export type TestDetails =
  | {
      readonly result: 'RESULT_SKIPPED'
      readonly skipReason: string
      /** Not in Cerbos's message: a filter left it out, so that no tally counts it. */
      readonly filtered?: true
    }
  | { readonly result: 'RESULT_PASSED'; readonly success: TestSuccess }
  | {
      readonly result: 'RESULT_FAILED'
      readonly failure: TestFailure
      /** Not in Cerbos's message: why the decision is what it is, where it is not what it should be. */
      readonly explanation?: Explanation
    }
  | { readonly result: 'RESULT_ERRORED'; readonly error: string }

export interface TestSuccess {
  readonly effect: Effect
  readonly outputs: readonly OutputEntry[]
}

export interface TestFailure {
  readonly expected: Effect
  readonly actual: Effect
  /** Empty where the effect itself is wrong. */
  readonly outputs: readonly OutputFailure[]
}

/** An output that is not what was expected. An expectation without `val` has no `expected`. */
export type OutputFailure = { readonly src: string } & (
  | { readonly mismatched: { readonly expected?: JsonValue; readonly actual: JsonValue } }
  | { readonly missing: { readonly expected?: JsonValue } }
  | { readonly errored: { readonly expected?: JsonValue; readonly error: string } }
)

/** One action with everything that it belongs to. */
export interface TestRow {
  readonly suite: SuiteResults
  readonly test: TestCaseResults
  readonly principal: string
  readonly resource: string
  readonly action: string
  readonly details: TestDetails
}

/** The rows of results, in the order in which they were run. */
export function* rowsOf(suites: readonly SuiteResults[]): Generator<TestRow> {
  for (const suite of suites) {
    for (const test of suite.testCases) {
      for (const { name: principal, resources } of test.principals) {
        for (const { name: resource, actions } of resources) {
          for (const { name: action, details } of actions) {
            yield { suite, test, principal, resource, action, details }
          }
        }
      }
    }
  }
}

/** Counts what suites came to. */
export function summarise(suites: readonly SuiteResults[]): Summary {
  const counts = suites.flatMap(({ summary }) => summary.resultCounts)
  const overall = suites.map(({ summary }) => summary.overallResult)
  return summaryOf(counts, overall)
}

/** Counts what rows came to. */
export function summariseDetails(details: readonly TestDetails[]): Summary {
  const results = details.map(({ result }) => result)
  return summaryOf(
    results.map((result) => ({ result, count: 1 })),
    results,
  )
}

/** The summary of a suite that came to a result as a whole. */
export function summaryWithoutTests(overallResult: TestResult): Summary {
  return { overallResult, testsCount: 0, resultCounts: [] }
}

const ORDER: readonly TestResult[] = [
  'RESULT_SKIPPED',
  'RESULT_PASSED',
  'RESULT_FAILED',
  'RESULT_ERRORED',
]

function summaryOf(
  tallies: readonly Tally[],
  results: readonly Summary['overallResult'][],
): Summary {
  const resultCounts = ORDER.flatMap((result) => {
    const of = tallies.filter((tally) => tally.result === result)
    const count = of.reduce((sum, tally) => sum + tally.count, 0)
    return count === 0 ? [] : [{ result, count }]
  })
  return {
    overallResult: ORDER.findLast((result) => results.includes(result)) ?? 'RESULT_UNSPECIFIED',
    testsCount: resultCounts.reduce((sum, { count }) => sum + count, 0),
    resultCounts,
  }
}

/** How many tests came to a result. */
export function countOf({ resultCounts }: Summary, result: TestResult): number {
  return resultCounts.find((tally) => tally.result === result)?.count ?? 0
}
