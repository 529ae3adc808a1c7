import type { NodeTypeName } from './read/yaml-node.ts'

/** How much a finding matters: a policy set with an error is not used. */
export type Severity = 'error' | 'warning'

interface Finding<Details> {
  readonly severity: Severity
  readonly message: (details: Details) => string
}

function error<Details>(message: (details: Details) => string): Finding<Details> {
  return { severity: 'error', message }
}

function warning<Details>(message: (details: Details) => string): Finding<Details> {
  return { severity: 'warning', message }
}

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
  'condition-never-true': { value: string }
  'invalid-wildcard': Named
  'unusable-wildcard': Named
  'kind-never-matched': Named & { compared: string }
  'role-policy-without-version': undefined
}

/** A stable name for a sort of finding. */
export type DiagnosticCode = keyof DetailsByCode

/** What the message of a code needs. */
export type DetailsOf<Code extends DiagnosticCode> = DetailsByCode[Code]

/** The severity and message of every code. */
export const findings: { readonly [Code in DiagnosticCode]: Finding<DetailsByCode[Code]> } = {
  // Reading a file.
  'file-too-large': error((d) => `a policy file has at most ${d.limit} characters`),
  'invalid-yaml': error((d) => d.problem),
  'yaml-too-complex': error((d) => `this document is refused: ${d.problem}`),
  'byte-order-mark': error(() => 'the file begins with a byte order mark'),
  'multiple-documents': error(() => 'expected one document in a file, got a second one'),
  'not-a-policy': error((d) => `expected a policy, got ${TYPE_WORDS[d.got]}`),
  'unknown-anchor': error((d) => `no anchor \`&${d.name}\` stands above this alias`),
  'cyclic-alias': error((d) => `the anchor \`&${d.name}\` contains this alias of itself`),
  'duplicate-key': error((d) => `\`${d.name}\` is already set`),
  'unknown-field': error((d) => {
    const expected = d.expected.length === 0 ? '' : `; expected ${listOf(d.expected, 'or')}`
    return `\`${d.name}\` is not a field here${expected}`
  }),
  'duplicate-field': error((d) => `\`${d.name}\` and \`${d.earlier}\` are the same field`),
  'conflicting-fields': error(
    (d) =>
      `\`${d.name}\` cannot stand beside \`${d.earlier}\`; expected one of ${listOf(d.all, 'and')}`,
  ),
  'unexpected-key': error((d) => `a key is a name, got ${TYPE_WORDS[d.got]}`),
  'wrong-type': error((d) => `expected a ${d.expected}, got ${TYPE_WORDS[d.got]}`),
  'invalid-whole-number': error(
    (d) =>
      `expected a whole number from 0 to 18446744073709551615, got ${d.text === '' ? TYPE_WORDS[d.got] : `\`${d.text}\``}`,
  ),
  'invalid-merge': error(
    (d) => `\`<<\` takes a mapping, or an alias of one, got ${TYPE_WORDS[d.got]}`,
  ),
  'invalid-enum-value': error((d) => `expected ${listOf(d.allowed, 'or')}, got \`${d.value}\``),

  // The fields of a document.
  'missing-field': error((d) => `\`${d.name}\` ${d.empty ? 'must not be empty' : 'is required'}`),
  'missing-choice': error(
    (d) => `expected ${d.all.length > 1 ? 'one of ' : ''}${listOf(d.all, 'and')}`,
  ),
  'invalid-api-version': error((d) => `expected \`${d.expected}\`, got \`${d.value}\``),
  'invalid-value': error((d) => `expected ${d.expected}, got \`${d.value}\``),
  'empty-item': error((d) => `an entry of \`${lastName(d.field)}\` has at least one character`),
  'duplicate-item': error((d) => `\`${d.value}\` is already in the list`),
  'invalid-effect': error(() => 'expected `EFFECT_ALLOW` or `EFFECT_DENY`'),
  'invalid-timestamp': error(
    (d) => `expected a time such as \`2024-05-01T10:00:00Z\`, got \`${d.value}\``,
  ),
  'missing-one-of': error((d) => `expected ${listOf(d.names, 'or')}`),
  'both-given': error((d) => `${listOf(d.names, 'and')} say the same thing; leave one of them out`),
  'role-policy-scope-permissions': error(() => 'a role policy has no `scopePermissions`'),
  'rule-without-roles': error(() => 'a rule needs `roles` or `derivedRoles`'),
  'duplicate-rule-name': error((d) => `rule #${d.earlierNumber} has the name \`${d.name}\` too`),
  'duplicate-resource': error(
    (d) => `rule #${d.earlierNumber} is for the resource \`${d.name}\` too`,
  ),
  'duplicate-derived-role': error(
    (d) => `definition #${d.earlierNumber} has the name \`${d.name}\` too`,
  ),
  'rule-name-collision': error((d) =>
    d.automatic
      ? `\`${d.name}\` is also the automatic name of a rule without one, so both would share results`
      : `a rule for another resource has the name \`${d.name}\` too, so both would share results`,
  ),
  'top-level-variables': error(
    (d) =>
      `the deprecated \`variables\` cannot stand beside \`export${d.kind === 'variables' ? 'Variables' : 'Constants'}\``,
  ),
  'invalid-variable-name': error((d) => nameProblem('variable', d.name)),
  'invalid-constant-name': error((d) => nameProblem('constant', d.name)),
  'script-condition': error(
    () => 'scripts in conditions are no longer supported; expected `match`',
  ),
  'empty-output': error(
    () => 'an output has an expression: expected `when` with `ruleActivated` or `conditionNotMet`',
  ),

  // The set of documents.
  'duplicate-definition': error((d) => `\`${d.name}\` is already defined in ${d.earlier}`),
  'import-not-found': error((d) => `no file defines the ${d.what} \`${d.name}\``),
  'missing-scope': error(
    (d) =>
      `the scope \`${d.scope}\` needs a policy in ${scopeWords(d.parent)}, but there is no \`${d.missing}\``,
  ),
  'unreachable-scope': error(
    () => 'no request is in the scope `.`; leave `scope` out for the root',
  ),
  'scope-permissions-conflict': error(
    (d) =>
      `the policies of one scope agree on \`scopePermissions\`, and in ${scopeWords(d.scope)} another one has ${d.otherValue}`,
  ),
  'unknown-derived-role': error((d) =>
    d.imports.length === 0
      ? `\`${d.name}\` is not a derived role: this policy has no \`importDerivedRoles\``
      : `\`${d.name}\` is not a derived role of the imported sets (${inBackticks(d.imports).join(', ')})`,
  ),
  'ambiguous-derived-role': error(
    (d) => `\`${d.name}\` is defined by several imported sets: ${listOf(d.sets, 'and')}`,
  ),

  // Expressions, variables and constants.
  'invalid-expression': error((d) => d.problem),
  'undefined-variable': error(
    (d) => `\`${d.name}\` is not a variable of this policy${knownNames(d.known)}`,
  ),
  'undefined-constant': error(
    (d) => `\`${d.name}\` is not a constant of this policy${knownNames(d.known)}`,
  ),
  'variable-redefined': error((d) => `the variable \`${d.name}\` is defined more than once`),
  'constant-redefined': error((d) => `the constant \`${d.name}\` is defined more than once`),
  'cyclical-variable-definitions': error((d) =>
    d.names.length === 1
      ? `the variable \`${d.names[0]}\` refers to itself`
      : `the variables ${listOf(d.names, 'and')} refer to each other`,
  ),
  'invalid-schema': error(
    (d) => `the schema \`${d.reference}\` of the ${d.what} cannot be used: ${d.problem}`,
  ),

  // Legal, and surely not meant.
  'unused-derived-role': warning(
    (d) => `no rule of any policy names the derived role \`${d.name}\``,
  ),
  'unused-import': warning((d) => `nothing of the imported \`${d.name}\` is used here`),
  'resource-without-policy': warning((d) => `no resource policy is about \`${d.name}\``),
  'condition-never-true': warning((d) => `this condition is ${d.value}, never true`),
  'invalid-wildcard': warning(
    ({ name }) => `\`${name}\` is not a valid wildcard and never matches`,
  ),
  'unusable-wildcard': error(
    ({ name }) => `Cerbos fails at requests because of the wildcard \`${name}\``,
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

function listOf(names: readonly string[], conjunction: 'and' | 'or'): string {
  const quoted = inBackticks(names)
  if (quoted.length < 2) return quoted.join('')
  return `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`
}

function inBackticks(names: readonly string[]): string[] {
  return names.map((name) => `\`${name}\``)
}

function scopeWords(scope: string): string {
  return scope === '' ? 'the root scope' : `\`${scope}\``
}

function knownNames(known: readonly string[]): string {
  if (known.length === 0) return ', which has none'
  return known.length > 8 ? '' : ` (${inBackticks(known).join(', ')})`
}

function lastName(field: string): string {
  return field.replace(/\[\d+\]$/, '').replace(/^.*\./, '')
}

/** Whether a name is a word of CEL. */
export function isReserved(name: string): boolean {
  return ['true', 'false', 'null', 'in'].includes(name)
}

function nameProblem(what: string, name: string): string {
  if (isReserved(name)) return `\`${name}\` is a reserved word and cannot name a ${what}`
  return `expected a ${what} name of letters, digits and underscores, got \`${name}\``
}
