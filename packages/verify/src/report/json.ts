import type { JsonValue } from '@lockstitch/policy'

import type {
  SuiteResults,
  Summary,
  TestCaseResults,
  TestDetails,
  TestResults,
} from '../results.ts'

/** The results as Cerbos's `policy.v1.TestResults` in JSON, which pipelines read. */
export function jsonReport(results: TestResults): string {
  return `${JSON.stringify(plainResults(results), undefined, 2)}\n`
}

/** The same as a value: protobuf JSON, in which what a proto field has by default is left out. */
export function plainResults({ suites, summary }: TestResults): JsonValue {
  return {
    ...(suites.length > 0 && { suites: suites.map(plainSuite) }),
    summary: plainSummary(summary),
  }
}

function plainSuite(suite: SuiteResults): JsonValue {
  const { file, name, description, summary, error, skipReason, testCases } = suite
  return {
    file,
    name,
    summary: plainSummary(summary),
    ...(error !== undefined && { error }),
    ...(testCases.length > 0 && { testCases: testCases.map(plainTestCase) }),
    ...(description !== '' && { description }),
    ...(skipReason && { skipReason }),
  }
}

function plainSummary({ overallResult, testsCount, resultCounts }: Summary): JsonValue {
  return {
    ...(overallResult !== 'RESULT_UNSPECIFIED' && { overallResult }),
    ...(testsCount > 0 && { testsCount }),
    ...(resultCounts.length > 0 && { resultCounts: resultCounts.map((tally) => ({ ...tally })) }),
  }
}

function plainTestCase({ name, principals }: TestCaseResults): JsonValue {
  return {
    name,
    principals: principals.map((principal) => ({
      name: principal.name,
      resources: principal.resources.map((resource) => ({
        name: resource.name,
        actions: resource.actions.map((action) => ({
          name: action.name,
          details: plainDetails(action.details),
        })),
      })),
    })),
  }
}

function plainDetails(details: TestDetails): JsonValue {
  switch (details.result) {
    case 'RESULT_SKIPPED':
      return { result: details.result, skipReason: details.skipReason }
    case 'RESULT_ERRORED':
      return { ...details }
    case 'RESULT_PASSED': {
      const { effect, outputs } = details.success
      return { result: details.result, success: { effect, ...listed('outputs', outputs) } }
    }
    case 'RESULT_FAILED': {
      const { expected, actual, outputs } = details.failure
      return {
        result: details.result,
        failure: { expected, actual, ...listed('outputs', outputs.map(withoutEmptySource)) },
      }
    }
  }
}

function withoutEmptySource<T extends { readonly src: string }>(failure: T): object {
  const { src, ...rest } = failure
  return src === '' ? rest : failure
}

function listed(name: string, values: readonly object[]): Readonly<Record<string, JsonValue>> {
  return values.length === 0 ? {} : { [name]: values.map((value) => ({ ...value })) }
}
