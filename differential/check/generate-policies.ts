import { sanitiseName } from '@lockstitch/policy'

import type { Random } from '../random.ts'
import { CONSTANTS, type Names, randomCondition, randomOutput, VARIABLES } from './conditions.ts'
import type { Json, JsonObject } from './json.ts'
import type { PolicyFile, PolicyKind, PolicySet } from './policy-set.ts'
import { isAbout } from './reach.ts'
import { randomSchemas, schemaFiles } from './schemas.ts'
import { toldApart } from './shared-cores.ts'

export const KINDS = ['doc', 'report', 'album:object', 'my-res'] as const
export const SCOPES = ['a', 'a.b', 'a.b.c', 'q', 'q.r'] as const
export const VERSIONS = ['default', 'v2', 'v3', 'v4'] as const
/** A scope that only few policies have, which disagree on its permissions. */
export const DISPUTED = 'z'
/** A scope of few policies, with rules that Cerbos takes for one. */
export const LOOKALIKE = 'y'
/** The version of the policies in both. */
export const RARE_VERSION = 'v5'
export const PRINCIPALS = ['p1', 'p-2', 'ann@acme'] as const
export const ROLES = ['r1', 'r2', 'r3', 'r4', 'team:x'] as const

const OVERRIDE = 'SCOPE_PERMISSIONS_OVERRIDE_PARENT'
const CONSENT = 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'

/** What the policies of all versions share, because Cerbos keeps it by scope alone. */
interface Shared {
  readonly random: Random
  /** The directory of the schemas. */
  readonly schemas: string
  /** Of the root nothing can be said: sets of derived roles count as its members. */
  readonly permissions: ReadonlyMap<string, string>
  readonly parentRoles: ReadonlyMap<string, readonly string[]>
}

/** How a set is made. */
export interface SetOptions {
  /** Whether it has what Cerbos decides by the order of loading: see `shared-cores.ts`. */
  readonly byChance: boolean
}

/** A set of policies that compiles: scope chains are whole, permissions agree, names differ. */
export function randomPolicySet(random: Random, name: string, { byChance }: SetOptions): PolicySet {
  const permissions = new Map<string, string>()
  for (const scope of SCOPES) {
    if (random.chance(0.6)) permissions.set(scope, random.pick([OVERRIDE, CONSENT, CONSENT]))
  }
  const parentRoles = new Map<string, readonly string[]>()
  for (const scope of ['', ...SCOPES]) {
    parentRoles.set(`${scope} r3`, someOf(random, ['r1', 'r2'], 0))
    parentRoles.set(`${scope} r4`, someOf(random, ['r1', 'r2', 'r3'], 0))
  }
  const shared = { random, permissions, parentRoles, schemas: name }
  const made = VERSIONS.flatMap((version) => policiesOfVersion(shared, version))
  const policies = byChance ? [...made, ...decidedByChance()] : toldApart(made)
  return { files: [...policies.map((file) => spelt(random, file)), ...schemaFiles(name)] }
}

/** Policies about two kinds that Cerbos decides by chance, and those that they stand on. */
function decidedByChance(): readonly PolicyFile[] {
  return KINDS.slice(0, 2).flatMap((resource, i) => [
    rareFile({ resource, scope: '', rules: [allowAll('r2')] }),
    // It refuses three policies of a scope with unlike permissions, and takes two.
    rareFile({
      resource,
      scope: DISPUTED,
      scopePermissions: [OVERRIDE, CONSENT][i],
      rules: [allowAll('r1')],
    }),
    rareFile({ resource, scope: LOOKALIKE, rules: [allowAll('r3', [ANY_OF, ALL_OF][i])] }),
  ])
}

const OF = [{ expr: 'R.attr.n > 0.0' }, { expr: 'P.attr.team == "blue"' }]
const ANY_OF: JsonObject = { match: { any: { of: OF } } }
const ALL_OF: JsonObject = { match: { all: { of: OF } } }

function allowAll(role: string, condition?: JsonObject): JsonObject {
  return { actions: ['*'], effect: 'EFFECT_ALLOW', roles: [role], condition }
}

function rareFile(content: JsonObject): PolicyFile {
  const { resource, scope } = content
  const path = `by-chance-${resource}-${scope || 'root'}.json`
  const whole = { ...content, version: RARE_VERSION }
  return { path, kind: 'resourcePolicy', version: RARE_VERSION, head: {}, content: whole }
}

function spelt(random: Random, file: PolicyFile): PolicyFile {
  if (random.chance(0.85)) return file
  return { ...file, spelling: random.pick(['snake_case', 'numbers']) }
}

/** The names of one version, and which of the exported ones there are. */
interface Version extends Shared {
  readonly version: string
  readonly hasVariables: boolean
  readonly hasConstants: boolean
  readonly hasDerivedRoles: boolean
}

