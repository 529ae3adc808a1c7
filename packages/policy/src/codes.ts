import { sanitiseName } from './names.ts'
import type { NodeTypeName } from './read/yaml-node.ts'
import { quoteGo } from './schemas/go-text.ts'

/** How much a finding matters: a policy set with an error is not used. */
export type Severity = 'error' | 'warning'

/** What Cerbos calls the same finding, where its texts are API. */
export interface CerbosText {
  /** `unknown derived role`; of a file that does not load, the whole message. */
  readonly error: string
  /** The sentence beside the kind of a compile error. */
  readonly description?: string
  /** What Cerbos finds before it compiles, where it lists it apart from files that do not load. */
  readonly index?: CerbosIndexError
}

/** A mistake in how the files of a set fit together, with what Cerbos tells about it. */
export type CerbosIndexError =
  | {
      readonly kind: 'missing-import'
      readonly importingPolicy: string
      readonly importKind: string
      readonly importName: string
      readonly desc: string
    }
  | { readonly kind: 'missing-scope'; readonly missingPolicy: string; readonly descendant: string }
  | { readonly kind: 'scope-permissions-conflict'; readonly scope: string }
  | { readonly kind: 'duplicate-definition'; readonly policy: string; readonly otherFile: string }

interface Finding<Details> {
  readonly severity: Severity
  readonly message: (details: Details) => string
  readonly cerbos?: (details: Details) => CerbosText | undefined
}

function error<Details>(
  message: (details: Details) => string,
  cerbos?: (details: Details) => CerbosText | undefined,
): Finding<Details> {
  return { severity: 'error', message, ...(cerbos && { cerbos }) }
}

function warning<Details>(message: (details: Details) => string): Finding<Details> {
  return { severity: 'warning', message }
}

const load = (text: string): CerbosText => ({ error: text })
const compile = (kind: string, description: string): CerbosText => ({ error: kind, description })

interface Named {
  readonly name: string
}

interface Field {
  /** `resourcePolicy.rules[0].effect`, as Cerbos's validation writes it. */
  readonly field: string
}

interface Duplicate extends Named {
  /** Counted from 1. */
  readonly number: number
  readonly earlierNumber: number
  /** `8:12`, where Cerbos sees the earlier one. */
  readonly earlierAt: string
}

interface Expression {
  readonly expression: string
  readonly problem: string
  /** All problems of the expression, at the first of them. */
  readonly problems: readonly string[] | undefined
}

interface Reference extends Named {
  readonly known: readonly string[]
  /** The variable whose definition has the reference. */
  readonly within: string | undefined
}

interface Redefinition extends Named {
  /** `import 'x' (file:1:2)`, `policy local variables (file:1:2)`: every place that defines it. */
  readonly origins: readonly string[]
}

interface MissingImport extends Named {
  /** The key of the document that imports it. */
  readonly importer: string
  readonly what: 'derived roles' | 'variables' | 'constants'
}

