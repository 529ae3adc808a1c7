import { type DetailsOf, type DiagnosticCode, isReserved } from './codes.ts'
import type { Diagnostic } from './diagnostics.ts'
import { sanitiseName } from './names.ts'
import type { NodeTypeName } from './read/yaml-node.ts'
import { quoteGo } from './schemas/go-text.ts'

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

/** What Cerbos calls a finding, where it has the same one. */
export function cerbosText({ code, details }: Diagnostic): CerbosText | undefined {
  // The table's row takes the details of its own code, which those of a diagnostic are.
  const wording = TEXTS[code] as ((details: unknown) => CerbosText | undefined) | undefined
  return wording?.(details)
}

const load = (text: string): CerbosText => ({ error: text })
const compile = (kind: string, description: string): CerbosText => ({ error: kind, description })

const TEXTS: {
  readonly [Code in DiagnosticCode]?: (details: DetailsOf<Code>) => CerbosText | undefined
} = {
  'byte-order-mark': (d) =>
    d.firstKey === '' ? undefined : load(`unknown field ${quoteGo(`\uFEFF${d.firstKey}`)}`),
  'multiple-documents': () => load('more than one YAML document detected'),
  'not-a-policy': () => load('invalid document: contents are not valid YAML or JSON'),
  'unknown-anchor': (d) => load(`unknown anchor ${quoteGo(d.name)}`),
  'duplicate-key': (d) =>
    load(`mapping key ${quoteGo(d.name)} already defined at [${d.earlierAt}]`),
  'unknown-field': (d) => load(`unknown field ${quoteGo(d.name)}`),
  'duplicate-field': (d) =>
    load(`duplicate field definition: previous definition at [${d.earlierAt}]`),
  'conflicting-fields': (d) =>
    load(`invalid value: oneof field is already set at [${d.earlierAt}]`),
  'unexpected-key': (d) =>
    load(d.ofMap ? `expected string got ${d.got}` : `unexpected key type ${d.got}`),
  'wrong-type': (d) =>
    load(
      d.expected === 'number'
        ? `unexpected ${d.got}`
        : `expected ${CERBOS_TYPES[d.expected] ?? d.expected} got ${d.got}`,
    ),
  'invalid-whole-number': (d) => load(cerbosNumberProblem(d)),
  'invalid-merge': (d) => load(d.alias ? `expected map alias got ${d.got}` : 'not an alias'),
  'invalid-enum-value': (d) => load(`invalid enum value${d.quoted ? ` ${quoteGo(d.value)}` : ''}`),
  // In Cerbos's schema the role is one of several kinds of a role policy, of which none is left.
  'missing-field': (d) =>
    load(
      d.field === 'rolePolicy.role' && !d.empty
        ? 'rolePolicy.policyType: exactly one field is required in oneof'
        : `${d.field}: value is required`,
    ),
  'missing-choice': (d) => load(`${d.field}: exactly one field is required in oneof`),
  'invalid-api-version': (d) => load(`${d.field}: must equal \`${d.expected}\``),
  'invalid-value': (d) => load(`${d.field}: does not match regex pattern \`${d.pattern}\``),
  'empty-item': (d) => load(`${d.field}: must be at least 1 characters`),
  'duplicate-item': (d) => load(`${d.field}: repeated value must contain unique items`),
  'invalid-effect': (d) => load(`${d.field}: must be one of [EFFECT_ALLOW, EFFECT_DENY]`),
  'invalid-timestamp': (d) => load(`invalid timestamp value ${quoteGo(d.value)}: ${d.problem}`),
  'missing-one-of': (d) => load(`${d.field}: ${orList(d.names)} must be present`),
  'both-given': (d) => load(`${d.field}: ${d.names.join(' and ')} may not both be present`),
  'role-policy-scope-permissions': () =>
    load(
      'rolePolicy.scopePermissions: must be one of [SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS, SCOPE_PERMISSIONS_UNSPECIFIED]',
    ),
  'rule-without-roles': (d) =>
    load(`rule ${d.name || `#${d.number}`} does not specify any roles or derived roles to match`),
  'duplicate-rule-name': (d) =>
    load(
      d.resource === undefined
        ? `duplicate rule name ${quoteGo(d.name)}: rule #${d.number} has the same name as rule #${d.earlierNumber} defined at ${d.earlierAt}`
        : `duplicate action rule name ${quoteGo(d.name)}: action rule #${d.number} for resource ${quoteGo(d.resource)} has the same name as action rule #${d.earlierNumber} defined at ${d.earlierAt}`,
    ),
  'duplicate-resource': (d) =>
    load(
      `duplicate resource ${quoteGo(d.name)} at rule #${d.number}: previous definition in rule #${d.earlierNumber} at ${d.earlierAt}`,
    ),
  'duplicate-derived-role': (d) =>
    load(
      `duplicate derived role definition ${quoteGo(d.name)}: definition #${d.number} has the same name as definition #${d.earlierNumber} at ${d.earlierAt}`,
    ),
  'top-level-variables': (d) =>
    load(`export ${d.kind} policies do not support the deprecated top-level variables field`),
  'invalid-variable-name': (d) => compile('invalid variable name', cerbosNameProblem(d.name)),
  'invalid-constant-name': (d) => compile('invalid constant name', cerbosNameProblem(d.name)),
  'script-condition': () =>
    compile('scripts in conditions are no longer supported', 'Unsupported feature'),
  'empty-output': () => compile('empty output', 'output must have at least one expression'),
  'duplicate-definition': (d) => ({
    error: `duplicate definition of ${d.name}`,
    index: { kind: 'duplicate-definition', policy: d.name, otherFile: d.earlier },
  }),
  'import-not-found': (d) => ({
    ...compile('import not found', `${upperFirst(d.what)} import '${d.name}' cannot be found`),
    index: {
      kind: 'missing-import',
      importingPolicy: d.importer,
      importKind: d.what,
      importName: sanitiseName(d.name),
      desc: `cannot find ${d.what} '${sanitiseName(d.name)}' imported by policy ${d.importer}`,
    },
  }),
  'missing-scope': (d) => ({
    ...compile('missing policy definition', `Missing ancestor policy ${quoteGo(d.missing)}`),
    index: { kind: 'missing-scope', missingPolicy: d.missing, descendant: d.descendant },
  }),
  'scope-permissions-conflict': (d) => ({
    error: `policies sharing scope ${d.scope} have conflicting scopePermissions`,
    index: { kind: 'scope-permissions-conflict', scope: d.scope },
  }),
  'unknown-derived-role': (d) =>
    // Cerbos reports a name once, where it stands last.
    d.last
      ? compile(
          'unknown derived role',
          `Derived role ${quoteGo(d.name)} is not defined in any imports`,
        )
      : undefined,
  'ambiguous-derived-role': (d) =>
    compile(
      'ambiguous derived role',
      `Derived role ${quoteGo(d.name)} is defined in more than one import: ${d.places.join(', ')}`,
    ),
  'invalid-expression': (d) =>
    d.problems &&
    compile(
      'invalid expression',
      `Invalid expression \`${d.expression}\`: [${d.problems.join(', ')}]`,
    ),
  'undefined-variable': (d) =>
    compile('undefined variable', `Undefined variable '${d.name}'${within(d.within)}`),
  'undefined-constant': (d) =>
    compile('undefined constant', `Undefined constant '${d.name}'${within(d.within)}`),
  'variable-redefined': (d) =>
    compile(
      'variable redefined',
      `Variable '${d.name}' has multiple definitions in ${englishList(d.origins)}`,
    ),
  'constant-redefined': (d) =>
    compile(
      'constant redefined',
      `Constant '${d.name}' has multiple definitions in ${englishList(d.origins)}`,
    ),
  'cyclical-variable-definitions': (d) =>
    compile(
      'cyclical variable definitions',
      d.names.length === 1
        ? `Variable '${d.names[0]}' references itself`
        : `Variables ${englishList(d.names.map((name, index) => `'${name}' (${d.places[index]})`))} form a cycle`,
    ),
  'invalid-schema': (d) =>
    compile(
      'invalid schema',
      `Failed to load ${d.what} schema ${quoteGo(d.reference)}: ${d.problem}`,
    ),
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

function within(variable: string | undefined): string {
  return variable === undefined ? '' : ` referenced in variable '${variable}'`
}

function cerbosNameProblem(name: string): string {
  if (isReserved(name)) {
    return `${quoteGo(name)} is a reserved keyword and can't be used as an identifier`
  }
  return `${quoteGo(name)} is not a valid identifier`
}
