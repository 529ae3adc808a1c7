import type { Span } from './ast.ts'

/** What can be wrong with the text of an expression. */
export type CelDiagnosticCode =
  | 'unexpected-token'
  | 'unexpected-character'
  | 'unterminated-string'
  | 'invalid-escape'
  | 'invalid-number'
  | 'reserved-identifier'
  | 'expression-too-deep'
  | 'expression-too-long'
  | 'invalid-macro-argument'
  | 'undeclared-reference'
  | 'undefined-field'
  | 'unknown-function'
  | 'not-supported'
  | 'invalid-literal'
  | 'type-mismatch'
  | 'no-matching-overload'
  | 'no-field-selection'
  | 'not-a-range'
  | 'not-a-message'

/** A mistake in an expression, found before it is evaluated. */
export interface CelDiagnostic {
  readonly code: CelDiagnosticCode
  readonly message: string
  readonly span: Span
}

/** What can go wrong while an expression is evaluated. */
export type CelErrorCode =
  | 'no-such-key'
  | 'undefined-field'
  | 'no-such-overload'
  | 'unbound-variable'
  | 'division-by-zero'
  | 'overflow'
  | 'index-out-of-bounds'
  | 'invalid-conversion'
  | 'invalid-argument'
  | 'invalid-regex'
  | 'no-value'
  | 'not-json'
  | 'limit-exceeded'
  | 'function-failed'
  | 'not-plannable'

/**
 * A run-time error as a value. It is not an `Error` and has no stack: a missing attribute is an
 * everyday outcome of a policy condition and must cost nanoseconds.
 */
export class CelError {
  readonly code: CelErrorCode
  readonly message: string
  declare readonly span?: Span
  declare readonly cause?: unknown

  constructor(
    code: CelErrorCode,
    message: string,
    details: { readonly span?: Span; readonly cause?: unknown } = {},
  ) {
    this.code = code
    this.message = message
    if (details.span !== undefined) this.span = details.span
    if (details.cause !== undefined) this.cause = details.cause
  }
}

/** Tells an error value from a result. */
export function isCelError(value: unknown): value is CelError {
  return value instanceof CelError
}

/** The error of a function that cannot take the value of an argument. */
export function invalidArgument(message: string): CelError {
  return new CelError('invalid-argument', message)
}

/** What `use` makes of a value; an error stays what it is. */
export function andThen<Val, Result>(
  value: Val | CelError,
  use: (value: Val) => Result,
): Result | CelError {
  return value instanceof CelError ? value : use(value)
}

/** What `convert` makes of all items, or the first error. */
export function convertAll<Item, Result>(
  items: readonly Item[],
  convert: (item: Item) => Result | CelError,
): Result[] | CelError {
  const converted: Result[] = []
  for (const item of items) {
    const one = convert(item)
    if (one instanceof CelError) return one
    converted.push(one)
  }
  return converted
}

/** A one-based position; columns count UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The line and column of an offset in a text. `\n`, `\r\n` and a lone `\r` end a line. */
export function positionAt(source: string, offset: number): Position {
  let line = 1
  let lineStart = 0
  for (const match of source.matchAll(/\r\n|\r|\n/g)) {
    const next = match.index + match[0].length
    if (next > offset) break
    line += 1
    lineStart = next
  }
  return { line, column: offset - lineStart + 1 }
}