function policiesOfVersion(shared: Shared, version: string): readonly PolicyFile[] {
  const { random } = shared
  const of: Version = {
    ...shared,
    version,
    hasVariables: random.chance(0.6),
    hasConstants: random.chance(0.5),
    hasDerivedRoles: random.chance(0.75),
  }
  const exported = [
    ...(of.hasVariables ? [exportFile(of, 'exportVariables', VARIABLES)] : []),
    ...(of.hasConstants ? [exportFile(of, 'exportConstants', CONSTANTS)] : []),
    ...(of.hasDerivedRoles ? [derivedRolesFile(of)] : []),
  ]
  const resources = KINDS.filter(() => random.chance(0.85)).flatMap((kind) =>
    chainOf(random).map((scope) => resourceFile(of, kind, scope)),
  )
  const principals = PRINCIPALS.filter(() => random.chance(0.3)).flatMap((principal) =>
    chainOf(random).map((scope) => principalFile(of, principal, scope)),
  )
  const roles = ['r3', 'r4'].flatMap((role) =>
    ['', ...SCOPES].flatMap((scope) => (random.chance(0.35) ? roleFile(of, role, scope) : [])),
  )
  const dots = resources
    .filter(({ content }) => random.chance(0.2) && !content.scope)
    .map((file) => unreachable(file))
  const files = [...exported, ...resources, ...principals, ...roles, ...dots]
  return random.chance(0.3) ? [...files, disabledFile(of)] : files
}

/** The root and some scopes with all their ancestors. */
function chainOf(random: Random): readonly string[] {
  const chain = new Set([''])
  for (const leaf of SCOPES) {
    if (!random.chance(0.3)) continue
    const parts = leaf.split('.')
    for (const [i] of parts.entries()) chain.add(parts.slice(0, i + 1).join('.'))
  }
  return [...chain]
}

function exportFile(
  { version }: Version,
  kind: 'exportVariables' | 'exportConstants',
  definitions: JsonObject,
): PolicyFile {
  const name = kind === 'exportVariables' ? `vars_${version}` : `consts_${version}`
  const content = { name, definitions }
  return { path: `${kind}-${version}.json`, kind, version, head: {}, content }
}

function derivedRolesFile(of: Version): PolicyFile {
  const { random, version } = of
  const { blocks, names, deprecated } = definitionBlocks(of)
  const definition = (name: string, parentRoles: readonly string[]): JsonObject => ({
    name,
    parentRoles,
    // What `runtime` is in there depends in Cerbos on what was decided before.
    condition: random.chance(0.7) ? randomCondition(random, names, false) : undefined,
  })
  const content = {
    name: `roles_${version}`,
    ...blocks,
    definitions: [
      definition('d1', ['r1']),
      definition('d2', ['*']),
      definition('d3', ['r2', 'r3']),
      definition('d4', random.chance(0.5) ? ['r*'] : ['r4', 'team:x']),
    ],
  }
  const head = { variables: deprecated }
  return { path: `roles-${version}.json`, kind: 'derivedRoles', version, head, content }
}

/** Blocks of variables and constants in one of the ways in which a policy can have them. */
function definitionBlocks(of: Version): {
  readonly blocks: JsonObject
  readonly names: Names
  readonly deprecated: JsonObject | undefined
} {
  const { random, version, hasVariables, hasConstants } = of
  // Cerbos compiles them anew for each policy and derived role, which is most of its work.
  const way = random.pick(['none', 'none', 'none', 'none', 'local', 'import', 'deprecated'])
  const variables = way === 'import' && !hasVariables ? 'local' : way
  const constants = random.pick(['none', 'none', 'local', 'import'])
  const given = constants === 'import' && !hasConstants ? 'local' : constants
  return {
    names: { variables: variables !== 'none', constants: given !== 'none' },
    deprecated: variables === 'deprecated' ? VARIABLES : undefined,
    blocks: {
      variables: block(variables, `vars_${version}`, VARIABLES),
      constants: block(given, `consts_${version}`, CONSTANTS),
    },
  }
}

function block(way: string, imported: string, local: JsonObject): JsonObject | undefined {
  if (way === 'local') return { local }
  return way === 'import' ? { import: [imported] } : undefined
}

