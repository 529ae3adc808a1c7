import { isObject, type Json, type JsonObject, listOf } from './json.ts'
import type { CheckCase, PolicyFile } from './policy-set.ts'
import { QUIRKS } from './quirks.ts'
import { type Reach, reachOf } from './reach.ts'

/** A feature that a case has or has not. */
interface Feature {
  readonly name: string
  has(reach: Reach, each: CheckCase): boolean
}

/** What a case tries out: fields of policies that it can meet, settings, the request, and quirks. */
export function featuresOf(each: CheckCase): readonly string[] {
  const reach = reachOf(each)
  const found = new Set<string>()
  const { resources, principals, roles, imported } = reach
  for (const file of [...resources, ...principals, ...roles, ...imported]) {
    for (const field of fieldsOf(file)) found.add(field)
  }
  for (const { name, has } of [...REQUESTS, ...QUIRKS]) if (has(reach, each)) found.add(name)
  return [...found]
}

const fieldsOfFiles = new WeakMap<PolicyFile, readonly string[]>()

/** The fields that a file uses, by path: `resourcePolicy.rules.actions *`. */
function fieldsOf(file: PolicyFile): readonly string[] {
  const known = fieldsOfFiles.get(file)
  if (known !== undefined) return known
  const { kind, content, head, spelling } = file
  const fields = new Set<string>([kind])
  collect(fields, kind, content)
  collect(fields, 'policy', head)
  if (spelling !== undefined) fields.add(`spelling ${spelling}`)
  const found = [...fields]
  fieldsOfFiles.set(file, found)
  return found
}

/** Fields whose content is not told apart further. */
const LEAVES: ReadonlySet<string> = new Set(['local', 'definitions', 'variables', 'metadata'])
/** Fields whose values are told apart: by the sort of wildcard, or by the value itself. */
const PATTERNS: ReadonlySet<string> = new Set(['actions', 'action', 'roles', 'allowActions'])
const VALUES: ReadonlySet<string> = new Set(['effect', 'scopePermissions'])

function collect(fields: Set<string>, path: string, content: JsonObject): void {
  for (const [name, value] of Object.entries(content)) {
    if (value === undefined) continue
    const field = `${path}.${name}`
    fields.add(field)
    if (VALUES.has(name)) fields.add(`${field} ${String(value)}`)
    const patterns = [value, ...listOf(value)].filter((each) => typeof each === 'string')
    if (PATTERNS.has(name) || (name === 'resource' && path !== 'resourcePolicy')) {
      for (const pattern of patterns) fields.add(`${field} ${sortOf(pattern)}`)
    }
    if (path === 'policy') continue
    const isMap = LEAVES.has(name) && !isConfigured(name, value)
    if (isMap) continue
    for (const part of [value, ...listOf(value)]) {
      if (isObject(part)) collect(fields, name === 'of' ? path : field, part)
    }
  }
}

/** `variables` and `definitions` are blocks of their own in some places, maps of names in others. */
function isConfigured(name: string, value: Json): boolean {
  if (name === 'definitions') return Array.isArray(value)
  return name === 'variables' && isObject(value) && ('local' in value || 'import' in value)
}

