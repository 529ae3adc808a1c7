import { cerbosText, type Diagnostic, type SourceFile } from '@lockstitch/policy'
import {
  collectInto,
  type Fields,
  readRoot,
  readYaml,
  sourceText,
} from '@lockstitch/policy/reading'

import { type Constraints, constraints } from './constraints.ts'

/** A file that was read, or what is wrong with it. */
export type Loaded<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      /** In Cerbos's words, a line each. */
      readonly problem: string
      readonly diagnostics: readonly Diagnostic[]
    }

/**
 * Reads a file of tests. As in Cerbos the first thing that cannot be read ends it; of what can be
 * read, everything that is wrong is told.
 */
export function loadFile<T>(
  file: SourceFile,
  read: (fields: Fields, check: Constraints) => T,
): Loaded<T> {
  const source = sourceText(file)
  const unreadable: Diagnostic[] = []
  const wrong: Diagnostic[] = []
  const check = constraints(collectInto(wrong))
  const report = collectInto(unreadable)
  const root = readYaml(source, report)
  const value = root && readRoot(root, source, report, (fields) => read(fields, check))
  if (unreadable.length > 0) {
    const first = byPlace(unreadable).slice(0, 1)
    return { ok: false, problem: first.map(cerbosLine).join('\n'), diagnostics: unreadable }
  }
  if (value === undefined) {
    return { ok: false, problem: 'the file is empty', diagnostics: [] }
  }
  if (wrong.length > 0) {
    const sorted = byPlace(wrong)
    return { ok: false, problem: sorted.map(cerbosLine).join('\n'), diagnostics: sorted }
  }
  return { ok: true, value }
}

/** What has a position comes first, in that order. */
function byPlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const lineOf = (each: Diagnostic): number => positionOf(each)?.line ?? Number.POSITIVE_INFINITY
  const columnOf = (each: Diagnostic): number => positionOf(each)?.column ?? 0
  return [...diagnostics].sort((a, b) => {
    const [lineA, lineB] = [lineOf(a), lineOf(b)]
    return lineA === lineB ? columnOf(a) - columnOf(b) : lineA - lineB
  })
}

function cerbosLine(diagnostic: Diagnostic): string {
  const position = positionOf(diagnostic)
  const text = cerbosText(diagnostic)?.error ?? diagnostic.message
  return position ? `${position.line}:${position.column} ${text}` : text
}

function positionOf(diagnostic: Diagnostic): { line: number; column: number } | undefined {
  const { line, column, anchor } = diagnostic
  return cerbosText(diagnostic) ? anchor?.position : { line, column }
}
