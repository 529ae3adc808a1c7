import type { TestResults } from '../results.ts'
import { closingLine, type Entry, outline, type TextOptions } from './outline.ts'
import { painter } from './paint.ts'

/** The results as a tree for people, in the form of `cerbos compile`, with the reason for each failure. */
export function treeReport(results: TestResults, options: TextOptions = {}): string {
  const entries = outline(results, options)
  const title = painter(options.colour)('Test results', 'title')
  return [title, ...treeLines(entries, ''), '', closingLine(results, options), ''].join('\n')
}

function treeLines(entries: readonly Entry[], indent: string): readonly string[] {
  return entries.flatMap(({ text, below }, index) => {
    const isLast = index === entries.length - 1
    const corner = isLast ? '└' : '├'
    const fork = below.length > 0 ? '┬' : '─'
    const inner = `${indent}${isLast ? '  ' : '│ '}`
    const [first = '', ...more] = text.split('\n')
    return [`${indent}${corner}─${fork}${first}`, ...more, ...treeLines(below, inner)]
  })
}
