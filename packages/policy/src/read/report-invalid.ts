import type { Report } from '../diagnostics.ts'
import { placeAt } from '../place.ts'
import type { SourceText, Span } from '../source.ts'

/** A file that is read, and where its mistakes go. */
export interface Reading {
  readonly source: SourceText
  readonly report: Report
}

/** Reports what is no YAML, or not as Cerbos reads it: a span, or without an end one character. */
export function reportInvalid(
  { source, report }: Reading,
  { start, end = start + 1 }: Pick<Span, 'start'> & Partial<Span>,
  problem: string,
): void {
  report('invalid-yaml', placeAt(source, { start, end }), { problem })
}
