import type { DiagnosticCode } from '../codes.ts'
import type { Diagnostic } from '../diagnostics.ts'

/** Plain words for what is said with a code. */
export interface Wording {
  readonly code: DiagnosticCode
  readonly said: RegExp
  /** Undefined where it is something else that is said so. */
  words(finding: Finding): PlainWords | undefined
}

/** A diagnostic beside its file. */
export interface Finding {
  readonly diagnostic: Diagnostic
  readonly match: RegExpExecArray
  readonly lines: readonly string[]
  readonly line: number
  readonly column: number
  /** The line that it is in. */
  readonly text: string
  /** What of that line it is about. */
  readonly marked: string
}

/** What replaces parts of a diagnostic. */
export interface PlainWords {
  readonly message?: string
  readonly suggestion?: string | undefined
  readonly hint?: string
  readonly spot?: Spot
}

/** A place within a line. */
export interface Spot {
  readonly line: number
  readonly column: number
  readonly width: number
}

/** What a text is that has to be in quotes. */
export function inQuotes(text: string): PlainWords {
  if (text.length < MAX_SUGGESTION && !text.includes("'")) return { suggestion: `'${text}'` }
  return { hint: "put the whole text in quotes ('…'), or in lines of its own below `|-`" }
}

const MAX_SUGGESTION = 80
