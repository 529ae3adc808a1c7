import type { Position } from './source.ts'

/** Lines shown before and after the one that is meant. */
const AROUND = 3

/** The excerpt that Cerbos shows with an error: some lines, and a caret below the place. */
export function cerbosContext(text: string, { line, column }: Position): string {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  const first = Math.max(1, line - AROUND)
  const last = Math.min(lines.length, line + AROUND)
  const numbered = (number: number): string => {
    const mark = number === line ? '>' : ' '
    return `${mark} ${String(number).padStart(2)} | ${lines[number - 1] ?? ''}`
  }
  const upTo = range(first, line).map(numbered)
  const indent = `> ${String(line).padStart(2)} | `.length + column - 1
  const after = range(line + 1, last).map(numbered)
  return [...upTo, `${' '.repeat(indent)}^`, after.join('\n')].join('\n')
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