/** Every code that a diagnostic can have, and what its message needs. Codes never change, messages may. */
export interface DetailsByCode {
  'file-too-large': { limit: number }
  'invalid-yaml': { problem: string }
  'yaml-too-complex': { problem: string }
  'byte-order-mark': { firstKey: string }
  'multiple-documents': undefined
  'not-a-policy': { got: NodeTypeName }
  'unknown-anchor': Named
  'cyclic-alias': Named
  'duplicate-key': Named & { earlierAt: string }
  'unknown-field': Named & { expected: readonly string[] }
  'duplicate-field': Named & { earlier: string; earlierAt: string }
  'conflicting-fields': Named & { earlier: string; earlierAt: string; all: readonly string[] }
  'unexpected-key': { got: NodeTypeName; ofMap: boolean }
  'wrong-type': { expected: string; got: NodeTypeName }
  'invalid-whole-number': { got: NodeTypeName; text: string }
  'invalid-merge': { got: NodeTypeName; alias: boolean }
  'invalid-enum-value': { value: string; quoted: boolean; allowed: readonly string[] }
  'missing-field': Field & Named & { empty: boolean }
  'missing-choice': Field & { all: readonly string[] }
  'invalid-api-version': Field & { value: string; expected: string }
  'invalid-value': Field & { value: string; expected: string; pattern: string }
  'empty-item': Field
  'duplicate-item': Field & { value: string }
  'invalid-effect': Field
  'invalid-timestamp': { value: string; problem: string }
  'missing-one-of': Field & { names: readonly string[] }
  'both-given': Field & { names: readonly string[] }
  'role-policy-scope-permissions': undefined
  'rule-without-roles': { number: number; name: string }
  'duplicate-rule-name': Duplicate & { resource?: string }
  'duplicate-resource': Duplicate
  'duplicate-derived-role': Duplicate
  'rule-name-collision': Named & { automatic: boolean }
  'top-level-variables': { kind: 'variables' | 'constants' }
  'invalid-variable-name': Named
  'invalid-constant-name': Named
  'script-condition': undefined
  'empty-output': undefined
  'duplicate-definition': Named & { earlier: string }
  'import-not-found': MissingImport
  'missing-scope': { missing: string; scope: string; parent: string; descendant: string }
  'unreachable-scope': undefined
  'scope-permissions-conflict': { scope: string; otherValue: string }
  'unknown-derived-role': Named & { imports: readonly string[]; last: boolean }
  'ambiguous-derived-role': Named & { sets: readonly string[]; places: readonly string[] }
  'invalid-expression': Expression
  'undefined-variable': Reference
  'undefined-constant': Reference
  'variable-redefined': Redefinition
  'constant-redefined': Redefinition
  'cyclical-variable-definitions': { names: readonly string[]; places: readonly string[] }
  'invalid-schema': { what: 'principal' | 'resource'; reference: string; problem: string }
  'unused-derived-role': Named
  'unused-import': Named
  'resource-without-policy': Named
  'condition-never-true': undefined
  'invalid-wildcard': Named
  'kind-never-matched': Named & { compared: string }
  'role-policy-without-version': undefined
}

/** A stable name for a sort of finding. */
export type DiagnosticCode = keyof DetailsByCode

/** What the message of a code needs. */
export type DetailsOf<Code extends DiagnosticCode> = DetailsByCode[Code]

