import type { LocatedText } from '../place.ts'
import type { Span } from '../source.ts'

/**
 * The offsets in the file of each UTF-16 unit of a scalar's value.
 *
 * Between a scalar as written and its value only white space and escapes differ: lines are folded,
 * indentation is stripped, quotes are doubled. So both texts are walked side by side, and blanks
 * are skipped wherever the file has more of them than the value.
 */
export function scalarOffsets(text: LocatedText): number[] {
  const { source, span } = text.place
  const file = source.text
  const offsets: number[] = []
  let at = contentStart(text)
  for (let index = 0; index < text.value.length; ) {
    const unit = text.value[index] ?? ''
    if (!isBlank(unit)) at = skipBlanks(file, at, span.end, text.style)
    const step = text.style === 'double-quoted' ? escapeAt(file, at) : undefined
    const units = step?.units ?? 1
    for (let copy = 0; copy < units; copy++) offsets.push(at)
    index += units
    if (step !== undefined) at += step.length
    else if (text.style === 'single-quoted' && unit === "'") at += 2
    else if (!isBlank(unit) || file[at] === unit) at += 1
    else if (unit === '\n' && file[at] === '\r') at += file[at + 1] === '\n' ? 2 : 1
    else at = foldedBreakEnd(file, at)
  }
  return offsets
}

/** The span in the file of a span of the scalar's value; an empty one covers no character. */
export function spanInFile(text: LocatedText, span: Span): Span {
  const offsets = scalarOffsets(text)
  const last = offsets.at(-1)
  // A whole number is not read as it is written, so that its offsets may go beyond it.
  const limit = text.place.span.end
  const end = Math.min(limit, last === undefined ? contentStart(text) : last + 1)
  const start = Math.min(limit, offsets[span.start] ?? end)
  if (span.end <= span.start) return { start, end: start }
  const behind = (offsets[span.end - 1] ?? end - 1) + 1
  return { start, end: Math.max(start, Math.min(limit, behind)) }
}

function contentStart({ place: { source, span }, style }: LocatedText): number {
  if (style === 'plain') return span.start
  if (style !== 'block') return span.start + 1
  // The header of a block scalar (`|-`, `>2`, a comment) ends with its line.
  const lineBreak = source.text.slice(span.start, span.end).search(/[\r\n]/)
  if (lineBreak < 0) return span.end
  return foldedBreakEnd(source.text, span.start + lineBreak)
}

function skipBlanks(file: string, from: number, end: number, style: string): number {
  let at = from
  for (;;) {
    if (at < end && isBlank(file[at] ?? '')) at += 1
    else if (style === 'double-quoted' && /^\\(\r\n|[\r\n])/.test(file.slice(at, at + 3))) at += 2
    else return at
  }
}

/** An escape of a double-quoted scalar: how long it is in the file and in the value. */
function escapeAt(file: string, at: number): { length: number; units: number } | undefined {
  if (file[at] !== '\\') return undefined
  const digits = { x: 2, u: 4, U: 8 }[file[at + 1] ?? ''] ?? 0
  const code = digits === 8 ? Number.parseInt(file.slice(at + 2, at + 10), 16) : 0
  return { length: 2 + digits, units: code > 0xffff ? 2 : 1 }
}

/** Behind a line break, or behind one blank of another sort. */
function foldedBreakEnd(file: string, at: number): number {
  if (file[at] === '\r' && file[at + 1] === '\n') return at + 2
  return isBlank(file[at] ?? '') ? at + 1 : at
}

function isBlank(unit: string): boolean {
  return unit === ' ' || unit === '\t' || unit === '\n' || unit === '\r'
}
