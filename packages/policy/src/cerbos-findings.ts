import { type CerbosText, cerbosText } from './cerbos-texts.ts'
import type { DiagnosticCode } from './codes.ts'
import type { CompiledPolicies } from './compile-policies.ts'
import type { Diagnostic } from './diagnostics.ts'
import type { DisabledDefinition } from './link/catalogue.ts'
import type { Position } from './source.ts'

/**
 * What Cerbos's tools report about a policy set, in their words, positions and order. What does not
 * compile is looked for only where everything loads and fits together.
 */
export interface CerbosFindings {
  readonly loadFailures: readonly CerbosLoadFailure[]
  readonly duplicateDefinitions: readonly CerbosDuplicateDefinition[]
  readonly disabledDefinitions: readonly DisabledDefinition[]
  readonly missingImports: readonly CerbosMissingImport[]
  readonly missingScopes: readonly CerbosMissingScope[]
  /** The scopes whose policies have different permissions. */
  readonly scopePermissionsConflicts: readonly string[]
  readonly compileErrors: readonly CerbosCompileError[]
}

/** A line and a column as Cerbos counts them, and the path of the value where Cerbos has one. */
export interface CerbosPosition extends Position {
  readonly path?: string
}

/** A file that does not load. */
export interface CerbosLoadFailure {
  readonly file: string
  /** Absent for what is neither a mistake of syntax nor one that the schema of policies forbids. */
  readonly kind?: 'parse-error' | 'validation-error'
  readonly message: string
  readonly position?: CerbosPosition
}

export interface CerbosDuplicateDefinition {
  readonly file: string
  readonly otherFile: string
  readonly policy: string
  readonly position?: CerbosPosition
}

export interface CerbosMissingImport {
  readonly importingFile: string
  readonly importingPolicy: string
  readonly importKind: string
  readonly importName: string
  readonly desc: string
  readonly position?: CerbosPosition
}

export interface CerbosMissingScope {
  readonly missingPolicy: string
  readonly descendants: readonly string[]
}

export interface CerbosCompileError {
  readonly file: string
  readonly error: string
  readonly description?: string
  readonly position?: CerbosPosition
}

/** Findings of Cerbos's validation rules; others are of its parser, or of neither. */
const VALIDATION: ReadonlySet<DiagnosticCode> = new Set([
  'missing-field',
  'missing-choice',
  'invalid-api-version',
  'invalid-value',
  'empty-item',
  'duplicate-item',
  'invalid-effect',
  'role-policy-scope-permissions',
])

const NEITHER: ReadonlySet<DiagnosticCode> = new Set([
  'rule-without-roles',
  'duplicate-rule-name',
  'duplicate-resource',
  'duplicate-derived-role',
  'top-level-variables',
  'multiple-documents',
])

/** Mistakes that end the reading of a file before any of its fields is looked at. */
const SYNTAX: ReadonlySet<DiagnosticCode> = new Set([
  'file-too-large',
  'invalid-yaml',
  'byte-order-mark',
  'yaml-too-complex',
  'multiple-documents',
  'not-a-policy',
  'cyclic-alias',
  'duplicate-key',
])

/**
 * The errors of a compilation as Cerbos reports them. A mistake that Cerbos has no words for keeps
 * ours, so that a set with an error never comes out without one.
 */
export function cerbosFindings({
  diagnostics,
  disabled,
}: Pick<CompiledPolicies, 'diagnostics' | 'disabled'>): CerbosFindings {
  const errors = eachOnce(diagnostics.filter(({ severity }) => severity === 'error').map(withWords))
  const loadFailures = inStages(errors.filter(isLoadFailure))
  const unloaded = new Set(loadFailures.map(({ file }) => file))
  const ofLoaded = errors.filter(({ file }) => !unloaded.has(file))
  const index = {
    loadFailures: loadFailures.map(loadFailure),
    duplicateDefinitions: ofLoaded.flatMap(duplicateDefinition),
    missingImports: ofLoaded.flatMap(missingImport),
    missingScopes: missingScopes(ofLoaded),
    scopePermissionsConflicts: scopeConflicts(ofLoaded),
  }
  const fitsTogether = Object.values(index).every((list) => list.length === 0)
  return {
    ...index,
    disabledDefinitions: fitsTogether ? [] : disabled.filter(({ file }) => !unloaded.has(file)),
    compileErrors: fitsTogether ? compileErrors(errors) : [],
  }
}

