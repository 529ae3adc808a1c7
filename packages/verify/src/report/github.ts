import { rowsOf, type SuiteResults, type TestResults, type TestRow } from '../results.ts'
import { failureLines, rowName } from './row-text.ts'

/** How annotations name files. */
export interface GitHubOptions {
  /** Put before each path, as in `policies/document_test.yaml`. */
  readonly directory?: string | undefined
}

/**
 * What failed as annotations that GitHub shows in a pull request, at the test in its file.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubReport({ suites }: TestResults, options: GitHubOptions = {}): string {
  const lines = suites.flatMap((suite) => [
    ...suiteAnnotations(suite, options),
    ...[...rowsOf([suite])].flatMap((row) => rowAnnotation(row, options)),
  ])
  return lines.map((line) => `${line}\n`).join('')
}

function suiteAnnotations(suite: SuiteResults, options: GitHubOptions): readonly string[] {
  const { file, error, diagnostics } = suite
  if (error === undefined) return []
  if (diagnostics.length === 0) {
    return [annotation({ file: pathOf(file, options), line: 1, title: suite.name }, error)]
  }
  return diagnostics.map((each) => {
    const { line, column: col } = each
    return annotation(
      { file: pathOf(each.file, options), line, col, title: each.code },
      each.message,
    )
  })
}

function rowAnnotation(row: TestRow, options: GitHubOptions): readonly string[] {
  const lines = failureLines(row)
  if (lines.length === 0) return []
  const { file, line, column: col } = row.test.location
  return [
    annotation({ file: pathOf(file, options), line, col, title: rowName(row) }, lines.join('\n')),
  ]
}

function annotation(
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const given = Object.entries(properties).map(([name, value]) => {
    return `${name}=${escapeData(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`
  })
  return `::error ${given.join(',')}::${escapeData(message)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function pathOf(file: string, { directory }: GitHubOptions): string {
  return directory === undefined ? file : `${directory.replace(/\/+$/, '')}/${file}`
}
