import { cerbosText, type Diagnostic } from '@lockstitch/policy'

import { difference, type Plain } from '../compare.ts'

/** A mistake as `cerbos compile` reports it. */
export interface CompileError {
  readonly file: string
  readonly error: string
  readonly description?: string
  readonly position?:
    | { readonly line: number; readonly column: number; readonly path?: string }
    | undefined
}

/** Our errors in Cerbos's words; what Cerbos does not report is left out. */
export function compileErrors(diagnostics: readonly Diagnostic[]): readonly CompileError[] {
  return diagnostics.flatMap((diagnostic) => {
    const cerbos = cerbosText(diagnostic)
    const { severity, file, anchor } = diagnostic
    if (severity !== 'error' || cerbos === undefined) return []
    const { error, description } = cerbos
    return [
      {
        file,
        error,
        ...(description !== undefined && { description }),
        ...(anchor && { position: { ...anchor.position, path: anchor.path } }),
      },
    ]
  })
}

/** What two lists of errors differ in. What the syntax errors of cel-go say is no API. */
export function errorDifference(
  expected: readonly CompileError[],
  actual: readonly CompileError[],
): string | undefined {
  const foreign = expected.filter(({ description }) => description?.includes('Syntax error: '))
  const places = new Set(foreign.map(placeOf))
  const comparable = (errors: readonly CompileError[]): readonly Plain[] =>
    errors
      .map(({ file, error, description = '', position }) => ({
        file,
        error,
        description: places.has(placeOf({ file, error, position })) ? '(cel-go)' : description,
        position: position && { ...position },
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return difference(comparable(expected), comparable(actual))
}

function placeOf({ file, error, position }: Omit<CompileError, 'description'>): string {
  return `${file}:${position?.line}:${position?.column} ${error}`
}