/** The severity and message of every code, with Cerbos's words where it has the same finding. */
export const findings: { readonly [Code in DiagnosticCode]: Finding<DetailsByCode[Code]> } = {
  // Reading a file.
  'file-too-large': error((d) => `a policy file has at most ${d.limit} characters`),
  'invalid-yaml': error((d) => d.problem),
  'yaml-too-complex': error((d) => `this document is refused: ${d.problem}`),
  'byte-order-mark': error(
    () => 'the file begins with a byte order mark; save it without one',
    (d) =>
      d.firstKey === '' ? undefined : load(`unknown field ${quoteGo(`\uFEFF${d.firstKey}`)}`),
  ),
  'multiple-documents': error(
    () => 'expected one document in a file, got a second one',
    () => load('more than one YAML document detected'),
  ),
  'not-a-policy': error(
    (d) => `expected a policy, got ${TYPE_WORDS[d.got]}`,
    () => load('invalid document: contents are not valid YAML or JSON'),
  ),
  'unknown-anchor': error(
    (d) => `no anchor \`&${d.name}\` stands above this alias`,
    (d) => load(`unknown anchor ${quoteGo(d.name)}`),
  ),
  'cyclic-alias': error((d) => `the anchor \`&${d.name}\` contains this alias of itself`),
  'duplicate-key': error(
    (d) => `\`${d.name}\` is already set`,
    (d) => load(`mapping key ${quoteGo(d.name)} already defined at [${d.earlierAt}]`),
  ),
  'unknown-field': error(
    (d) => {
      const expected = d.expected.length === 0 ? '' : `; expected ${listOf(d.expected, 'or')}`
      return `\`${d.name}\` is not a field here${expected}`
    },
    (d) => load(`unknown field ${quoteGo(d.name)}`),
  ),
  'duplicate-field': error(
    (d) => `\`${d.name}\` and \`${d.earlier}\` are the same field`,
    (d) => load(`duplicate field definition: previous definition at [${d.earlierAt}]`),
  ),
  'conflicting-fields': error(
    (d) =>
      `\`${d.name}\` cannot stand beside \`${d.earlier}\`; expected one of ${listOf(d.all, 'and')}`,
    (d) => load(`invalid value: oneof field is already set at [${d.earlierAt}]`),
  ),
  'unexpected-key': error(
    (d) => `a key is a name, got ${TYPE_WORDS[d.got]}; put it in quotes`,
    (d) => load(d.ofMap ? `expected string got ${d.got}` : `unexpected key type ${d.got}`),
  ),
  'wrong-type': error(
    (d) => `expected a ${d.expected}, got ${TYPE_WORDS[d.got]}`,
    (d) =>
      load(
        d.expected === 'number'
          ? `unexpected ${d.got}`
          : `expected ${CERBOS_TYPES[d.expected] ?? d.expected} got ${d.got}`,
      ),
  ),
  'invalid-whole-number': error(
    (d) =>
      `expected a whole number from 0 to 18446744073709551615, got ${d.text === '' ? TYPE_WORDS[d.got] : `\`${d.text}\``}`,
    (d) => load(cerbosNumberProblem(d)),
  ),
  'invalid-merge': error(
    (d) => `\`<<\` takes a mapping, or an alias of one, got ${TYPE_WORDS[d.got]}`,
    (d) => load(d.alias ? `expected map alias got ${d.got}` : 'not an alias'),
  ),
  'invalid-enum-value': error(
    (d) => `expected ${listOf(d.allowed, 'or')}, got \`${d.value}\``,
    (d) => load(`invalid enum value${d.quoted ? ` ${quoteGo(d.value)}` : ''}`),
  ),

  // The fields of a document.
  'missing-field': error(
    (d) => `\`${d.name}\` ${d.empty ? 'must not be empty' : 'is required'}`,
    // In Cerbos's schema the role is one of several kinds of a role policy, of which none is left.
    (d) =>
      load(
        d.field === 'rolePolicy.role' && !d.empty
          ? 'rolePolicy.policyType: exactly one field is required in oneof'
          : `${d.field}: value is required`,
      ),
  ),
  'missing-choice': error(
    (d) => `expected ${d.all.length > 1 ? 'one of ' : ''}${listOf(d.all, 'and')}`,
    (d) => load(`${d.field}: exactly one field is required in oneof`),
  ),
  'invalid-api-version': error(
    (d) => `expected \`${d.expected}\`, got \`${d.value}\``,
    (d) => load(`${d.field}: must equal \`${d.expected}\``),
  ),
  'invalid-value': error(
    (d) => `expected ${d.expected}, got \`${d.value}\``,
    (d) => load(`${d.field}: does not match regex pattern \`${d.pattern}\``),
  ),
  'empty-item': error(
    (d) => `an entry of \`${lastName(d.field)}\` has at least one character`,
    (d) => load(`${d.field}: must be at least 1 characters`),
  ),
  'duplicate-item': error(
    (d) => `\`${d.value}\` is already in the list`,
    (d) => load(`${d.field}: repeated value must contain unique items`),
  ),
  'invalid-effect': error(
    () => 'expected `EFFECT_ALLOW` or `EFFECT_DENY`',
    (d) => load(`${d.field}: must be one of [EFFECT_ALLOW, EFFECT_DENY]`),
  ),
  'invalid-timestamp': error(
    (d) => `expected a time such as \`2024-05-01T10:00:00Z\`, got \`${d.value}\``,
    (d) => load(`invalid timestamp value ${quoteGo(d.value)}: ${d.problem}`),
  ),
  'missing-one-of': error(
    (d) => `expected ${listOf(d.names, 'or')}`,
    (d) => load(`${d.field}: ${orList(d.names)} must be present`),
  ),
  'both-given': error(
    (d) => `${listOf(d.names, 'and')} say the same thing; leave one of them out`,
    (d) => load(`${d.field}: ${d.names.join(' and ')} may not both be present`),
  ),
  'role-policy-scope-permissions': error(
    () => 'a role policy has no `scopePermissions`; leave it out',
    () =>
      load(
        'rolePolicy.scopePermissions: must be one of [SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS, SCOPE_PERMISSIONS_UNSPECIFIED]',
      ),
  ),
  'rule-without-roles': error(
    () => 'a rule applies to somebody: expected `roles` or `derivedRoles`',
    (d) =>
      load(`rule ${d.name || `#${d.number}`} does not specify any roles or derived roles to match`),
  ),
  'duplicate-rule-name': error(
    (d) => `rule #${d.earlierNumber} has the name \`${d.name}\` too`,
    (d) =>
      load(
        d.resource === undefined
          ? `duplicate rule name ${quoteGo(d.name)}: rule #${d.number} has the same name as rule #${d.earlierNumber} defined at ${d.earlierAt}`
          : `duplicate action rule name ${quoteGo(d.name)}: action rule #${d.number} for resource ${quoteGo(d.resource)} has the same name as action rule #${d.earlierNumber} defined at ${d.earlierAt}`,
      ),
  ),
  'duplicate-resource': error(
    (d) => `rule #${d.earlierNumber} is for the resource \`${d.name}\` too`,
    (d) =>
      load(
        `duplicate resource ${quoteGo(d.name)} at rule #${d.number}: previous definition in rule #${d.earlierNumber} at ${d.earlierAt}`,
      ),
  ),
  'duplicate-derived-role': error(
    (d) => `definition #${d.earlierNumber} has the name \`${d.name}\` too`,
    (d) =>
      load(
        `duplicate derived role definition ${quoteGo(d.name)}: definition #${d.number} has the same name as definition #${d.earlierNumber} at ${d.earlierAt}`,
      ),
  ),
  'rule-name-collision': error((d) =>
    d.automatic
      ? `\`${d.name}\` is also the automatic name of a rule without one, so both would share results`
      : `a rule for another resource has the name \`${d.name}\` too, so both would share results`,
  ),
  'top-level-variables': error(
    (d) =>
      `the deprecated \`variables\` cannot stand beside \`export${d.kind === 'variables' ? 'Variables' : 'Constants'}\``,
    (d) =>
      load(`export ${d.kind} policies do not support the deprecated top-level variables field`),
  ),
  'invalid-variable-name': error(
    (d) => nameProblem('variable', d.name),
    (d) => compile('invalid variable name', cerbosNameProblem(d.name)),
  ),
  'invalid-constant-name': error(
    (d) => nameProblem('constant', d.name),
    (d) => compile('invalid constant name', cerbosNameProblem(d.name)),
  ),
  'script-condition': error(
    () => 'scripts in conditions are no longer supported; expected `match`',
    () => compile('scripts in conditions are no longer supported', 'Unsupported feature'),
  ),
  'empty-output': error(
    () => 'an output has an expression: expected `when` with `ruleActivated` or `conditionNotMet`',
    () => compile('empty output', 'output must have at least one expression'),
  ),

  // The set of documents.
  'duplicate-definition': error(
    (d) => `\`${d.name}\` is already defined in ${d.earlier}`,
    (d) => ({
      error: `duplicate definition of ${d.name}`,
      index: { kind: 'duplicate-definition', policy: d.name, otherFile: d.earlier },
    }),
  ),
  'import-not-found': error(
    (d) => `no file defines the ${d.what} \`${d.name}\``,
    (d) => ({
      ...compile('import not found', `${upperFirst(d.what)} import '${d.name}' cannot be found`),
      index: {
        kind: 'missing-import',
        importingPolicy: d.importer,
        importKind: d.what,
        importName: sanitiseName(d.name),
        desc: `cannot find ${d.what} '${sanitiseName(d.name)}' imported by policy ${d.importer}`,
      },
    }),
  ),
  'missing-scope': error(
    (d) =>
      `the scope \`${d.scope}\` needs a policy in ${d.parent === '' ? 'the root scope' : `\`${d.parent}\``}, but there is no \`${d.missing}\``,
    (d) => ({
      ...compile('missing policy definition', `Missing ancestor policy ${quoteGo(d.missing)}`),
      index: { kind: 'missing-scope', missingPolicy: d.missing, descendant: d.descendant },
    }),
  ),
  'unreachable-scope': error(
    () => 'no request is in the scope `.`; leave `scope` out for the root',
  ),
  'scope-permissions-conflict': error(
    (d) =>
      `the policies of one scope agree on \`scopePermissions\`, and in ${d.scope === '' ? 'the root scope' : `\`${d.scope}\``} another one has ${d.otherValue}`,
    (d) => ({
      error: `policies sharing scope ${d.scope} have conflicting scopePermissions`,
      index: { kind: 'scope-permissions-conflict', scope: d.scope },
    }),
  ),
  'unknown-derived-role': error(
    (d) =>
      d.imports.length === 0
        ? `\`${d.name}\` is not a derived role: this policy has no \`importDerivedRoles\``
        : `\`${d.name}\` is not a derived role of the imported sets (${d.imports.map((set) => `\`${set}\``).join(', ')})`,
    (d) =>
      // Cerbos reports a name once, where it stands last.
      d.last
        ? compile(
            'unknown derived role',
            `Derived role ${quoteGo(d.name)} is not defined in any imports`,
          )
        : undefined,
  ),
  'ambiguous-derived-role': error(
    (d) => `\`${d.name}\` is defined by several imported sets: ${listOf(d.sets, 'and')}`,
    (d) =>
      compile(
        'ambiguous derived role',
        `Derived role ${quoteGo(d.name)} is defined in more than one import: ${d.places.join(', ')}`,
      ),
  ),

  // Expressions, variables and constants.
  'invalid-expression': error(
    (d) => d.problem,
    (d) =>
      d.problems &&
      compile(
        'invalid expression',
        `Invalid expression \`${d.expression}\`: [${d.problems.join(', ')}]`,
      ),
  ),
  'undefined-variable': error(
    (d) => `\`${d.name}\` is not a variable of this policy${knownNames(d.known)}`,
    (d) => compile('undefined variable', `Undefined variable '${d.name}'${within(d.within)}`),
  ),
  'undefined-constant': error(
    (d) => `\`${d.name}\` is not a constant of this policy${knownNames(d.known)}`,
    (d) => compile('undefined constant', `Undefined constant '${d.name}'${within(d.within)}`),
  ),
  'variable-redefined': error(
    (d) => `the variable \`${d.name}\` is defined more than once`,
    (d) =>
      compile(
        'variable redefined',
        `Variable '${d.name}' has multiple definitions in ${englishList(d.origins)}`,
      ),
  ),
  'constant-redefined': error(
    (d) => `the constant \`${d.name}\` is defined more than once`,
    (d) =>
      compile(
        'constant redefined',
        `Constant '${d.name}' has multiple definitions in ${englishList(d.origins)}`,
      ),
  ),
  'cyclical-variable-definitions': error(
    (d) =>
      d.names.length === 1
        ? `the variable \`${d.names[0]}\` refers to itself`
        : `the variables ${listOf(d.names, 'and')} refer to each other`,
    (d) =>
      compile(
        'cyclical variable definitions',
        d.names.length === 1
          ? `Variable '${d.names[0]}' references itself`
          : `Variables ${englishList(d.names.map((name, index) => `'${name}' (${d.places[index]})`))} form a cycle`,
      ),
  ),
  'invalid-schema': error(
    (d) => `the schema \`${d.reference}\` of the ${d.what} cannot be used: ${d.problem}`,
    (d) =>
      compile(
        'invalid schema',
        `Failed to load ${d.what} schema ${quoteGo(d.reference)}: ${d.problem}`,
      ),
  ),

  // Legal, and surely not meant.
  'unused-derived-role': warning(
    (d) => `no rule of any policy names the derived role \`${d.name}\``,
  ),
  'unused-import': warning((d) => `nothing of the imported \`${d.name}\` is used here`),
  'resource-without-policy': warning((d) => `no resource policy is about \`${d.name}\``),
  'condition-never-true': warning(
    () => 'this condition is false for every request, so what depends on it never happens',
  ),
  'invalid-wildcard': warning(
    ({ name }) => `\`${name}\` is not a valid wildcard and never matches`,
  ),
  'kind-never-matched': warning(
    (d) => `no request matches \`${d.name}\`: its kind is compared as \`${d.compared}\``,
  ),
  'role-policy-without-version': warning(
    () => '`version` is missing; it will be required, `default` is taken until then',
  ),
}

