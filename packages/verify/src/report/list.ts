import type { TestResults } from '../results.ts'
import { closingLine, type Entry, outline, type TextOptions } from './outline.ts'
import { painter } from './paint.ts'

/** The results as an indented list for people, in the form of `cerbos compile`. */
export function listReport(results: TestResults, options: TextOptions = {}): string {
  const entries = outline(results, options)
  const title = painter(options.colour)('Test results', 'title')
  return [title, ...listLines(entries, ''), '', closingLine(results, options), ''].join('\n')
}

function listLines(entries: readonly Entry[], indent: string): readonly string[] {
  return entries.flatMap(({ text, below }) => [
    `${indent}${text}`,
    ...listLines(below, `${indent}  `),
  ])
}