/** What all policies with rules have; the deprecated variables stand beside the content. */
function scopedPolicy(
  of: Version,
  kind: PolicyKind,
  about: { readonly subject: JsonObject; readonly scope: string },
  rulesOf: (names: Names) => JsonObject,
): PolicyFile {
  const { random, version, permissions } = of
  const { blocks, names, deprecated } = definitionBlocks(of)
  const [subject = ''] = Object.values(about.subject).filter((each) => typeof each === 'string')
  const path = `${kind}-${subject}-${version}-${about.scope || 'root'}.json`
  return {
    path: path.replaceAll(/[^\w.-]/g, '_'),
    kind,
    version,
    head: {
      variables: deprecated,
      description: random.chance(0.1) ? 'generated' : undefined,
      metadata: random.chance(0.1) ? { annotations: { origin: 'random' } } : undefined,
      $schema: random.chance(0.05) ? 'https://api.cerbos.dev/latest/Policy.schema.json' : undefined,
    },
    content: {
      ...about.subject,
      // Role policies alone need none.
      version: kind === 'rolePolicy' && version === 'default' && random.chance(0.5) ? '' : version,
      scope: about.scope === '' ? random.pick([undefined, undefined, '']) : about.scope,
      scopePermissions: permissions.get(about.scope),
      ...blocks,
      ...rulesOf(names),
    },
  }
}

function resourceFile(of: Version, resource: string, scope: string): PolicyFile {
  const { random, hasDerivedRoles, version, schemas } = of
  const imports = hasDerivedRoles && random.chance(0.8)
  const count = random.chance(0.1) ? 0 : 1 + random.below(4)
  // Without it nearly nothing would be allowed.
  const broad = scope === '' ? 0.7 : 0.35
  return scopedPolicy(of, 'resourcePolicy', { subject: { resource }, scope }, (names) => ({
    importDerivedRoles: imports ? [`roles_${version}`] : undefined,
    schemas: random.chance(scope === '' ? 0.5 : 0.25)
      ? randomSchemas(random, schemas, ACTION_PATTERNS)
      : undefined,
    rules: [
      ...Array.from({ length: count }, (_, i) => resourceRule(random, names, imports, i)),
      ...(random.chance(broad) ? [broadRule(random)] : []),
    ],
  }))
}

const ACTION_PATTERNS = [
  'view',
  'edit',
  'view:*',
  'v*',
  '*',
  '**',
  'del?te*',
  'view:{a,b}*',
  'edi[a-z]',
  'view:[!b]*',
  '*:a',
  'zap',
  // In Cerbos they match less than they say, or more.
  'view*{',
  'v**w',
  '{*w,*t}*',
  '{v*,ed}*',
  'vi{*,e}w',
  'view:a**a:x',
]
const ROLE_PATTERNS = ['r1', 'r1', 'r2', 'r3', 'r4', 'r*', '*', 'team:*']

function resourceRule(random: Random, names: Names, imports: boolean, index: number): JsonObject {
  const derivedRoles =
    imports && random.chance(0.35) ? someOf(random, ['d1', 'd2', 'd3', 'd4'], 1) : []
  const roles =
    derivedRoles.length > 0 && random.chance(0.7) ? [] : someOf(random, ROLE_PATTERNS, 1)
  return {
    actions: someOf(random, ACTION_PATTERNS, 1),
    effect: random.chance(0.25) ? 'EFFECT_DENY' : 'EFFECT_ALLOW',
    roles: roles.length > 0 ? roles : undefined,
    derivedRoles: derivedRoles.length > 0 ? derivedRoles : undefined,
    ...ruleParts(
      random,
      names,
      // Rarely the name that Cerbos gives to a rule after it, and then confuses with it.
      random.chance(COLLIDING) ? `rule-00${index + 2}` : `n${index}`,
      branchesFor(random, roles.length, derivedRoles.length),
    ),
  }
}

/** Allows most of what the other rules leave open. */
function broadRule(random: Random): JsonObject {
  return {
    actions: random.pick([['*'], ['**'], ['view', 'v*', 'edit', 'del*', 'view:*']]),
    effect: 'EFFECT_ALLOW',
    roles: random.pick([['*'], ['r*', 'team:*'], ['r1', 'r2']]),
    condition: random.chance(0.2) ? { match: { expr: 'has(R.attr.team)' } } : undefined,
  }
}

const COLLIDING = 0.08

/**
 * Beside derived roles `conditionNotMet` comes and goes in Cerbos with the actions before it, so
 * that there is little of it; with several of them an error may come before the outputs or after.
 */
function branchesFor(random: Random, roles: number, derivedRoles: number): readonly Branch[] {
  if (derivedRoles === 0) return ['ruleActivated', 'conditionNotMet']
  if (derivedRoles > 1 || roles > 0) return []
  return random.chance(0.35) ? ['ruleActivated', 'conditionNotMet'] : ['ruleActivated']
}

type Branch = 'ruleActivated' | 'conditionNotMet'

function ruleParts(
  random: Random,
  names: Names,
  name: string,
  branches: readonly Branch[],
): JsonObject {
  return {
    name: random.chance(0.3) ? name : undefined,
    condition: random.chance(0.6) ? randomCondition(random, names) : undefined,
    output:
      branches.length > 0 && random.chance(0.35) ? output(random, names, branches) : undefined,
  }
}

