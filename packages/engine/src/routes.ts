import { policyKey, type VariableSet } from '@lockstitch/policy'

import { type CandidateRoles, findCandidates } from './derived-roles.ts'
import { findRows, hasRowFor } from './find-rows.ts'
import type { ActionDecision } from './request.ts'
import { withParents } from './roles.ts'
import { type RowTest, sharedTests, sharedVariables } from './row-tests.ts'
import type { Row } from './rows.ts'
import type { PrincipalNode, ResourceNode, RoleNode, RuleTable } from './rule-table.ts'

/**
 * What a question about a resource meets. The policies depend on the kind, the version and the
 * scope; the rules on the roles and the action too; and nothing of it on attributes. So it is found
 * for the first question of its sort, and kept for those that follow.
 */
export interface ResourceRoute {
  /** The version and the scope that it is found by: the nearest one that there is. */
  readonly version: string
  readonly nearest: string
  /** Another one of the kind. */
  next: ResourceRoute | undefined
  /** Of {@link forRoles}, the one that was asked for last. */
  last: RoleRoute | undefined
  readonly names: RouteNames
  /** The scopes from the requested one up to the root. */
  readonly steps: readonly Step[]
  /** Whether there is a policy for the kind in any of the scopes. */
  readonly exists: boolean
  /**
   * What is reported as the matched policy: the name that a policy of the first scope would have,
   * there or not, or `NO_MATCH` where there is none in any scope.
   */
  readonly key: string
  readonly forRoles: Map<RoleList, RoleRoute>
  /** By id, the principals that have policies of their own. */
  readonly principals: Map<string, PrincipalSide>
}

/** The names by which the policies of a resource are looked up. */
export interface RouteNames {
  /** The resource's kind, sanitised. */
  readonly kind: string
  readonly writtenKind: string
  readonly version: string
  /** The scope that is asked for; undefined where no policy has it. */
  readonly scope: string | undefined
}

/** A list of roles; equal lists of a cache are one object. */
export interface RoleList {
  readonly roles: readonly string[]
  /** The lists with one role more. */
  readonly longer: Map<string, RoleList>
}

/** The principal policies or the resource policies that an input meets. */
export type Side = RoleRoute | PrincipalSide

/** The policies of one principal. */
export interface PrincipalSide {
  readonly kind: 'principal'
  near: ActionPaths | undefined
  readonly otherPaths: Map<string, ActionPaths>
  readonly version: string
  readonly chain: readonly string[]
  readonly names: RouteNames
  readonly steps: readonly Step[]
  /** What is reported as the matched policy, as in a {@link ResourceRoute}. */
  readonly key: string
  /** Whether any expression of its policies depends on which derived roles are held. */
  readonly readsRuntime: boolean
}

/** What principals with certain roles meet. */
export interface RoleRoute {
  readonly kind: 'resource'
  readonly list: RoleList
  near: ActionPaths | undefined
  /** By action: a path for each role. */
  readonly otherPaths: Map<string, ActionPaths>
  readonly names: RouteNames
  readonly steps: readonly Step[]
  readonly key: string
  /** Each role with its parents. */
  readonly roles: readonly (readonly string[])[]
  /** All of them. */
  readonly allRoles: readonly string[]
  /** The derived roles that may be held in each scope. */
  readonly candidates: readonly CandidateRoles[]
  /** How many scopes there are. */
  readonly scopes: number
  /** How many derived roles there are in all of them. */
  readonly derivedRoles: number
  /** As in a {@link PrincipalSide}. */
  readonly readsRuntime: boolean
}

/** The paths for an action. Those of the first few are a list: shorter to go through than a map. */
export interface ActionPaths {
  readonly action: string
  readonly next: ActionPaths | undefined
  /** The first of {@link paths} and of {@link deciding}: lists are two more objects to fetch from memory. */
  readonly first: Path
  readonly firstDeciding: Path
  /** Whether there are no others. */
  readonly isOnly: boolean
  /** One for each role. */
  readonly paths: readonly Path[]
  /** The first stops with rules on them: without them a scope has derived roles, but decides nothing. */
  readonly deciding: readonly Stop[]
  readonly place: number
}

/** One scope of a walk and the policies in it. */
export interface Step {
  /** Counts the steps of a walk. */
  readonly index: number
  readonly scope: string
  readonly principal: PrincipalNode | undefined
  readonly resource: ResourceNode | undefined
  readonly roles: ReadonlyMap<string, RoleNode> | undefined
  /** An ALLOW of this scope needs one of its parents'. */
  readonly needsConsent: boolean
  /** The decisions that rest on a rule of this scope. All answers share them, so they are frozen. */
  readonly allowed: ActionDecision
  readonly denied: ActionDecision
}

