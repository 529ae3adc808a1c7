import { uncountedOffsets } from './uncounted.ts'

/** A policy file as a source delivers it. The path is relative to the source and uses `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** A half-open range of UTF-16 offsets into a file's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A line and a column, both counted from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A file whose lines are found when a place in it is asked for. */
export interface SourceText extends SourceFile {}

/** A file as readers take it. */
export function sourceText({ path, text }: SourceFile): SourceText {
  return { path, text }
}

interface Lines {
  readonly text: string
  readonly starts: readonly number[]
  /** The offsets that Cerbos does not count. */
  readonly uncounted: readonly number[]
}

// Of the last text alone: thousands of files are held at once, and one after the other is asked for.
let lastLines: Lines = { text: '', starts: [0], uncounted: [] }

/** Where the lines of a text start. They end with LF, CRLF or CR, as YAML has it. */
function linesOf({ text }: SourceText): Lines {
  if (lastLines.text === text) return lastLines
  const starts = [0]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === LF || (unit === CR && text.charCodeAt(at + 1) !== LF)) starts.push(at + 1)
  }
  lastLines = { text, starts, uncounted: uncountedOffsets(text) }
  return lastLines
}

const LF = 10
const CR = 13

/** The line and column of an offset; one past the end stands behind the last character. */
export function positionAt(source: SourceText, offset: number): Position {
  const target = Math.max(0, Math.min(offset, source.text.length))
  const { starts } = linesOf(source)
  const line = countUpTo(starts, target)
  return { line, column: target - (starts[line - 1] ?? 0) + 1 }
}

/** The same with the column that Cerbos tells. */
export function cerbosPositionAt(source: SourceText, offset: number): Position {
  const { line, column } = positionAt(source, offset)
  const { starts, uncounted } = linesOf(source)
  if (uncounted.length === 0) return { line, column }
  const start = starts[line - 1] ?? 0
  const less = countUpTo(uncounted, start + column - 2) - countUpTo(uncounted, start - 1)
  return { line, column: column - less }
}

/** How many of the sorted numbers are at most so large. */
function countUpTo(sorted: readonly number[], most: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return low
}

/** The text of a line, counted from 1, without its line break. */
export function lineText(source: SourceText, line: number): string {
  const { starts } = linesOf(source)
  const start = starts[line - 1]
  if (start === undefined) return ''
  let end = starts[line] ?? source.text.length
  // By hand: an expression would look through the whole line, which may be the whole file.
  while (end > start && isBreak(source.text.charCodeAt(end - 1))) end -= 1
  return source.text.slice(start, end)
}

function isBreak(unit: number): boolean {
  return unit === LF || unit === CR
}
