import type { Diagnostic, ExcerptLine } from './diagnostics.ts'
import {
  EXPRESSION_WORDS,
  withoutConsequences,
  withoutLostVariables,
} from './plain-words/expressions.ts'
import { FIELD_WORDS } from './plain-words/fields.ts'
import type { Finding, Spot, Wording } from './plain-words/wording.ts'
import { YAML_WORDS } from './plain-words/yaml.ts'
import type { SourceFile } from './source.ts'

const WORDINGS: readonly Wording[] = [...YAML_WORDS, ...FIELD_WORDS, ...EXPRESSION_WORDS]

/**
 * The same diagnostics for people who write policies and no programs: in place of the words of parsers
 * what is wrong, where it is rather than where a parser stumbled, and what to do. Apart from the rest,
 * since only who shows diagnostics needs it.
 */
export function inPlainWords(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
): readonly Diagnostic[] {
  const lines = new Map(files.map(({ path, text }) => [path, text.split(/\r\n|\r|\n/)]))
  return withoutLostVariables(withoutConsequences(diagnostics)).map((diagnostic) =>
    reworded(diagnostic, lines.get(diagnostic.file) ?? []),
  )
}

function reworded(diagnostic: Diagnostic, lines: readonly string[]): Diagnostic {
  const { code, message, line, column, end } = diagnostic
  for (const wording of WORDINGS) {
    const match = wording.code === code ? wording.said.exec(message) : null
    if (match === null) continue
    const text = lines[line - 1] ?? ''
    const marked = text.slice(column - 1, end.line === line ? end.column - 1 : undefined)
    const finding: Finding = { diagnostic, match, lines, line, column, text, marked }
    const plain = wording.words(finding)
    if (plain === undefined) continue
    const { spot, ...words } = plain
    const { suggestion, ...others } = { ...diagnostic, ...words }
    return {
      ...others,
      ...(suggestion !== undefined && { suggestion }),
      ...(spot && moved(diagnostic, spot, lines)),
    }
  }
  return diagnostic
}

function moved(
  { excerpt }: Diagnostic,
  { line, column, width }: Spot,
  lines: readonly string[],
): Pick<Diagnostic, 'line' | 'column' | 'end' | 'excerpt'> {
  const first = Math.max(1, line - excerpt.length + 1)
  const shown = lines
    .slice(first - 1, line)
    .map((text, index): ExcerptLine => ({ number: first + index, text }))
  return { line, column, end: { line, column: column + width }, excerpt: shown }
}