/** The first stop of the walk for one role, with the rules for one action; none where there are no rules. */
export type Path = Stop | undefined

/**
 * One scope of a path. It has all that a decision reads, and leads to the next one, because most of
 * the time of a decision goes to fetching one object after the other from memory.
 */
export interface Stop {
  /** A test for each row. */
  readonly tests: readonly RowTest[]
  /** The variables of the resource policy. */
  readonly variables: VariableSet | undefined
  /** The next one with rules. */
  readonly nextRules: Path
  /** Of the step, as what follows. */
  readonly needsConsent: boolean
  readonly allowed: ActionDecision
  readonly denied: ActionDecision
  readonly index: number
  readonly step: Step
  readonly rows: readonly Row[]
  readonly next: Path
}

function createStop(
  step: Step,
  parts: Pick<Stop, 'tests' | 'variables' | 'rows'>,
  next: Path,
): Stop {
  const { index, needsConsent, allowed, denied } = step
  const { tests, variables, rows } = parts
  const nextRules = firstWithRules(next)
  return {
    tests,
    variables,
    nextRules,
    needsConsent,
    allowed,
    denied,
    index,
    step,
    rows,
    next,
  }
}

/** The first stop of a path that has rules. */
export function firstWithRules(path: Path): Path {
  return path && path.tests.length === 0 ? path.nextRules : path
}

const NO_ROLES: ReadonlyMap<string, RoleNode> = new Map()

/** What is reported where no policy is in charge. */
export const NO_MATCH = 'NO_MATCH'

/** Finds the policies for a resource in a chain of scopes. */
export function createRoute(
  table: RuleTable,
  names: RouteNames,
  chain: readonly string[],
): ResourceRoute {
  const { kind, version } = names
  const resources = table.resourcePolicies.get(kind)?.get(version)
  const roles = table.rolePolicies.get(version)
  const nodes = chain.map((scope) => {
    return { scope, resource: resources?.get(scope)?.(), roles: roles?.get(scope) }
  })
  // A role policy that names the kind stands in for a resource policy.
  const exists = nodes.some(
    (node) =>
      node.resource ||
      [...(node.roles ?? NO_ROLES).values()].some((role) => namesKind(role, names)),
  )
  const [nearest = ''] = chain
  const subject = { kind: 'resource', subject: kind, version, scope: nearest } as const
  const key = exists ? policyKey(subject) : NO_MATCH
  const steps = nodes.map((node, index) =>
    createStep(table, key, { ...node, index, principal: undefined }),
  )
  return {
    version,
    nearest,
    next: undefined,
    last: undefined,
    names,
    steps,
    exists,
    key,
    forRoles: new Map(),
    principals: new Map(),
  }
}

export function createRoleList(roles: readonly string[]): RoleList {
  return { roles, longer: new Map() }
}

// One literal makes all steps, because reading them is fast when they all have the same shape.
function createStep(
  table: RuleTable,
  key: string,
  {
    index,
    scope,
    principal,
    resource,
    roles,
  }: Pick<Step, 'index' | 'scope' | 'principal' | 'resource' | 'roles'>,
): Step {
  return {
    index,
    scope,
    principal,
    resource,
    roles,
    needsConsent: table.consentScopes.has(scope),
    allowed: Object.freeze({ effect: 'EFFECT_ALLOW', matchedPolicy: key, matchedScope: scope }),
    denied: Object.freeze({ effect: 'EFFECT_DENY', matchedPolicy: key, matchedScope: scope }),
  }
}

/** What principals with certain roles meet on a route. */
export function createRoleRoute(
  { parentRoles, routeCache }: RuleTable,
  { names, steps, key }: ResourceRoute,
  list: RoleList,
): RoleRoute {
  const { version, scope } = names
  const roles = list.roles.map((role) =>
    scope === undefined ? [role] : withParents(parentRoles, version, scope, role),
  )
  const allRoles = roles.flat()
  const { candidates, derivedRoles } = findCandidates(
    routeCache.sharing,
    steps.map(({ resource }) => resource?.derivedRoles ?? []),
    allRoles,
  )
  // What each decision reads is in front, so that less of it has to be fetched from memory.
  return {
    kind: 'resource',
    near: undefined,
    list,
    candidates,
    scopes: steps.length,
    derivedRoles,
    readsRuntime: steps.some(readsRuntime),
    otherPaths: new Map(),
    names,
    steps,
    key,
    roles,
    allRoles,
  }
}

function readsRuntime({ principal, resource, roles }: Step): boolean {
  const nodes = [principal, resource, ...(roles ?? NO_ROLES).values()]
  return nodes.some((node) => node?.readsRuntime)
}

