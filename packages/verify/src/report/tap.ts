import { rowsOf, type SuiteResults, type TestResults, type TestRow } from '../results.ts'
import { failureLines, rowName } from './row-text.ts'

/**
 * The results in the Test Anything Protocol, version 14: a line a row, and one for each suite that
 * did not run.
 * @see https://testanything.org/tap-version-14-specification.html
 */
export function tapReport({ suites }: TestResults): string {
  const points = suites.flatMap((suite) => [
    ...suitePoints(suite),
    ...[...rowsOf([suite])].flatMap(rowPoint),
  ])
  const numbered = points.map((point, index) => tapLines(point, index + 1))
  return ['TAP version 14', `1..${points.length}`, ...numbered, ''].join('\n')
}

interface Point {
  readonly ok: boolean
  readonly title: string
  readonly skip?: string
  readonly diagnostics: readonly string[]
}

function suitePoints({ file, error, skipReason, testCases }: SuiteResults): readonly Point[] {
  if (error !== undefined) return [{ ok: false, title: file, diagnostics: error.split('\n') }]
  if (testCases.length > 0) return []
  return [{ ok: true, title: file, skip: skipReason ?? '', diagnostics: [] }]
}

function rowPoint(row: TestRow): readonly Point[] {
  const { details } = row
  const title = `${row.suite.file} › ${rowName(row)}`
  if (details.result === 'RESULT_SKIPPED') {
    return details.filtered ? [] : [{ ok: true, title, skip: details.skipReason, diagnostics: [] }]
  }
  return [{ ok: details.result === 'RESULT_PASSED', title, diagnostics: failureLines(row) }]
}

function tapLines({ ok, title, skip, diagnostics }: Point, number: number): string {
  const directive = skip === undefined ? '' : ` # SKIP ${skip.replaceAll('\n', ' ')}`.trimEnd()
  const escaped = title.replace(/[\\#]/g, '\\$&').replaceAll('\n', ' ')
  const status = `${ok ? 'ok' : 'not ok'} ${number} - ${escaped}${directive}`
  if (diagnostics.length === 0) return status
  const message = diagnostics.map((line) => `    ${line}`)
  return [status, '  ---', '  message: |', ...message, '  ...'].join('\n')
}