/** A diagnostic with what Cerbos says, where it finds the same. */
type Worded = Diagnostic & {
  readonly cerbos?: CerbosText & { readonly position?: Position; readonly path?: string }
}

function withWords(diagnostic: Diagnostic): Worded {
  const text = cerbosText(diagnostic)
  return text ? { ...diagnostic, cerbos: { ...text, ...diagnostic.anchor } } : diagnostic
}

/** Uses of a value may differ in more than Cerbos tells. */
function eachOnce(errors: readonly Worded[]): readonly Worded[] {
  const told = ({ file, line, column, code, message, cerbos }: Worded): string =>
    JSON.stringify([
      file,
      line,
      column,
      code,
      message,
      cerbos?.error,
      cerbos?.description,
      cerbos?.position,
    ])
  return [...new Map(errors.map((each) => [told(each), each])).values()]
}

function isLoadFailure({ code, cerbos }: Worded): boolean {
  if (cerbos === undefined) return SYNTAX.has(code)
  return cerbos.index === undefined && cerbos.description === undefined
}

/**
 * What Cerbos tells about each file: one mistake of syntax, repeated keys before what needs more than a parser; if there is none, the first value that
 * is not what a field takes; if there is none, all that validation finds; if that is nothing, the
 * rest.
 */
function inStages(failures: readonly Worded[]): readonly Worded[] {
  const files = [...new Set(failures.map(({ file }) => file))]
  return files.flatMap((name) => {
    const all = failures.filter(({ file }) => file === name)
    const syntax = all.filter(({ code }) => SYNTAX.has(code))
    const parsing = all.filter(({ code }) => kindOf(code) === 'parse-error').sort(inCerbosOrder)
    const validation = oncePerList(all.filter(({ code }) => kindOf(code) === 'validation-error'))
    const ofParser = syntax.filter(
      ({ code }) => code === 'duplicate-key' || code === 'invalid-yaml',
    )
    const early = ofParser.sort(inCerbosOrder)[0] ?? syntax[0]
    if (early !== undefined) return [early]
    if (parsing[0] !== undefined) return [mergeBefore(parsing[0], parsing) ?? parsing[0]]
    return validation.length > 0 ? validation : all
  })
}

/** The outermost merge that Cerbos looks at before a value: it merges into a mapping before it reads the rest of that. */
function mergeBefore({ cerbos }: Worded, failures: readonly Worded[]): Worded | undefined {
  const pathOf = ({ cerbos: merge }: Worded): string => merge?.path ?? ''
  const merges = failures.filter(
    (each) =>
      each.code === 'invalid-merge' &&
      cerbos?.path?.startsWith(pathOf(each).slice(0, -'<<'.length)),
  )
  return merges.sort((a, b) => pathOf(a).length - pathOf(b).length)[0]
}

/** However many items of a list are there twice, Cerbos says so once. */
function oncePerList(failures: readonly Worded[]): readonly Worded[] {
  const lists = new Set<string | undefined>()
  return failures.filter(({ code, cerbos }) => {
    if (code !== 'duplicate-item') return true
    const isFirst = !lists.has(cerbos?.error)
    lists.add(cerbos?.error)
    return isFirst
  })
}

function inCerbosOrder(a: Worded, b: Worded): number {
  const [one = a, other = b] = [a.cerbos?.position, b.cerbos?.position]
  return one.line - other.line || one.column - other.column
}

function kindOf(code: DiagnosticCode): CerbosLoadFailure['kind'] {
  if (NEITHER.has(code)) return undefined
  return VALIDATION.has(code) ? 'validation-error' : 'parse-error'
}

