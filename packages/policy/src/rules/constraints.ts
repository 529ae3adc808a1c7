import type { PolicyDocument, Schemas } from '../document.ts'
import type { LocatedText, Place } from '../place.ts'
import type { LocatedList } from '../read/fields.ts'
import { rulesOf } from './walk.ts'

/** What a string must look like: Cerbos's pattern, an equal one that is safe, and in words. */
export interface Pattern {
  readonly source: string
  readonly regex: RegExp
  readonly words: string
}

const pattern = (source: string, words: string, regex = new RegExp(source)): Pattern => {
  return { source, regex, words }
}

const NAME = pattern('^[^!*?\\[\\]{}]+$', 'a name without `!`, `*`, `?`, brackets and braces')
const VERSION = pattern('^[\\w]+$', 'a version of letters, digits and underscores')
const OPTIONAL_VERSION = pattern('^[\\w]*$', VERSION.words)
const SCOPE = pattern(
  '^(^$|\\.|[0-9a-zA-Z][\\w\\-]*(\\.\\w[\\w\\-]*)*)$',
  'a scope of names with dots between them, like `acme.hr`',
)
const IMPORT = pattern('^[\\w\\-\\.]+$', 'a name of letters, digits, `_`, `-` and `.`')
const RULE = pattern(
  '^([a-zA-Z][\\w\\@\\.\\-]*)*$',
  'a name that begins with a letter and has letters, digits, `_`, `@`, `.` and `-`',
  // The same language as Cerbos's pattern, which backtracks for ever in JavaScript.
  /^([a-zA-Z][\w@.-]*)?$/,
)

/** What is demanded of a string field. */
export interface TextConstraint {
  readonly name: string
  readonly value: LocatedText | undefined
  /** The message that has, or lacks, the field. */
  readonly owner: Place
  readonly required: boolean
  readonly pattern?: Pattern
}

/** What is demanded of a list; its entries are unique, and not empty when they have no pattern. */
export interface ListConstraint {
  readonly name: string
  readonly list: LocatedList<LocatedText>
  readonly required: boolean
  readonly pattern?: Pattern
}

const required = (
  name: string,
  value: LocatedText | undefined,
  owner: Place,
  of?: Pattern,
): TextConstraint => ({ name, value, owner, required: true, ...(of && { pattern: of }) })

const optional = (
  name: string,
  value: LocatedText | undefined,
  owner: Place,
  of: Pattern,
): TextConstraint => ({ name, value, owner, required: false, pattern: of })

/** The demands on the string fields of a document: §"Every field" of Cerbos's policy schema. */
export function textConstraints(document: PolicyDocument): TextConstraint[] {
  const { place } = document
  const ruleNames = rulesOf(document).map((rule) => optional('name', rule.name, rule.place, RULE))
  switch (document.kind) {
    case 'resourcePolicy':
      return [
        required('resource', document.resource, place, NAME),
        required('version', document.version, place, VERSION),
        optional('scope', document.scope, place, SCOPE),
        ...schemaReferences(document.schemas),
        ...ruleNames,
      ]
    case 'principalPolicy':
      return [
        required('principal', document.principal, place, NAME),
        required('version', document.version, place, VERSION),
        optional('scope', document.scope, place, SCOPE),
        ...document.rules.items.flatMap((rule) => [
          required('resource', rule.resource, rule.place),
          ...rule.actions.items.map((entry) => required('action', entry.action, entry.place)),
        ]),
        ...ruleNames,
      ]
    case 'rolePolicy':
      return [
        required('role', document.role, place, NAME),
        optional('version', document.version, place, OPTIONAL_VERSION),
        optional('scope', document.scope, place, SCOPE),
        ...document.rules.items.map((rule) => required('resource', rule.resource, rule.place)),
        ...ruleNames,
      ]
    case 'derivedRoles':
      return [
        required('name', document.name, place, IMPORT),
        ...document.definitions.items.map(({ name, place: at }) =>
          required('name', name, at, IMPORT),
        ),
      ]
    case 'exportVariables':
    case 'exportConstants':
      return [required('name', document.name, place, IMPORT)]
  }
}

function schemaReferences(schemas: Schemas | undefined): TextConstraint[] {
  return [schemas?.principalSchema, schemas?.resourceSchema].flatMap((schema) =>
    schema === undefined ? [] : [required('ref', schema.ref, schema.place)],
  )
}

/** The demands on the lists of strings of a document. */
export function listConstraints(document: PolicyDocument): ListConstraint[] {
  switch (document.kind) {
    case 'resourcePolicy':
      return [
        list('importDerivedRoles', document.importDerivedRoles, IMPORT),
        ...imports(document),
        ...ignoredActions(document.schemas),
        ...document.rules.items.flatMap((rule) => [
          requiredList('actions', rule.actions),
          list('roles', rule.roles),
          list('derivedRoles', rule.derivedRoles, IMPORT),
        ]),
      ]
    case 'principalPolicy':
      return imports(document)
    case 'rolePolicy':
      return [
        list('parentRoles', document.parentRoles),
        ...imports(document),
        ...document.rules.items.map((rule) => requiredList('allowActions', rule.allowActions)),
      ]
    case 'derivedRoles':
      return [
        ...imports(document),
        ...document.definitions.items.map((role) => requiredList('parentRoles', role.parentRoles)),
      ]
    case 'exportVariables':
    case 'exportConstants':
      return []
  }
}

function list(name: string, of: LocatedList<LocatedText>, items?: Pattern): ListConstraint {
  return { name, list: of, required: false, ...(items && { pattern: items }) }
}

function requiredList(name: string, of: LocatedList<LocatedText>): ListConstraint {
  return { name, list: of, required: true }
}

function imports(document: {
  readonly variables: { readonly imports: LocatedList<LocatedText> }
  readonly constants: { readonly imports: LocatedList<LocatedText> }
}): ListConstraint[] {
  return [document.variables, document.constants].map((block) =>
    list('import', block.imports, IMPORT),
  )
}

function ignoredActions(schemas: Schemas | undefined): ListConstraint[] {
  return [schemas?.principalSchema, schemas?.resourceSchema].flatMap((schema) =>
    schema?.ignoreWhen === undefined ? [] : [requiredList('actions', schema.ignoreWhen.actions)],
  )
}
