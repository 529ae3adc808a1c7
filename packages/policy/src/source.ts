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
}

// Of the last text alone: thousands of files are held at once, and one after the other is asked for.
let lastLines: Lines = { text: '', starts: [0] }

/** Where the lines of a text start. They end with LF, CRLF or CR, as YAML has it. */
function lineStartsOf({ text }: SourceText): readonly number[] {
  if (lastLines.text === text) return lastLines.starts
  const starts = [0]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === LF || (unit === CR && text.charCodeAt(at + 1) !== LF)) starts.push(at + 1)
  }
  lastLines = { text, starts }
  return starts
}

const LF = 10
const CR = 13

/** The line and column of an offset; one past the end stands behind the last character. */
export function positionAt(source: SourceText, offset: number): Position {
  const target = Math.max(0, Math.min(offset, source.text.length))
  const starts = lineStartsOf(source)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= target) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: target - (starts[low] ?? 0) + 1 }
}

/** The text of a line, counted from 1, without its line break. */
export function lineText(source: SourceText, line: number): string {
  const starts = lineStartsOf(source)
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