/** An error in a file as Cerbos reports it. */
export function cerbosLoadFailure(diagnostic: Diagnostic): CerbosLoadFailure {
  return loadFailure(withWords(diagnostic))
}

function loadFailure({ file, code, message, line, column, cerbos }: Worded): CerbosLoadFailure {
  const kind = kindOf(code)
  const position = cerbos ? positionOf(cerbos) : { line, column }
  return {
    file,
    ...(kind && { kind }),
    message: cerbos?.error ?? message,
    ...(position && { position }),
  }
}

function positionOf({ position, path }: NonNullable<Worded['cerbos']>): CerbosPosition | undefined {
  if (position === undefined) return undefined
  return { ...position, ...(path !== undefined && path !== '' && { path }) }
}

function duplicateDefinition({ file, cerbos }: Worded): readonly CerbosDuplicateDefinition[] {
  if (cerbos?.index?.kind !== 'duplicate-definition') return []
  const { otherFile, policy } = cerbos.index
  const position = positionOf(cerbos)
  return [{ file, otherFile, policy, ...(position && { position }) }]
}

function missingImport({ file, cerbos }: Worded): readonly CerbosMissingImport[] {
  if (cerbos?.index?.kind !== 'missing-import') return []
  const { importingPolicy, importKind, importName, desc } = cerbos.index
  const position = positionOf(cerbos)
  const found = { importingFile: file, importingPolicy, importKind, importName, desc }
  return [{ ...found, ...(position && { position }) }]
}

function missingScopes(errors: readonly Worded[]): readonly CerbosMissingScope[] {
  const descendants = new Map<string, Set<string>>()
  for (const { cerbos } of errors) {
    if (cerbos?.index?.kind !== 'missing-scope') continue
    const { missingPolicy, descendant } = cerbos.index
    const others = descendants.get(missingPolicy)
    if (others) others.add(descendant)
    else descendants.set(missingPolicy, new Set([descendant]))
  }
  return [...descendants.keys()].sort().map((missingPolicy) => ({
    missingPolicy,
    descendants: [...(descendants.get(missingPolicy) ?? [])].sort(),
  }))
}

function scopeConflicts(errors: readonly Worded[]): readonly string[] {
  const scopes = errors.flatMap(({ cerbos }) =>
    cerbos?.index?.kind === 'scope-permissions-conflict' ? [cerbos.index.scope] : [],
  )
  return [...new Set(scopes)].sort()
}

/**
 * Where Cerbos has words for none of the errors, ours are better than silence: a report without
 * an error is one that all went well.
 */
function compileErrors(errors: readonly Worded[]): readonly CerbosCompileError[] {
  // Cerbos looks no further into a policy whose derived roles, or else schemas, it does not find.
  const worded = errors.filter(({ cerbos }) => cerbos !== undefined)
  const known = aloneInFile(aloneInFile(worded, isUnknownRole), isInvalidSchema)
  const found = (known.length > 0 ? known : errors).map(
    ({ file, code, message, line, column, path, cerbos }) => {
      if (cerbos === undefined) {
        const position = { line, column, ...(path !== undefined && { path }) }
        return { file, error: code.replaceAll('-', ' '), description: message, position }
      }
      const { error, description } = cerbos
      const position = positionOf(cerbos)
      return {
        file,
        error,
        ...(description !== undefined && { description }),
        ...(position && { position }),
      }
    },
  )
  // A definition that several policies import is told once, whatever else each of them defines.
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()]
}

/** In files with such an error, no others. */
function aloneInFile(
  errors: readonly Worded[],
  isSuch: (error: Worded) => boolean,
): readonly Worded[] {
  const files = new Set(errors.filter(isSuch).map(({ file }) => file))
  return errors.filter((error) => isSuch(error) || !files.has(error.file))
}

function isInvalidSchema({ code }: Worded): boolean {
  return code === 'invalid-schema'
}

function isUnknownRole({ code, cerbos }: Worded): boolean {
  return (
    cerbos !== undefined && (code === 'unknown-derived-role' || code === 'ambiguous-derived-role')
  )
}
