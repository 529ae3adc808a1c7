import { type AttributeName, attributesIn } from './attributes-read.ts'
import { collectInto, type Diagnostic, type Report, sortDiagnostics } from './diagnostics.ts'
import type {
  ConstantEntry,
  Definitions,
  DerivedRoles,
  PolicyDocument,
  VariableEntry,
} from './document.ts'
import { withoutEchoes } from './echoes.ts'
import { createConditionEnv } from './environment.ts'
import { type Catalogue, createCatalogue, findExport } from './link/catalogue.ts'
import {
  type CompiledExpression,
  createExpressionCompiler,
  type ExpressionCompiler,
} from './link/expressions.ts'
import type { JsonValue } from './linked.ts'
import type { Located, LocatedText } from './place.ts'
import type { LocatedList, NamedEntry } from './read/fields.ts'
import { readPolicy } from './read/read-policy.ts'
import { conditionsOf, matchesOf, outputsOf } from './rules/walk.ts'
import { isSchemaFile } from './schemas/schema-store.ts'
import { type SourceFile, type SourceText, sourceText } from './source.ts'

/** What policy files define and read, whether or not they fit together. */
export interface Inspection {
  /** The enabled policies by key: `resource.document.vdefault/acme`, `derived_roles.common_roles`. */
  readonly policies: ReadonlyMap<string, InspectedPolicy>
  /** Files and expressions that cannot be read, and of which nothing is told. */
  readonly diagnostics: readonly Diagnostic[]
}

/** One policy. Every list is sorted by name. */
export interface InspectedPolicy {
  readonly file: string
  /** The actions that rules name. */
  readonly actions: readonly string[]
  /** The attributes that expressions read by name, those in imported variables too. */
  readonly attributes: readonly AttributeName[]
  /** Those that a set defines, or that the rules of a resource policy name. */
  readonly derivedRoles: readonly InspectedDerivedRole[]
  /** Those that the policy defines, and all others that it reads. */
  readonly variables: readonly InspectedVariable[]
  readonly constants: readonly InspectedConstant[]
}

/** A name and where it comes from. */
interface InspectedName {
  readonly name: string
  /** What is `undefined` is in nothing that the policy imports. */
  readonly kind: 'local' | 'exported' | 'imported' | 'undefined'
  /** The key of the policy that defines it; absent for what is undefined. */
  readonly source?: string
}

export interface InspectedDerivedRole extends InspectedName {}

export interface InspectedVariable extends InspectedName {
  /** Its expression; absent for what is undefined. */
  readonly value?: string
  /** Whether an expression of the policy reads it. */
  readonly used: boolean
}

export interface InspectedConstant extends InspectedName {
  /** Absent for what is undefined. */
  readonly value?: JsonValue
  /** Whether an expression of the policy reads it. */
  readonly used: boolean
}

/**
 * Tells of each policy what it defines and what it reads. It takes the documents one by one, so that
 * files which do not compile together can be inspected. Cerbos does not look at attributes that are
 * read with a key (`R.attr["owner"]`), nor at the imports of role policies; this does.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/api/admin_api
 */
export function inspectPolicies(files: readonly SourceFile[]): Inspection {
  const diagnostics: Diagnostic[] = []
  const report = collectInto(diagnostics)
  const documents = files.flatMap((file) =>
    isSchemaFile(file) ? [] : (readPolicy(sourceText(file), report) ?? []),
  )
  const catalogue = createCatalogue(documents, report)
  const expressions = createExpressionCompiler(createConditionEnv(), { compat: 'cerbos' })
  const policies = new Map(
    catalogue.documents.map((document) => {
      const key = catalogue.keys.get(document.source.path) ?? ''
      return [key, inspectPolicy(document, key, { catalogue, expressions, report })]
    }),
  )
  return { policies, diagnostics: sortDiagnostics(withoutEchoes(diagnostics)) }
}

interface Inspector {
  readonly catalogue: Catalogue
  readonly expressions: ExpressionCompiler
  readonly report: Report
}

function inspectPolicy(
  document: PolicyDocument,
  key: string,
  { catalogue, expressions, report }: Inspector,
): InspectedPolicy {
  const compile = (text: LocatedText, to: Report): CompiledExpression[] => {
    const compiled = expressions.compile(text, to)
    return compiled ? [compiled] : []
  }
  const read = expressionsIn(document).flatMap((text) => compile(text, report))
  const definitions = definitionsOf(document, key, catalogue)
  const variablesRead = namesRead('variable', read)
  // What is wrong with them is reported of the policy that exports them.
  const imported = definitions.variables.flatMap(({ kind, name, value }) =>
    kind === 'imported' && variablesRead.has(name) ? compile(value, () => {}) : [],
  )
  return {
    file: document.source.path,
    actions: [...new Set(actionsOf(document))].sort(),
    attributes: attributesOf([...read, ...imported]),
    derivedRoles: derivedRolesOf(document, key, catalogue),
    variables: inspectNames(definitions.variables, variablesRead),
    constants: inspectNames(definitions.constants, namesRead('constant', read)),
  }
}

/** All expressions of a document, those of its own variables included. */
function expressionsIn(document: PolicyDocument): LocatedText[] {
  const matches = conditionsOf(document).flatMap(({ match }) => matchesOf(match))
  const outputs = outputsOf(document).flatMap((output) => [
    output.expr,
    output.ruleActivated,
    output.conditionNotMet,
  ])
  return [
    ...matches.flatMap((match) => (match.kind === 'expr' ? [match.expr] : [])),
    ...outputs.flatMap((text) => text ?? []),
    ...ownVariables(document).map(({ value }) => value),
  ]
}

