import { type DetailsOf, type DiagnosticCode, findings, type Severity } from './codes.ts'
import { anchorOf, type Place } from './place.ts'
import { lineText, type Position, positionAt } from './source.ts'

/** What is wrong with a policy file, and where. */
export interface Diagnostic {
  readonly severity: Severity
  readonly code: DiagnosticCode
  /** Lower case, without a full stop. */
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** Behind the last character that is meant. */
  readonly end: Position
  /** `$.resourcePolicy.rules[0].condition.match.expr`; absent where the file has no such value. */
  readonly path?: string
  /** The lines to show, the last of which has the finding. */
  readonly excerpt: readonly ExcerptLine[]
  /** Other places that have a part in it. */
  readonly related?: readonly RelatedPlace[]
  /** The name that was probably meant. */
  readonly suggestion?: string
  /** What the message is made of, for other words. */
  readonly details: DetailsOf<DiagnosticCode>
  /** Where Cerbos sees it. */
  readonly anchor?: { readonly position: Position; readonly path: string }
  /** What to do about it; only `inPlainWords` knows. */
  readonly hint?: string
}

/** One line of a file. */
export interface ExcerptLine {
  readonly number: number
  readonly text: string
}

/** A place that helps to understand a diagnostic. */
export interface RelatedPlace {
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What a diagnostic may have besides its message. */
interface Extras {
  /** For a finding that is an error or a warning by option. */
  readonly severity?: Severity
  readonly suggestion?: string | undefined
  readonly related?: readonly RelatedPlace[]
}

/** Takes down a finding; readers and rules go on after it. */
export type Report = <Code extends DiagnosticCode>(
  code: Code,
  place: Place,
  details: DetailsOf<Code>,
  extras?: Extras,
) => void

/** A report that collects into a list. */
export function collectInto(diagnostics: Diagnostic[]): Report {
  return (code, place, details, extras) => {
    diagnostics.push(createDiagnostic(code, place, details, extras))
  }
}

/** The same report with everything a warning that Cerbos does not find before it compiles. */
export function asWarnings(report: Report): Report {
  return (code, place, details, extras) => {
    report(
      code,
      place,
      details,
      code === 'import-not-found' ? extras : { ...extras, severity: 'warning' },
    )
  }
}

function createDiagnostic<Code extends DiagnosticCode>(
  code: Code,
  place: Place,
  details: DetailsOf<Code>,
  { severity, suggestion, related }: Extras = {},
): Diagnostic {
  // The table's row takes the details of its own code, which the signature asks for.
  const finding = findings[code] as {
    severity: Severity
    message: (details: unknown) => string
  }
  const { line, column } = positionAt(place.source, place.span.start)
  return {
    severity: severity ?? finding.severity,
    code,
    message: finding.message(details),
    file: place.source.path,
    line,
    column,
    end: positionAt(place.source, place.span.end),
    ...(place.path !== '' && { path: place.path }),
    excerpt: excerptOf(place, line, code === 'invalid-expression' ? 0 : 2),
    ...(related !== undefined && related.length > 0 && { related }),
    ...(suggestion !== undefined && { suggestion }),
    details,
    ...(place.anchor !== undefined && {
      anchor: { position: anchorOf(place), path: place.anchorPath ?? place.path },
    }),
  }
}

function excerptOf({ source }: Place, line: number, before: number): ExcerptLine[] {
  const first = Math.max(1, line - before)
  return Array.from({ length: line - first + 1 }, (_, index) => {
    return { number: first + index, text: lineText(source, first + index) }
  })
}

/** A related place, with what it has to do with the finding. */
export function relatedPlace(message: string, place: Place): RelatedPlace {
  return { message, file: place.source.path, ...positionAt(place.source, place.span.start) }
}

/**
 * Sorted by file, place and code, each finding once: a shared definition is checked for every use.
 * Cerbos tells a mistake for each use of a value with an anchor, and so do we with `compat`.
 */
export function sortDiagnostics(
  diagnostics: readonly Diagnostic[],
  compat?: 'cerbos',
): Diagnostic[] {
  const compareUses = (a: Diagnostic, b: Diagnostic): number =>
    compareDiagnostics(a, b) || (compat ? compare(useOf(a), useOf(b)) : 0)
  // What is an error for one use and a warning for another is an error.
  const errorsFirst = [
    ...diagnostics.filter(({ severity }) => severity === 'error'),
    ...diagnostics.filter(({ severity }) => severity === 'warning'),
  ]
  const sorted = errorsFirst.sort(compareUses)
  return sorted.filter((diagnostic, index) => {
    const previous = sorted[index - 1]
    return previous === undefined || compareUses(previous, diagnostic) !== 0
  })
}

/** What is told of a value where it stands, is told once, whatever paths lead to it. */
function useOf({ details, anchor }: Diagnostic): string {
  return JSON.stringify([details, anchor?.position])
}

function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.code, b.code) ||
    compare(a.message, b.message)
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
