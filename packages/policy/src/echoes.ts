import type { DiagnosticCode } from './codes.ts'
import type { Diagnostic } from './diagnostics.ts'

/** Codes that say of a field that it is not there; it may be there and unreadable. */
const ABSENCES: ReadonlySet<DiagnosticCode> = new Set([
  'missing-field',
  'missing-choice',
  'rule-without-roles',
  'empty-output',
])

/** Codes that say of a name that nothing has it; it may be no name at all. */
const NOT_FOUND: ReadonlySet<DiagnosticCode> = new Set(['import-not-found', 'missing-scope'])

/** Codes that say of a value that it is not known, so that nothing else can be said of it. */
const UNKNOWN: ReadonlySet<DiagnosticCode> = new Set(['unknown-anchor', 'invalid-merge'])

/** Codes that say of a value what nobody can know of one that is not known. */
const ECHOES_OF_UNKNOWN: ReadonlySet<DiagnosticCode> = new Set([
  'wrong-type',
  'empty-item',
  'invalid-whole-number',
])

/** Leaves out findings that are only the consequence of another one at the same field. */
export function withoutEchoes(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unreadable = new Set<string>()
  const malformed = new Set<string>()
  const unknown = new Set<string>()
  for (const diagnostic of diagnostics) {
    const path = unreadablePath(diagnostic)
    if (UNKNOWN.has(diagnostic.code)) unknown.add(`${diagnostic.file} ${diagnostic.path}`)
    if (path !== undefined) {
      unreadable.add(`${diagnostic.file} ${path.replace(/\[\d+\]$/, '')}`)
      unreadable.add(`${diagnostic.file} ${parentPath(path)}`)
    }
    if (diagnostic.code === 'invalid-value') malformed.add(placeOf(diagnostic))
  }
  return diagnostics.filter((diagnostic) => {
    const { code, file, path = '' } = diagnostic
    const at = `${file} ${path}`
    const isMerged = unknown.has(`${file} ${parentPath(path)}.<<`)
    if (ABSENCES.has(code)) return !isMerged && !unreadable.has(at)
    if (unknown.has(at) && ECHOES_OF_UNKNOWN.has(code)) return false
    return !NOT_FOUND.has(code) || !malformed.has(placeOf(diagnostic))
  })
}

function unreadablePath({ code, path, suggestion }: Diagnostic): string | undefined {
  if (path === undefined) return undefined
  if (code === 'wrong-type' || code === 'invalid-enum-value' || UNKNOWN.has(code)) return path
  if (code !== 'unknown-field' || suggestion === undefined) return undefined
  return `${parentPath(path)}.${suggestion}`
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function placeOf({ file, line, column }: Diagnostic): string {
  return `${file}:${line}:${column}`
}
