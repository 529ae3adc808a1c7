import { rowsOf, type TestDetails, type TestResults } from '@lockstitch/verify'

/** A test that is not as it should be, in a line. */
export interface FailedTest {
  /** Relative to the directory of the tests. */
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly message: string
}

/** The tests that failed and the suites that could not be run. */
export function failedTests({ suites }: TestResults): readonly FailedTest[] {
  const broken = suites.flatMap(({ file, error, diagnostics, location }) => {
    if (error === undefined) return []
    const found = diagnostics[0] ?? location
    const place = found && { line: found.line, column: found.column }
    return [{ file: found?.file ?? file, ...place, message: error }]
  })
  const rows = [...rowsOf(suites)].flatMap(({ test, principal, resource, action, details }) => {
    const reason = reasonOf(details)
    if (reason === undefined) return []
    const { file, line, column } = test.location
    const name = `${test.name} › ${principal} × ${resource} › ${action}`
    return [{ file, line, column, message: `${name}: ${reason}` }]
  })
  return [...broken, ...rows]
}

function reasonOf(details: TestDetails): string | undefined {
  if (details.result === 'RESULT_ERRORED') return details.error
  if (details.result !== 'RESULT_FAILED') return undefined
  const { expected, actual, outputs } = details.failure
  const [output] = outputs
  if (output) return `the output of ${output.src} is not what was expected`
  return `expected ${expected.replace('EFFECT_', '')}, got ${actual.replace('EFFECT_', '')}`
}
