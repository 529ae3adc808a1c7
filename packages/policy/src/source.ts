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

/** A file with its lines indexed, so that an offset finds its line in logarithmic time. */
export interface SourceText extends SourceFile {
  readonly lineStarts: readonly number[]
}

/** Indexes the lines of a file. Lines end with LF, CRLF or CR, as YAML has it. */
export function sourceText(file: SourceFile): SourceText {
  const lineStarts = [0]
  for (const match of file.text.matchAll(/\r\n|\n|\r/g)) {
    lineStarts.push(match.index + match[0].length)
  }
  return { path: file.path, text: file.text, lineStarts }
}

/** The line and column of an offset; one past the end stands behind the last character. */
export function positionAt(source: SourceText, offset: number): Position {
  const target = Math.max(0, Math.min(offset, source.text.length))
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((source.lineStarts[middle] ?? 0) <= target) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: target - (source.lineStarts[low] ?? 0) + 1 }
}

/** The text of a line, counted from 1, without its line break. */
export function lineText(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1]
  if (start === undefined) return ''
  const end = source.lineStarts[line] ?? source.text.length
  return source.text.slice(start, end).replace(/[\r\n]+$/, '')
}
