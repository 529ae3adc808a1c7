import type {
  Diagnostic,
  LinkedPolicy,
  LinkedPolicySet,
  LinkedPrincipalPolicy,
  LinkedResourcePolicy,
  LinkedRolePolicy,
} from '@lockstitch/policy'
import {
  compileGlob,
  compilePattern,
  expressionsOf,
  expressionsOfRole,
  type Matches,
  sanitiseName,
} from '@lockstitch/policy'

import type { Compat } from './compat.ts'
import { type Deferred, deferred } from './deferred.ts'
import { readsAny } from './reads.ts'
import { collectParentRoles, getOrAdd, type ParentRoles } from './roles.ts'
import { createRouteCache, type RouteCache } from './route-cache.ts'
import { type RowTest, testOf } from './row-tests.ts'
import {
  type CompilePattern,
  type DerivedRoleSlot,
  implicitDenyRow,
  type Pattern,
  principalRow,
  type Row,
  resourceRows,
  roleRow,
} from './rows.ts'
import { type NodeSchemas, nodeSchemas } from './schemas.ts'
import { type ScopeChains, scopeChains } from './scopes.ts'

/**
 * The index of all rules: an immutable value, built once for a policy set. Every question of a
 * decision is a lookup by name, so that its cost does not depend on the number of policies.
 *
 * INVARIANT: nothing that a table says changes after `buildRuleTable` returns; concurrent users share
 * it. The rows of a policy are made when the first request meets it, since of many policies few are
 * met, and what a question about a resource meets is kept for the next one.
 */
export interface RuleTable {
  /** Told with every decision, so that one knows which policies decided. */
  readonly generation: number
  readonly policyCount: number
  /** What the table is made of. */
  readonly policySet: LinkedPolicySet
  /** By sanitised kind, version and scope. */
  readonly resourcePolicies: Index<Deferred<ResourceNode>>
  /** By principal id, version and scope. */
  readonly principalPolicies: Index<Deferred<PrincipalNode>>
  /** By version, scope and role. */
  readonly rolePolicies: Index<RoleNode>
  /** The scopes that any resource or role policy uses. */
  readonly resourceScopes: ReadonlySet<string>
  readonly resourceChains: ScopeChains
  /** Of the scopes that any principal policy uses. */
  readonly principalChains: ScopeChains
  /** The scopes of principal policies by version, whoever they are for. */
  readonly principalVersions: ReadonlyMap<string, ReadonlySet<string>>
  /** The scopes that any resource or principal policy uses: role policies give none permissions. */
  readonly ruledScopes: ReadonlySet<string>
  /** The scopes whose ALLOWs need the consent of their parents. */
  readonly consentScopes: ReadonlySet<string>
  readonly parentRoles: ParentRoles
  readonly compat: Compat
  /** What requests have met already: it saves looking for it and changes no answer. */
  readonly routeCache: RouteCache
  readonly invalidWildcards: readonly Diagnostic[]
}

type Index<Node> = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Node>>>
type MutableIndex<Node> = Map<string, Map<string, Map<string, Node>>>

/** A resource policy of one kind, version and scope. */
export interface ResourceNode {
  readonly policy: LinkedResourcePolicy
  /** In the order of the rules, which decides the order of outputs. */
  readonly rows: readonly Row[]
  /** The derived roles that a rule names, in the order of their slots. */
  readonly derivedRoles: readonly DerivedRoleSlot[]
  readonly schemas: NodeSchemas | undefined
  readonly readsRuntime: boolean
}

/** A principal policy of one principal, version and scope. */
export interface PrincipalNode {
  readonly policy: LinkedPrincipalPolicy
  readonly rules: readonly PrincipalRule[]
  readonly readsRuntime: boolean
}

interface PrincipalRule {
  readonly matchesResource: MatchesKind
  readonly row: Row
  readonly test: RowTest
}

/** A role policy of one role, version and scope. */
export interface RoleNode {
  readonly policy: LinkedRolePolicy
  readonly rules: readonly RoleRule[]
  /** Stands for a kind or an action that the policy does not list. */
  readonly implicitDeny: Row
  readonly readsRuntime: boolean
}

interface RoleRule {
  readonly matchesResource: MatchesKind
  readonly matchesAction: Matches
  /** Absent when the rule neither narrows nor has an output. */
  readonly row: Row | undefined
}

/** Asks with the sanitised kind and with the kind as the request writes it. */
type MatchesKind = (sanitised: string, written: string) => boolean