const TYPE_WORDS: Readonly<Record<NodeTypeName, string>> = {
  String: 'a string',
  Integer: 'a whole number',
  Float: 'a decimal number',
  Infinity: 'an infinite number',
  Nan: 'no number',
  Bool: 'a boolean',
  Null: 'nothing',
  Sequence: 'a list',
  Mapping: 'a mapping',
}

const CERBOS_TYPES: Readonly<Record<string, string>> = {
  string: 'string value',
  timestamp: 'string',
  boolean: 'boolean value',
  mapping: 'object',
  list: 'sequence',
  'mapping of names': 'map',
}

function cerbosNumberProblem({ got, text }: { got: NodeTypeName; text: string }): string {
  if (got === 'Integer') return `unexpected negative value ${text}`
  if (got !== 'String') return `unexpected ${got}`
  const reason = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'
  return `invalid integer value ${quoteGo(text)}: strconv.ParseUint: parsing ${quoteGo(text)}: ${reason}`
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function listOf(names: readonly string[], conjunction: 'and' | 'or'): string {
  const quoted = names.map((name) => `\`${name}\``)
  if (quoted.length < 2) return quoted.join('')
  return `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`
}

/** `a or b`, `a, b, or c`: the way Cerbos offers. */
function orList(names: readonly string[]): string {
  if (names.length < 3) return names.join(' or ')
  return `${names.slice(0, -1).join(', ')}, or ${names.at(-1)}`
}

/** `a`, `a and b`, `a, b, and c`: the way Cerbos lists. */
function englishList(items: readonly string[]): string {
  if (items.length < 3) return items.join(' and ')
  return `${items.slice(0, -1).join(', ')}, and ${items.at(-1)}`
}

function knownNames(known: readonly string[]): string {
  if (known.length === 0) return ', which has none'
  return known.length > 8 ? '' : ` (${known.map((name) => `\`${name}\``).join(', ')})`
}

function within(variable: string | undefined): string {
  return variable === undefined ? '' : ` referenced in variable '${variable}'`
}

function lastName(field: string): string {
  return field.replace(/\[\d+\]$/, '').replace(/^.*\./, '')
}

function isReserved(name: string): boolean {
  return ['true', 'false', 'null', 'in'].includes(name)
}

function nameProblem(what: string, name: string): string {
  if (isReserved(name)) return `\`${name}\` is a reserved word and cannot name a ${what}`
  return `expected a ${what} name of letters, digits and underscores, got \`${name}\``
}

function cerbosNameProblem(name: string): string {
  if (isReserved(name)) {
    return `${quoteGo(name)} is a reserved keyword and can't be used as an identifier`
  }
  return `${quoteGo(name)} is not a valid identifier`
}
