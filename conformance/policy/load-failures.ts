import type { Diagnostic, DiagnosticCode } from '@lockstitch/policy'

/** A file that Cerbos does not load, as it says so. */
export interface LoadFailure {
  readonly file: string
  readonly error: string
  readonly errorDetails: ErrorDetails
}

export interface ErrorDetails {
  readonly kind?: string
  readonly message: string
  readonly position?: {
    readonly line: number
    readonly column: number
    readonly path?: string | undefined
  }
}

/** Findings of Cerbos's validation rules; others are of its parser, or of neither. */
const VALIDATION: ReadonlySet<DiagnosticCode> = new Set([
  'missing-field',
  'missing-choice',
  'invalid-api-version',
  'invalid-value',
  'empty-item',
  'duplicate-item',
  'invalid-effect',
  'role-policy-scope-permissions',
])

const NEITHER: ReadonlySet<DiagnosticCode> = new Set([
  'rule-without-roles',
  'duplicate-rule-name',
  'duplicate-resource',
  'duplicate-derived-role',
  'top-level-variables',
])

/** A finding in a file in Cerbos's words; a syntax error of the YAML library has none. */
export function errorDetails({ code, message, line, column, cerbos }: Diagnostic): ErrorDetails {
  const { position = undefined, path = undefined } = cerbos ?? { position: { line, column } }
  return {
    ...kindOf(code),
    message: cerbos?.error ?? message,
    ...(position && { position: { ...position, ...(path !== undefined && { path }) } }),
  }
}

function kindOf(code: DiagnosticCode): { readonly kind?: string } {
  if (NEITHER.has(code)) return {}
  return { kind: VALIDATION.has(code) ? 'KIND_VALIDATION_ERROR' : 'KIND_PARSE_ERROR' }
}