interface Definition<Value> extends Required<InspectedName> {
  readonly value: Value
}

interface DefinitionsByName {
  readonly variables: readonly Definition<LocatedText>[]
  readonly constants: readonly Definition<ConstantEntry['value']>[]
}

/** What a document defines, and then what it imports. */
function definitionsOf(
  document: PolicyDocument,
  key: string,
  { exportVariables, exportConstants, keys }: Catalogue,
): DefinitionsByName {
  const variables = definedBy(ownVariables(document), 'local', key)
  if (document.kind === 'exportVariables') {
    return { variables: definedBy(document.definitions, 'exported', key), constants: [] }
  }
  if (document.kind === 'exportConstants') {
    return { variables, constants: definedBy(document.definitions, 'exported', key) }
  }
  const importsFrom = <Entry extends NamedEntry<unknown>>(
    { imports }: Definitions<Entry>,
    sets: ReadonlyMap<string, { source: SourceText; definitions: readonly Entry[] }>,
  ): Definition<Entry['value']>[] =>
    imports.items.flatMap(({ value: name }) => {
      const set = sets.get(name)
      return set ? definedBy(set.definitions, 'imported', keys.get(set.source.path) ?? '') : []
    })
  return {
    variables: [...variables, ...importsFrom(document.variables, exportVariables)],
    constants: [
      ...definedBy(document.constants.local, 'local', key),
      ...importsFrom(document.constants, exportConstants),
    ],
  }
}

function ownVariables(document: PolicyDocument): readonly VariableEntry[] {
  if (document.kind === 'exportVariables') return document.definitions
  if (document.kind === 'exportConstants') return document.topVariables
  return [...document.variables.local, ...document.topVariables]
}

function definedBy<Value>(
  entries: readonly NamedEntry<Value>[],
  kind: InspectedName['kind'],
  source: string,
): Definition<Value>[] {
  return entries.map(({ name, value }) => ({ name, kind, source, value }))
}

function namesRead(
  kind: 'variable' | 'constant',
  expressions: readonly CompiledExpression[],
): ReadonlySet<string> {
  const references = expressions.flatMap((expression) => expression.references)
  return new Set(references.flatMap((each) => (each.kind === kind ? (each.name ?? []) : [])))
}

/** What a document defines, read or not; of what it imports, only what it reads. */
function inspectNames<Value>(
  definitions: readonly Definition<Located<Value>>[],
  read: ReadonlySet<string>,
): (InspectedName & { readonly value?: Value; readonly used: boolean })[] {
  const named = new Map<string, InspectedName & { readonly value?: Value }>()
  for (const name of read) named.set(name, { name, kind: 'undefined' })
  for (const definition of [...definitions].reverse()) {
    const { kind, name, value } = definition
    if (kind !== 'imported' || read.has(name))
      named.set(name, { ...definition, value: value.value })
  }
  return byName(named.values()).map((each) => ({ ...each, used: read.has(each.name) }))
}

function attributesOf(expressions: readonly CompiledExpression[]): readonly AttributeName[] {
  const read = expressions.flatMap(({ program }) => attributesIn(program))
  const attributes = new Map(read.map((each) => [`${each.name} ${each.owner}`, each]))
  return byName([...attributes.values()].sort((a, b) => (a.owner < b.owner ? -1 : 1)))
}

function actionsOf(document: PolicyDocument): readonly string[] {
  switch (document.kind) {
    case 'resourcePolicy':
      return document.rules.items.flatMap(({ actions }) => texts(actions))
    case 'principalPolicy':
      return document.rules.items.flatMap(({ actions }) =>
        actions.items.flatMap(({ action }) => action?.value ?? []),
      )
    case 'rolePolicy':
      return document.rules.items.flatMap(({ allowActions }) => texts(allowActions))
    default:
      return []
  }
}

function derivedRolesOf(
  document: PolicyDocument,
  key: string,
  { derivedRoles, keys }: Catalogue,
): readonly InspectedDerivedRole[] {
  if (document.kind === 'derivedRoles') {
    const names = definedRoles(document)
    return byName(names.map((name) => ({ name, kind: 'exported', source: key })))
  }
  if (document.kind !== 'resourcePolicy') return []
  const sets = texts(document.importDerivedRoles).flatMap(
    (name) => findExport(derivedRoles, name) ?? [],
  )
  const named = new Set(document.rules.items.flatMap((rule) => texts(rule.derivedRoles)))
  const roles = [...named].map((name): InspectedDerivedRole => {
    const set = sets.find((each) => definedRoles(each).includes(name))
    if (set === undefined) return { name, kind: 'undefined' }
    return { name, kind: 'imported', source: keys.get(set.source.path) ?? '' }
  })
  return byName(roles)
}

function definedRoles({ definitions }: DerivedRoles): readonly string[] {
  return definitions.items.flatMap(({ name }) => name?.value ?? [])
}

function texts({ items }: LocatedList<LocatedText>): readonly string[] {
  return items.map(({ value }) => value)
}

function byName<Named extends { readonly name: string }>(items: Iterable<Named>): Named[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
}
