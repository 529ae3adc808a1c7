import {
  type CerbosFindings,
  type CerbosPosition,
  cerbosContext,
  cerbosFindings,
  compilePolicies,
  isSourcePath,
  type LinkedPolicySet,
  type SourceFile,
} from '@lockstitch/policy'

import type { Message } from '../../wire/schema.ts'

/** A file as a playground has it. */
export interface FileMessage {
  readonly fileName: string
  /** Base64. */
  readonly contents: string
}

/** What a set of policies comes to: policies to decide by, or the errors in them. */
export type Compiled =
  | {
      readonly kind: 'compiled'
      readonly policySet: LinkedPolicySet
      readonly files: readonly SourceFile[]
    }
  | { readonly kind: 'failed'; readonly failure: Message }

/** Compiles the files of a playground as `cerbos compile` would. */
export function compile(messages: readonly FileMessage[]): Compiled {
  // The last of a name counts.
  const byPath = new Map(
    messages.map(({ fileName, contents }) => {
      const path = fileName.replace(/^(?:\.{0,2}\/)+/, '')
      return [path, { path, text: Buffer.from(contents, 'base64').toString('utf8') }] as const
    }),
  )
  const files = [...byPath.values()]
  const policies = files.filter(({ path }) => isSourcePath(path))
  const compiled = compilePolicies(policies, {
    compat: 'cerbos',
    invalidSchemas: 'error',
    lenientScopeSearch: false,
  })
  if (compiled.policySet) return { kind: 'compiled', policySet: compiled.policySet, files }
  const errors = errorsOf(cerbosFindings(compiled), files)
  return { kind: 'failed', failure: { errors } }
}

/** The findings as Cerbos's playground tells them. */
function errorsOf(findings: CerbosFindings, files: readonly SourceFile[]): readonly Message[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const at = (file: string, position: CerbosPosition | undefined): Message => {
    if (position === undefined) return { details: {} }
    const { line, column } = position
    return { details: { line, column, context: cerbosContext(texts.get(file) ?? '', position) } }
  }
  return [
    ...findings.loadFailures.map(({ file, message, position }) => {
      return { file, error: `Failed to read: ${message}`, ...at(file, position) }
    }),
    ...findings.missingImports.map(({ importingFile: file, desc, position }) => {
      return { file, error: desc, ...at(file, position) }
    }),
    ...findings.duplicateDefinitions.map(({ file, otherFile, policy, position }) => {
      const error = `Policy ${policy} is defined in both ${file} and ${otherFile}`
      return { file, error, ...at(file, position) }
    }),
    ...findings.missingScopes.map(({ missingPolicy, descendants }) => ({
      error: `Scoped policy ${missingPolicy} is not found but is required by descendant policies ${descendants.join(', ')}`,
    })),
    ...findings.scopePermissionsConflicts.map((scope) => ({
      error: `Conflicting scope permissions in the policies of scope ${scope}`,
    })),
    ...findings.compileErrors.map(({ file, error, description, position }) => {
      const text = description === undefined ? error : `${description} (${error})`
      return { file, error: text, ...at(file, position) }
    }),
  ]
}

/** What all answers begin with. */
export function answer(playgroundId: string | undefined, outcome: Message): Message {
  return { ...(playgroundId !== undefined && { playgroundId }), ...outcome }
}
