import type { Diagnostic } from '@lockstitch/policy'

import { rowsOf, type SuiteResults, type TestResults, type TestRow } from '../results.ts'
import { githubAnnotation } from './github-annotation.ts'
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
  const annotations = suites.flatMap((suite) => [
    ...suiteAnnotations(suite, options),
    ...[...rowsOf([suite])].flatMap((row) => rowAnnotation(row, options)),
  ])
  return annotations.join('')
}

function suiteAnnotations(suite: SuiteResults, options: GitHubOptions): readonly string[] {
  const { error, diagnostics, location: { line, column } = { line: 1, column: 1 } } = suite
  if (error === undefined) return []
  if (diagnostics.length > 0) return diagnostics.map((each) => diagnosticAnnotation(each, options))
  const file = pathOf(suite.file, options)
  return [
    githubAnnotation({ severity: 'error', file, line, column, title: suite.name, message: error }),
  ]
}

function diagnosticAnnotation(
  { file, line, column, code, message }: Diagnostic,
  options: GitHubOptions,
): string {
  const place = { file: pathOf(file, options), line, column }
  return githubAnnotation({ severity: 'error', ...place, title: code, message })
}

function rowAnnotation(row: TestRow, options: GitHubOptions): readonly string[] {
  const lines = failureLines(row)
  if (lines.length === 0) return []
  const { file, line, column } = row.test.location
  const place = { file: pathOf(file, options), line, column }
  const message = lines.join('\n')
  return [githubAnnotation({ severity: 'error', ...place, title: rowName(row), message })]
}

function pathOf(file: string, { directory }: GitHubOptions): string {
  return directory === undefined ? file : `${directory.replace(/\/+$/, '')}/${file}`
}