/** Finds the rules for an action: a path for each role of the route. */
export function createPaths(table: RuleTable, route: RoleRoute, action: string): readonly Path[] {
  const { sharing } = table.routeCache
  return route.roles.map((roles) =>
    route.steps.reduceRight((next: Path, step) => {
      const { resource } = step
      const rows = rowsAt(table, route, step, roles, action)
      // In Cerbos the derived roles of the last scope stay in sight, whether it has rules or not.
      if (rows.length === 0 && !hasCandidates(route, step) && table.compat !== 'cerbos') return next
      const variables = resource && sharedVariables(sharing, resource.policy.variables)
      return createStop(step, { tests: sharedTests(sharing, rows), variables, rows }, next)
    }, undefined),
  )
}

/** The policies of a principal in a chain of scopes. */
export function createPrincipalSide(
  table: RuleTable,
  { names }: ResourceRoute,
  id: string,
  version: string,
  chain: readonly string[],
): PrincipalSide | undefined {
  // The version is the resource's here, as in Cerbos.
  const nodes = table.principalPolicies.get(id)?.get(names.version)
  const [first = ''] = chain
  const subject = { kind: 'principal', subject: id, version, scope: first } as const
  const key = existsPrincipalPolicy(table, version, chain) ? policyKey(subject) : NO_MATCH
  const steps: Step[] = []
  for (const scope of chain) {
    const node = nodes?.get(scope)?.()
    if (!node) continue
    const parts = { index: steps.length, scope, resource: undefined, roles: undefined }
    steps.push(createStep(table, key, { ...parts, principal: node }))
  }
  if (steps.length === 0) return undefined
  return {
    kind: 'principal',
    near: undefined,
    version,
    chain,
    readsRuntime: steps.some(readsRuntime),
    otherPaths: new Map(),
    names,
    steps,
    key,
  }
}

/** Whether anybody has a principal policy there: Cerbos asks for no more. */
export function existsPrincipalPolicy(
  table: RuleTable,
  version: string,
  chain: readonly string[],
): boolean {
  const scopes = table.principalVersions.get(version)
  return scopes !== undefined && chain.some((scope) => scopes.has(scope))
}

/** The rules of a principal for an action: one path, because they do not look at roles. */
export function principalPath({ steps, names }: PrincipalSide, action: string): Path {
  const { kind, writtenKind } = names
  return steps.reduceRight((next: Path, step) => {
    const { rules: all } = step.principal as PrincipalNode // All steps of it are of its policies.
    const rules = all.filter(
      ({ matchesResource, row }) =>
        row.action.matches(action) && matchesResource(kind, writtenKind),
    )
    const rows = rules.map(({ row }) => row)
    const tests = rules.map(({ test }) => test)
    return createStop(step, { tests, variables: undefined, rows }, next)
  }, undefined)
}

function hasCandidates(route: RoleRoute, { index }: Step): boolean {
  const { candidates } = route.candidates[index] as CandidateRoles // There is one for each scope.
  return candidates.length > 0
}

/**
 * The rows of a scope that are for a role and an action: the denials of role policies, then the
 * rules in the order in which they are written.
 */
function rowsAt(
  table: RuleTable,
  { names }: Pick<RoleRoute, 'names'>,
  step: Step,
  roles: readonly string[],
  action: string,
): readonly Row[] {
  const rows = step.resource ? findRows(step.resource.rows, action, roles) : []
  if (!step.roles) return rows
  return [...rolePolicyRows(table, names, step, step.roles, roles, action), ...rows]
}

/**
 * A role that has a role policy in this scope may do what the policy lists and nothing else.
 *
 * Cerbos says so only where the scope has any row for the kind; in a scope whose role policies are
 * all about other kinds the role is then not narrowed at all.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/role_policies
 */
function rolePolicyRows(
  { compat }: RuleTable,
  names: RouteNames,
  { resource }: Step,
  policies: ReadonlyMap<string, RoleNode>,
  roles: readonly string[],
  action: string,
): readonly Row[] {
  const nodes = roles.flatMap((role) => policies.get(role) ?? [])
  if (compat === 'cerbos') {
    const anyRow = resource !== undefined && hasRowFor(resource.rows, roles)
    if (!anyRow && !nodes.some((node) => namesKind(node, names))) return []
  }
  const { kind, writtenKind } = names
  return nodes.flatMap(({ rules, implicitDeny }) => {
    const listed = rules.filter(
      (rule) => rule.matchesResource(kind, writtenKind) && rule.matchesAction(action),
    )
    return listed.length > 0 ? listed.flatMap(({ row }) => row ?? []) : [implicitDeny]
  })
}

function namesKind({ rules }: RoleNode, { kind, writtenKind }: RouteNames): boolean {
  return rules.some((rule) => rule.matchesResource(kind, writtenKind))
}