function sortOf(pattern: string): string {
  if (!pattern.includes('*')) return /[?[{]/.test(pattern) ? 'literal with signs' : 'literal'
  if (pattern === '*' || pattern === '**') return pattern
  if (pattern.includes('{')) return 'wildcard {a,b}'
  if (pattern.includes('[')) return 'wildcard [a]'
  return pattern.includes('?') ? 'wildcard ?' : 'wildcard *'
}

// biome-ignore format: a table
const REQUESTS: readonly Feature[] = [
  { name: 'default evaluation', has: (_, { settings }) => !settings.strictEvaluation },
  { name: 'strict evaluation', has: (_, { settings }) => settings.strictEvaluation },
  { name: 'lenient scope search', has: ({ scope, scopes }, { settings }) => settings.lenientScopeSearch && scopes[0] !== scope },
  { name: 'strict scope search, scope missing', has: ({ scopes }, { settings }) => !settings.lenientScopeSearch && scopes.length === 0 },
  { name: 'default policy version', has: (_, { input }) => input.resource.policyVersion === undefined },
  { name: 'default scope', has: (_, { input, settings }) => settings.defaultScope !== '' && !input.resource.scope },
  { name: 'the scope `.`', has: (_, { input }) => input.resource.scope === '.' },
  { name: 'globals', has: ({ resources }, { settings }) => Object.keys(settings.globals).length > 0 && resources.some(({ content }) => /\bG\.|globals\./.test(JSON.stringify(content))) },
  { name: 'schemas none', has: ({ resources }, { settings }) => settings.schemaEnforcement === 'none' && hasSchemas(resources) },
  { name: 'schemas warn', has: ({ resources }, { settings }) => settings.schemaEnforcement === 'warn' && hasSchemas(resources) },
  { name: 'schemas reject', has: ({ resources }, { settings }) => settings.schemaEnforcement === 'reject' && hasSchemas(resources) },
  { name: 'auxData', has: (_, { input }) => input.auxData !== undefined },
  { name: 'a kind that is sanitised', has: ({ kind }, { input }) => kind !== input.resource.kind },
  { name: 'several roles', has: (_, { input }) => input.principal.roles.length > 1 },
  { name: 'several actions', has: (_, { input }) => input.actions.length > 1 },
  { name: 'parent roles', has: ({ roles }) => roles.some(({ content }) => listOf(content.parentRoles).length > 0) },
  { name: 'several scopes', has: ({ resources }) => resources.length > 1 },
  { name: 'a role policy and its parents\' rules', has: ({ roles, resources }) => roles.length > 0 && resources.length > 0 },
]

function hasSchemas(resources: readonly PolicyFile[]): boolean {
  return resources.some(({ content }) => isObject(content.schemas))
}

/** Fields that policies have: what the generator never makes would otherwise not be missed. */
const FIELDS: readonly string[] = [
  ...['resourcePolicy', 'principalPolicy', 'rolePolicy'].flatMap((kind) => [
    kind,
    ...['version', 'scope', 'variables', 'variables.local', 'variables.import'].map(
      (field) => `${kind}.${field}`,
    ),
    ...['constants.local', 'constants.import'].map((field) => `${kind}.${field}`),
  ]),
  ...['resourcePolicy', 'principalPolicy'].flatMap((kind) => [
    `${kind}.scopePermissions SCOPE_PERMISSIONS_OVERRIDE_PARENT`,
    `${kind}.scopePermissions SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS`,
  ]),
  ...['resourcePolicy.rules', 'principalPolicy.rules.actions', 'rolePolicy.rules'].flatMap((rule) =>
    [
      'name',
      'condition',
      ...['expr', 'all', 'any', 'none'].map((kind) => `condition.match.${kind}`),
      'output.expr',
      'output.when.ruleActivated',
      'output.when.conditionNotMet',
    ].map((field) => `${rule}.${field}`),
  ),
  ...['resourcePolicy.rules', 'principalPolicy.rules.actions'].flatMap((rule) => [
    `${rule}.effect EFFECT_ALLOW`,
    `${rule}.effect EFFECT_DENY`,
  ]),
  ...[
    'resourcePolicy.rules.actions',
    'principalPolicy.rules.actions.action',
    'rolePolicy.rules.allowActions',
  ].flatMap((field) =>
    ['literal', 'literal with signs', '*', '**', 'wildcard *', 'wildcard ?', 'wildcard [a]'].map(
      (sort) => `${field} ${sort}`,
    ),
  ),
  ...['principalPolicy.rules.resource', 'rolePolicy.rules.resource'].flatMap((field) =>
    ['literal', '*', 'wildcard *', 'wildcard ?'].map((sort) => `${field} ${sort}`),
  ),
  ...['literal', '*', 'wildcard *'].map((sort) => `resourcePolicy.rules.roles ${sort}`),
  'resourcePolicy.rules.derivedRoles',
  'resourcePolicy.importDerivedRoles',
  'resourcePolicy.schemas.principalSchema.ref',
  'resourcePolicy.schemas.resourceSchema.ref',
  'resourcePolicy.schemas.principalSchema.ignoreWhen.actions',
  'resourcePolicy.schemas.resourceSchema.ignoreWhen.actions',
  'rolePolicy.parentRoles',
  'derivedRoles',
  'derivedRoles.definitions.parentRoles',
  'derivedRoles.definitions.condition',
  'derivedRoles.variables',
  'derivedRoles.constants',
  'exportVariables.definitions',
  'exportConstants.definitions',
  'policy.variables',
  'policy.description',
  'policy.metadata',
  'policy.$schema',
  'spelling snake_case',
  'spelling numbers',
]

export const ALL_FEATURES: readonly string[] = [
  ...FIELDS,
  ...[...REQUESTS, ...QUIRKS].map(({ name }) => name),
]
