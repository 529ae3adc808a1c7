import type { CerbosFindings } from '@lockstitch/policy'

import {
  isInSchemas,
  isPolicyDirectory,
  isSourceFile,
} from '../../packages/policy/src/sources/policy-paths.ts'
import { type Finding, FOREIGN_TEXT, loadKind, type Step, SYNTAX } from './answer.ts'
import type { CaseFile } from './compile-case.ts'

/** Whether the disk source would read the file. */
export function isRead({ path }: CaseFile): boolean {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  const inPolicies = parts.every((part, i) => isPolicyDirectory(part, parts.slice(0, i).join('/')))
  const directory = parts.join('/')
  return (inPolicies || isInSchemas(directory)) && isSourceFile(name, directory)
}

/** The findings about policies in one list. */
export function findingsOf(found: CerbosFindings): readonly Finding[] {
  const load = found.loadFailures.map(({ file, kind: reason, message, position }): Finding => {
    const kind = loadKind(message)
    const step = stepOf(reason, kind)
    const said = kind === SYNTAX ? { text: '', words: message } : { text: message }
    return { step, file, kind, at: placeText(position), ...said }
  })
  const imports = found.missingImports.map(({ importingFile: file, desc: text, position }) => {
    return fitFinding('missing import', text, { file, at: placeText(position) })
  })
  const scopes = found.missingScopes.flatMap(({ missingPolicy, descendants }) =>
    descendants.map((each) => fitFinding('missing scope', `${missingPolicy} ${each}`)),
  )
  const duplicates = found.duplicateDefinitions.map(({ file, otherFile, policy }) =>
    fitFinding('duplicate definition', `${policy} ${otherFile}`, { file }),
  )
  const conflicts = found.scopePermissionsConflicts.map((scope) =>
    fitFinding('scope permission conflict', scope),
  )
  const compiled = found.compileErrors.map(({ file, error, description, position }): Finding => {
    return {
      step: 'compile',
      file,
      kind: error,
      at: placeText(position),
      text: textOf(description),
    }
  })
  return [...load, ...imports, ...scopes, ...duplicates, ...conflicts, ...compiled]
}

function textOf(description = ''): string {
  if (/Syntax error: |\[reserved identifier: /.test(description)) return FOREIGN_TEXT
  // Cerbos asks the network for a schema, and tells what that says.
  return description.replace(/Get "([^"]*)": .*$/s, 'no Loader found for $1')
}

function fitFinding(
  kind: string,
  text: string,
  { file = '', at = '' }: { readonly file?: string; readonly at?: string } = {},
): Finding {
  return { step: 'fit', file, kind, at, text }
}

function stepOf(reason: 'parse-error' | 'validation-error' | undefined, kind: string): Step {
  if (reason === 'parse-error' || kind === 'several documents') return 'read'
  return reason === 'validation-error' ? 'validate' : 'check'
}

interface Position {
  readonly line?: number
  readonly column?: number
  readonly path?: string
}

function placeText(position: Position | undefined): string {
  if (position === undefined) return ''
  const { line = 0, column = 0, path = '' } = position
  return `${line}:${column}${path && ` ${path}`}`
}
