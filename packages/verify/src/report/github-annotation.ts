import type { Position } from '@lockstitch/policy'

/** Something to show beside a line of a file. */
export interface Annotation {
  readonly severity: 'error' | 'warning'
  /** From the root of the repository. */
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly end?: Position
  readonly title?: string
  readonly message: string
}

/**
 * A command to GitHub's runner, which makes an annotation of it.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function githubAnnotation(annotation: Annotation): string {
  const { severity, file, line, column, end, title, message } = annotation
  const sameLine = end !== undefined && end.line === line && column !== undefined
  const properties = Object.entries({
    file,
    line,
    endLine: end?.line,
    col: column,
    // The last character that is meant, where ours is the one behind it.
    endColumn: sameLine ? Math.max(column, end.column - 1) : undefined,
    title,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(String(value))}`]))
  return `::${severity} ${properties.join(',')}::${data(message)}\n`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
