import { compilePolicies, type Diagnostic } from '@lockstitch/policy'

import { errorDetails } from '../../conformance/policy/load-failures.ts'
import {
  isInSchemas,
  isPolicyDirectory,
  isSourceFile,
} from '../../packages/policy/src/sources/policy-paths.ts'
import {
  type CompileAnswer,
  type Finding,
  FOREIGN_TEXT,
  loadKind,
  type Step,
  SYNTAX,
} from './answer.ts'
import type { CaseFile } from './compile-case.ts'

/** Our answer about a folder, as Cerbos would tell it. */
export function answerOf(files: readonly CaseFile[]): CompileAnswer {
  return { findings: findingsOf(diagnosticsOf(files)) }
}

/** What we find in a folder. */
export function diagnosticsOf(files: readonly CaseFile[]): readonly Diagnostic[] {
  return compilePolicies(files.filter(isRead), { compat: 'cerbos' }).diagnostics
}

/** Whether the disk source would read the file. */
function isRead({ path }: CaseFile): boolean {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  const inPolicies = parts.every((part, i) => isPolicyDirectory(part, parts.slice(0, i).join('/')))
  const directory = parts.join('/')
  return (inPolicies || isInSchemas(directory)) && isSourceFile(name, directory)
}

/** Errors as findings, without those that Cerbos tells together with another one. */
export function findingsOf(diagnostics: readonly Diagnostic[]): readonly Finding[] {
  return diagnostics.flatMap((diagnostic) => {
    const { severity, code, cerbos, file, line, column } = diagnostic
    if (severity !== 'error') return []
    if (cerbos?.index !== undefined) return [ofIndex(file, cerbos.index, placeOf(cerbos))]
    if (cerbos === undefined) {
      const at = `${line}:${column}`
      return SYNTAX_CODES.has(code) ? [{ step: 'read', file, kind: SYNTAX, at, text: '' }] : []
    }
    const at = placeOf(cerbos)
    if (cerbos.description === undefined) {
      const step = stepOf(errorDetails(diagnostic).kind, cerbos.error)
      return [{ step, file, kind: loadKind(cerbos.error), at, text: cerbos.error }]
    }
    const text = compileText(cerbos.description)
    return [{ step: 'compile', file, kind: cerbos.error, at, text }]
  })
}

/** When Cerbos finds something wrong with a file, by the kind that it gives it. */
export function stepOf(kind: string | undefined, message: string): Step {
  if (kind === 'KIND_PARSE_ERROR' || loadKind(message) === 'several documents') return 'read'
  return kind === 'KIND_VALIDATION_ERROR' ? 'validate' : 'check'
}

const SYNTAX_CODES: ReadonlySet<string> = new Set([
  'invalid-yaml',
  'byte-order-mark',
  'cyclic-alias',
  'yaml-too-complex',
  'file-too-large',
])

type CerbosPart = NonNullable<Diagnostic['cerbos']>

function ofIndex(file: string, index: NonNullable<CerbosPart['index']>, at: string): Finding {
  switch (index.kind) {
    case 'missing-import':
      return { step: 'fit', file, kind: 'missing import', at, text: index.desc }
    case 'missing-scope':
      return missingScope(index.missingPolicy, index.descendant)
    case 'scope-permissions-conflict':
      return scopeConflict(index.scope)
    case 'duplicate-definition':
      return {
        step: 'fit',
        file,
        kind: 'duplicate definition',
        at: '',
        text: `${index.policy} ${index.otherFile}`,
      }
  }
}

/** A policy that Cerbos tells by its name alone. */
export function missingScope(policy: string, descendant: string): Finding {
  return { step: 'fit', file: '', kind: 'missing scope', at: '', text: `${policy} ${descendant}` }
}

/** A scope of which Cerbos tells the name alone. */
export function scopeConflict(scope: string): Finding {
  return { step: 'fit', file: '', kind: 'scope permission conflict', at: '', text: scope }
}

function placeOf({ position, path }: CerbosPart): string {
  return position === undefined
    ? ''
    : `${position.line}:${position.column}${path ? ` ${path}` : ''}`
}

/** What a compile error says, without the words of a parser. */
export function compileText(description: string): string {
  return description.includes('Syntax error: ') ? FOREIGN_TEXT : description
}