/** Builds the rule table of a policy set. */
export function buildRuleTable(
  policySet: LinkedPolicySet,
  compat: Compat,
  generation: number,
): RuleTable {
  const builder = { compat, ...patternCompilers() }
  const resources: MutableIndex<Deferred<ResourceNode>> = new Map()
  const principals: MutableIndex<Deferred<PrincipalNode>> = new Map()
  const roles: MutableIndex<RoleNode> = new Map()
  for (const policy of policySet.policies) {
    const { kind, version, scope } = policy
    if (kind === 'resource') {
      const node = deferred(() => resourceNode(policy, builder))
      add(resources, policy.resource, version, scope, node)
    }
    if (kind === 'principal') {
      const node = deferred(() => principalNode(policy, builder))
      add(principals, policy.principal, version, scope, node)
    }
    if (kind === 'role') add(roles, version, scope, policy.role, roleNode(policy, builder))
  }
  const { policies, invalidWildcards = [] } = policySet
  const principalPolicies = policies.filter((policy) => policy.kind === 'principal')
  const rolePolicies = policies.filter((policy) => policy.kind === 'role')
  const resourceScopes = new Set(
    policies.filter((policy) => policy.kind !== 'principal').map((policy) => policy.scope),
  )
  return {
    generation,
    policyCount: policies.length,
    policySet,
    resourcePolicies: resources,
    principalPolicies: principals,
    rolePolicies: roles,
    resourceScopes,
    resourceChains: scopeChains(resourceScopes),
    principalChains: scopeChains(new Set(principalPolicies.map((policy) => policy.scope))),
    principalVersions: collectVersions(principalPolicies),
    ruledScopes: new Set(
      policies.filter((policy) => policy.kind !== 'role').map((policy) => policy.scope),
    ),
    consentScopes: collectConsentScopes(policySet, compat),
    parentRoles: collectParentRoles(rolePolicies, compat),
    compat,
    routeCache: createRouteCache(),
    invalidWildcards,
  }
}

interface NodeBuilder {
  readonly compat: Compat
  /** A wildcard only when it contains `*`. */
  readonly pattern: CompilePattern
  /** Always a wildcard. */
  readonly glob: CompilePattern
}

function resourceNode(policy: LinkedResourcePolicy, { pattern, glob }: NodeBuilder): ResourceNode {
  const slots = new Map<string, DerivedRoleSlot>()
  for (const [name, role] of policy.derivedRoles) {
    const anyRole = role.parentRoles.includes('*')
    const reads = readsAny(expressionsOfRole(role), RUNTIME)
    slots.set(name, { index: slots.size, role, anyRole, readsRuntime: reads })
  }
  const rows = policy.rules.flatMap((rule) => resourceRows(policy, rule, slots, pattern))
  const schemas = policy.schemas && nodeSchemas(policy.schemas, glob)
  const derivedRoles = [...slots.values()]
  return { policy, rows, derivedRoles, schemas, readsRuntime: readsRuntime(policy) }
}

/** Whether any expression of a policy depends on which derived roles are held. */
function readsRuntime(policy: LinkedPolicy): boolean {
  return readsAny(expressionsOf(policy), RUNTIME)
}

const RUNTIME = ['runtime']

function principalNode(policy: LinkedPrincipalPolicy, builder: NodeBuilder): PrincipalNode {
  const rules = policy.rules.map((rule) => {
    const resource = builder.pattern(sanitiseName(rule.resource))
    const row = principalRow(policy, rule, builder.pattern)
    return { matchesResource: kindMatcher(resource, builder.compat), row, test: testOf(row) }
  })
  return { policy, rules, readsRuntime: readsRuntime(policy) }
}

function roleNode(policy: LinkedRolePolicy, builder: NodeBuilder): RoleNode {
  const { compat } = builder
  const rules = policy.rules.map((rule) => {
    const name = compat === 'cerbos' ? rule.resource : sanitiseName(rule.resource)
    const actions = rule.allowActions.map((text) => builder.glob(text))
    return {
      matchesResource: kindMatcher(builder.pattern(name), compat),
      matchesAction: (action: string) =>
        actions.some(({ text, matches }) => text === action || matches(action)),
      row: roleRow(policy, rule),
    }
  })
  const implicitDeny = implicitDenyRow(policy)
  return { policy, rules, implicitDeny, readsRuntime: readsRuntime(policy) }
}

function kindMatcher({ matches }: Pattern, compat: Compat): MatchesKind {
  if (compat === 'cerbos') return matches
  return (sanitised, written) => matches(sanitised) || matches(written)
}

/** Policies share patterns: the same actions and roles occur in many of them. */
function patternCompilers(): Pick<NodeBuilder, 'pattern' | 'glob'> {
  const compileWith = (compile: (text: string) => Matches | undefined): CompilePattern => {
    const known = new Map<string, Pattern>()
    return (text) =>
      getOrAdd(known, text, () => {
        return { text, matches: compile(text) ?? matchesNothing }
      })
  }
  return { pattern: compileWith(compilePattern), glob: compileWith(compileGlob) }
}

const matchesNothing: Matches = () => false

function collectVersions(
  policies: readonly LinkedPrincipalPolicy[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>()
  for (const { version, scope } of policies) {
    getOrAdd(versions, version, () => new Set<string>()).add(scope)
  }
  return versions
}

/** Where policies of a scope are at odds the stricter one holds; in Cerbos the one loaded last. */
function collectConsentScopes({ policies }: LinkedPolicySet, compat: Compat): ReadonlySet<string> {
  const scopes = new Set<string>()
  for (const { kind, scope, scopePermissions } of policies) {
    if (kind === 'role') continue
    if (scopePermissions === 'require-parental-consent-for-allows') scopes.add(scope)
    else if (compat === 'cerbos') scopes.delete(scope)
  }
  return scopes
}

function add<Node>(index: MutableIndex<Node>, a: string, b: string, c: string, node: Node): void {
  getOrAdd(
    getOrAdd(index, a, () => new Map<string, Map<string, Node>>()),
    b,
    () => new Map<string, Node>(),
  ).set(c, node)
}
