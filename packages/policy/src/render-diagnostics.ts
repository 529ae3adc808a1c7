import type { Diagnostic, ExcerptLine } from './diagnostics.ts'
import type { SourceFile } from './source.ts'

/** How {@link renderDiagnostics} writes. */
export interface RenderOptions {
  /** ANSI colours; off by default. */
  readonly colour?: boolean
  /** Put before each path, as in `policies/document.yaml`. */
  readonly directory?: string
}

/** Longer lines are cut around the caret. */
const MAX_WIDTH = 120

/** Diagnostics as text for people: an excerpt with a caret each, then how many there are. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
  options: RenderOptions = {},
): string {
  const paint = options.colour ? painted : plain
  const blocks = diagnostics.map((diagnostic) => renderOne(diagnostic, options, paint))
  return [...blocks, tally(diagnostics, files.length)].join('\n\n')
}

function renderOne(diagnostic: Diagnostic, options: RenderOptions, paint: Paint): string {
  const { severity, code, message, excerpt, suggestion, hint, related = [] } = diagnostic
  const at = (place: { file: string; line: number; column: number }): string =>
    `${inDirectory(place.file, options.directory)}:${place.line}:${place.column}`
  const gutter = Math.max(5, String(diagnostic.line).length + 3)
  const note = (text: string): string => `${' '.repeat(gutter)} ${paint('=', 'dim')} ${text}`
  return [
    `${paint(at(diagnostic), 'bold')}  ${paint(severity, severity)}  ${code}`,
    ...excerptLines(diagnostic, excerpt, gutter, paint, message),
    ...(suggestion === undefined ? [] : [note(`did you mean \`${suggestion}\`?`)]),
    ...(hint === undefined ? [] : [note(hint)]),
    ...related.map((place) => note(`${place.message}: ${at(place)}`)),
  ].join('\n')
}

function excerptLines(
  diagnostic: Diagnostic,
  excerpt: readonly ExcerptLine[],
  gutter: number,
  paint: Paint,
  message: string,
): string[] {
  const target = excerpt.at(-1)?.text ?? ''
  const isLong = target.length > MAX_WIDTH
  const cut = isLong ? Math.max(0, diagnostic.column - 1 - MAX_WIDTH / 2) : 0
  const start = diagnostic.column - 1 - cut
  const sameLine = diagnostic.end.line === diagnostic.line
  const end = sameLine ? diagnostic.end.column - 1 : target.length
  const width = Math.max(1, Math.min(end, cut + MAX_WIDTH) - cut - start)
  const shown = excerpt.map(({ number, text }) => {
    const label = paint(`${String(number).padStart(gutter)} |`, 'dim')
    return `${label} ${text.slice(cut, cut + MAX_WIDTH)}`.trimEnd()
  })
  // Tabs stay tabs, so that the caret stands where the terminal puts the character above it.
  const indent = target
    .slice(cut, cut + start)
    .replace(/[^\t]/g, ' ')
    .padEnd(start)
  const carets = paint('^'.repeat(width), diagnostic.severity)
  const label = paint(`${' '.repeat(gutter)} |`, 'dim')
  return [...shown, `${label} ${indent}${carets} ${message}`]
}

function tally(diagnostics: readonly Diagnostic[], files: number): string {
  const count = (severity: string): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
  const parts = [plural(count('error'), 'error'), plural(count('warning'), 'warning')]
  const found = parts.filter((part) => !part.startsWith('0 ')).join(', ') || 'no errors'
  return `${found} in ${plural(files, 'file')}.`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function inDirectory(file: string, directory: string | undefined): string {
  return directory === undefined ? file : `${directory.replace(/\/+$/, '')}/${file}`
}

type Style = 'error' | 'warning' | 'bold' | 'dim'
type Paint = (text: string, style: Style) => string

const plain: Paint = (text) => text

const ANSI: Readonly<Record<Style, number>> = { error: 31, warning: 33, bold: 1, dim: 2 }

const painted: Paint = (text, style) => `\u001b[${ANSI[style]}m${text}\u001b[0m`
