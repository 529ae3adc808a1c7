import type { DiagnosticCode } from './codes.ts'
import { collectInto, type Diagnostic, sortDiagnostics } from './diagnostics.ts'
import type { PolicyDocument } from './document.ts'
import { withoutEchoes } from './echoes.ts'
import { createConditionEnv } from './environment.ts'
import { type DisabledDefinition, disabledDefinitions } from './link/catalogue.ts'
import { createLinkMemory, type LinkMemory, NO_MEMORY } from './link/link-memory.ts'
import type { LinkOptions } from './link/linker.ts'
import { linkPolicies } from './link.ts'
import type { LinkedPolicySet } from './linked.ts'
import { readPolicy } from './read/read-policy.ts'
import { nameRules, validationRules } from './rules/index.ts'
import { createSchemaStore, isSchemaFile, type SchemaStore } from './schemas/schema-store.ts'
import { type SourceFile, sourceText } from './source.ts'

/** How policies are compiled. */
export interface CompileOptions extends LinkOptions {}

/** What compiling a set of files gives. */
export interface CompiledPolicies {
  /** Undefined when there is an error among the diagnostics: a set is used as a whole or not. */
  readonly policySet: LinkedPolicySet | undefined
  /** Everything that is wrong or doubtful, sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[]
  /** The policies that are there and switched off, in the order of the files. */
  readonly disabled: readonly DisabledDefinition[]
}

const UNUSED: ReadonlySet<DiagnosticCode> = new Set([
  'unused-derived-role',
  'unused-import',
  'resource-without-policy',
])
const MISSING: ReadonlySet<DiagnosticCode> = new Set(['import-not-found', 'missing-scope'])

/**
 * Reads, checks and links policy files and the schemas in `_schemas/` among them. It does no I/O,
 * and equal files give equal results.
 */
export function compilePolicies(
  files: readonly SourceFile[],
  options: CompileOptions = {},
): CompiledPolicies {
  const read = inPathOrder(files).flatMap(readUnlessSchema)
  return linkFiles(read, createSchemaStore(files.filter(isSchemaFile)), NO_MEMORY, options)
}

/** Compiles sets of files that follow each other. */
export type PolicyCompiler = (
  files: readonly SourceFile[],
  options?: CompileOptions,
) => CompiledPolicies

/**
 * Compiles as {@link compilePolicies} does, and does again only what depends on what is not the same as the
 * last time: for files that somebody edits. It keeps what it has read, which takes memory.
 */
export function createPolicyCompiler(): PolicyCompiler {
  let known: ReadonlyMap<string, ReadFile> = new Map()
  let linked: Linked = {
    schemas: createSchemaStore([]),
    schemaFiles: [],
    memory: NO_MEMORY,
    by: '',
  }
  return (files, options = {}) => {
    const read = inPathOrder(files).flatMap((file) => {
      const before = known.get(file.path)
      return before?.text === file.text ? [before] : readUnlessSchema(file)
    })
    known = new Map(read.map((file) => [file.path, file]))
    linked = linkedNext(linked, files.filter(isSchemaFile), options)
    return linkFiles(read, linked.schemas, linked.memory, options)
  }
}

/** What is kept of linking a set for the next one. */
interface Linked {
  readonly schemas: SchemaStore
  readonly schemaFiles: readonly SourceFile[]
  readonly memory: LinkMemory
  /** The options that it was linked by. */
  readonly by: string
}

function linkedNext(
  { schemas, schemaFiles: before, memory, by }: Linked,
  schemaFiles: readonly SourceFile[],
  options: CompileOptions,
): Linked {
  const isSame =
    schemaFiles.length === before.length &&
    schemaFiles.every(({ path, text }, at) => path === before[at]?.path && text === before[at].text)
  const next = JSON.stringify(options)
  return {
    schemas: isSame ? schemas : createSchemaStore(schemaFiles),
    schemaFiles,
    memory: next === by ? memory : createLinkMemory(),
    by: next,
  }
}

/** A file as far as it can be judged alone. */
interface ReadFile extends SourceFile {
  /** Undefined for a file that is empty, and one that cannot be read. */
  readonly document: PolicyDocument | undefined
  readonly diagnostics: readonly Diagnostic[]
}

function readUnlessSchema(file: SourceFile): readonly ReadFile[] {
  if (isSchemaFile(file)) return []
  const { path, text } = file
  const diagnostics: Diagnostic[] = []
  const report = collectInto(diagnostics)
  const document = readPolicy(sourceText(file), report)
  if (document === undefined) return [{ path, text, document, diagnostics }]
  for (const check of validationRules) check(document, report)
  const isDisabled = document.disabled?.value === true
  if (!isDisabled) for (const check of nameRules) check(document, report)
  return [{ path, text, document, diagnostics }]
}

function linkFiles(
  read: readonly ReadFile[],
  schemas: SchemaStore,
  memory: LinkMemory,
  options: CompileOptions,
): CompiledPolicies {
  const diagnostics = read.flatMap((file) => file.diagnostics)
  const documents = read.flatMap(({ document }) => document ?? [])
  const allRead = read.every((file) => file.document !== undefined || file.diagnostics.length === 0)
  const context = { env: createConditionEnv(), report: collectInto(diagnostics), schemas, memory }
  // Linking leaves no documents behind.
  const disabled = disabledDefinitions(documents)
  const policySet = linkPolicies(documents, context, options)
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error')
  const found = sortDiagnostics(withoutEchoes(diagnostics), options.compat)
  if (!hasErrors) {
    const invalidWildcards = found.filter(({ code }) => code === 'invalid-wildcard')
    return { policySet: { ...policySet, invalidWildcards }, diagnostics: found, disabled }
  }
  // What is broken may be what uses that which seems to be unused; a file that cannot be read, what
  // seems to be missing. Cerbos tells it all the same.
  const isSure = allRead || options.compat === 'cerbos'
  const doubtful = isSure ? UNUSED : new Set([...UNUSED, ...MISSING])
  const kept = found.filter(({ code }) => !doubtful.has(code))
  return { policySet: undefined, diagnostics: kept, disabled }
}

/** Directory by directory, as Cerbos walks them: `a/b` comes before `a.yaml`. */
function comparePaths(partsA: readonly string[], partsB: readonly string[]): number {
  const different = partsA.findIndex((part, index) => part !== partsB[index])
  const [partA = '', partB = ''] = [partsA[different], partsB[different]]
  return partA < partB ? -1 : Number(partA > partB)
}

function inPathOrder(files: readonly SourceFile[]): SourceFile[] {
  const split = files.map((file) => ({ file, parts: file.path.split('/') }))
  return split.sort((a, b) => comparePaths(a.parts, b.parts)).map(({ file }) => file)
}