function output(random: Random, names: Names, branches: readonly Branch[]): JsonObject {
  if (random.chance(0.15)) return { expr: randomOutput(random, names) }
  const given = branches.filter(() => random.chance(0.7))
  const chosen = given.length > 0 ? given : branches.slice(0, 1)
  return {
    when: Object.fromEntries(chosen.map((branch) => [branch, randomOutput(random, names)])),
  }
}

const SANITISED_KINDS: readonly string[] = [...KINDS.map(sanitiseName), 'other', 'unknown']

const RESOURCE_PATTERNS = [
  'doc',
  'report',
  'album:object',
  'album_object',
  'my-res',
  'my_*',
  'd*',
  '*',
  're?ort*',
]

function principalFile(of: Version, principal: string, scope: string): PolicyFile {
  const { random } = of
  return scopedPolicy(of, 'principalPolicy', { subject: { principal }, scope }, (names) => ({
    rules: apart(random, someOf(random, RESOURCE_PATTERNS, 1)).map((resource, rule) => ({
      resource,
      actions: Array.from({ length: 1 + random.below(2) }, (_, i) => ({
        action: random.pick(ACTION_PATTERNS),
        effect: random.chance(0.4) ? 'EFFECT_DENY' : 'EFFECT_ALLOW',
        ...ruleParts(random, names, `n${rule}.${i}`, ['ruleActivated', 'conditionNotMet']),
      })),
    })),
  }))
}

/**
 * Cerbos asks the rules for several resources in any order, so that seldom two of them are about one
 * kind; never two that have one name after sanitising, which then share more than that.
 */
function apart(random: Random, resources: readonly string[]): readonly string[] {
  const distinct = resources.includes('album:object')
    ? resources.filter((each) => each !== 'album_object')
    : resources
  return random.chance(OVERLAPPING) ? [...new Set([...distinct, '*'])] : withoutOverlap(distinct)
}

const OVERLAPPING = 0.4

function withoutOverlap(patterns: readonly string[]): readonly string[] {
  const met = new Set<string>()
  return patterns.filter((pattern) => {
    const kinds = SANITISED_KINDS.filter((kind) => isAbout(pattern, kind))
    if (kinds.some((kind) => met.has(kind))) return false
    for (const kind of kinds) met.add(kind)
    return true
  })
}

function roleFile(of: Version, role: string, scope: string): PolicyFile | readonly PolicyFile[] {
  const { random, permissions, parentRoles } = of
  // Cerbos takes a role policy for one that says nothing, at odds with those that do.
  if (permissions.has(scope)) return []
  const parents = parentRoles.get(`${scope} ${role}`) ?? []
  const count = 1 + random.below(3)
  // Cerbos confuses the conditions and outputs of several rules unless they are about one resource.
  const resource = random.chance(0.3) ? random.pick(RESOURCE_PATTERNS) : undefined
  return scopedPolicy(of, 'rolePolicy', { subject: { role }, scope }, (names) => ({
    parentRoles: parents.length > 0 ? parents : undefined,
    rules: Array.from({ length: count }, (_, i) => ({
      resource: resource ?? random.pick(RESOURCE_PATTERNS),
      allowActions: someOf(random, ACTION_PATTERNS, 1),
      ...((resource !== undefined || i === 0) &&
        ruleParts(random, names, `listed${i}`, ['ruleActivated', 'conditionNotMet'])),
    })),
  }))
}

/** A policy in the scope `.`, which no request is in: that of a request is the root. */
function unreachable({ content, version }: PolicyFile): PolicyFile {
  const { resource } = content
  const rules = [{ actions: ['*'], effect: 'EFFECT_DENY', roles: ['*'] }]
  const path = `dot-${String(resource).replaceAll(/\W/g, '_')}-${version}.json`
  const dot = { resource, version, scope: '.', rules }
  return { path, kind: 'resourcePolicy', version, head: {}, content: dot }
}

/** A policy that would change much, were it not disabled. */
function disabledFile({ random, version }: Version): PolicyFile {
  const rule = {
    actions: ['*'],
    effect: random.pick(['EFFECT_ALLOW', 'EFFECT_DENY']),
    roles: ['*'],
  }
  const content = {
    resource: random.pick(KINDS),
    version,
    scope: random.pick(SCOPES),
    rules: [rule],
  }
  const path = `disabled-${version}.json`
  return { path, kind: 'resourcePolicy', version, head: { disabled: true }, content }
}

/** Some of the items, in their order, at least so many. */
function someOf(random: Random, items: readonly string[], least: number): readonly string[] {
  const count = least + random.below(3 - least)
  const chosen = new Set<Json>()
  while (chosen.size < count) chosen.add(random.pick(items))
  return [...new Set(items)].filter((item) => chosen.has(item))
}
