import { type LinkedPolicy, policyKey, sanitiseName } from '@lockstitch/policy'

import type { HeldDerivedRoles } from './derived-roles.ts'
import { type Evaluation, type Instant, startEvaluation } from './evaluation.ts'
import type { CheckInput, ValidationError } from './request.ts'
import { withParents } from './roles.ts'
import { findRows, hasRowFor } from './row-index.ts'
import type { Row } from './rows.ts'
import type { PrincipalNode, ResourceNode, RoleNode, RuleTable } from './rule-table.ts'
import { findValidationErrors, NO_ERRORS } from './schemas.ts'
import { effectiveScope, scopeChain } from './scopes.ts'
import type { Settings } from './settings.ts'

/** One input, ready to be decided: whom to ask, in which order, and the running evaluation. */
export interface Walk {
  readonly table: RuleTable
  readonly request: RequestNames
  readonly evaluation: Evaluation
  /** Principal policies first, as far as there are any that this input can meet. */
  readonly sides: readonly Side[]
  /** All roles of the principal with their parents. */
  readonly allRoles: readonly string[]
  readonly validationErrors: readonly ValidationError[]
  /** Every action is denied, because the attributes are not what the schemas say. */
  readonly rejected: boolean
  /** Collects the policies whose rules are looked at, where somebody wants to know. */
  readonly trail: Set<LinkedPolicy> | undefined
}

/** The names by which an input's policies are looked up, defaults filled in. */
interface RequestNames {
  /** The resource's kind, sanitised. */
  readonly kind: string
  readonly writtenKind: string
  readonly principalId: string
  /** Serves the rows of principal policies too, as in Cerbos. */
  readonly version: string
  readonly principalVersion: string
}

/** The principal policies or the resource policies that an input meets. */
export interface Side {
  readonly kind: 'principal' | 'resource'
  /** The scopes from the requested one up to the root. */
  readonly steps: readonly Step[]
  /**
   * What is reported as the matched policy: the name that a policy of the first scope would have,
   * there or not, or `NO_MATCH` where there is none in any scope.
   */
  readonly key: string
  /** Each role with its parents. Principal policies do not look at roles: one stands for all. */
  readonly roles: readonly (readonly string[])[]
}

/** One scope of a walk and the policies in it. */
export interface Step {
  readonly scope: string
  readonly principal: PrincipalNode | undefined
  readonly resource: ResourceNode | undefined
  readonly roles: ReadonlyMap<string, RoleNode> | undefined
  /** An ALLOW of this scope needs one of its parents'. */
  readonly needsConsent: boolean
  /** Found when the walk first comes here. */
  held: HeldDerivedRoles | undefined
}

/** What is reported where no policy is in charge. */
export const NO_MATCH = 'NO_MATCH'

/** Looks up the policies of an input. */
export function prepareWalk(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail?: Set<LinkedPolicy>,
): Walk {
  const request = requestNames(table, input, settings)
  const scope = effectiveScope(input.resource.scope, settings.defaultScope)
  const roles = input.principal.roles.map((role) =>
    withParents(table.parentRoles, request.version, scope, role),
  )
  const sides = findSides(table, request, input, settings, roles)
  const validationErrors =
    settings.schemaEnforcement === 'none'
      ? NO_ERRORS
      : findValidationErrors(sides.at(-1)?.steps ?? [], input, table.compat)
  return {
    table,
    request,
    evaluation: startEvaluation(input, settings, now),
    sides,
    allRoles: roles.length === 1 && roles[0] ? roles[0] : roles.flat(),
    validationErrors,
    rejected: validationErrors.length > 0 && settings.schemaEnforcement === 'reject',
    trail,
  }
}

/**
 * The rows of a scope that are for a role and an action: the denials of role policies, then the
 * rules in the order in which they are written.
 */
export function rowsAt(
  walk: Walk,
  step: Step,
  roles: readonly string[],
  action: string,
): readonly Row[] {
  if (step.principal) return principalRows(step.principal, walk.request, action)
  const rows = step.resource ? findRows(step.resource.rows, action, roles) : NO_ROWS
  if (!step.roles) return rows
  const denials = rolePolicyRows(walk, step, step.roles, roles, action)
  return denials.length > 0 ? [...denials, ...rows] : rows
}

function requestNames(
  table: RuleTable,
  { principal, resource }: CheckInput,
  { defaultPolicyVersion }: Settings,
): RequestNames {
  // The table is keyed by sanitised kinds: one that is in it needs no sanitising.
  const { kind } = resource
  return {
    kind: table.resourcePolicies.has(kind) ? kind : sanitiseName(kind),
    writtenKind: kind,
    principalId: principal.id,
    version: resource.policyVersion || defaultPolicyVersion,
    principalVersion: principal.policyVersion || defaultPolicyVersion,
  }
}

function findSides(
  table: RuleTable,
  request: RequestNames,
  { principal, resource }: CheckInput,
  { defaultScope, lenientScopeSearch }: Settings,
  roles: readonly (readonly string[])[],
): readonly Side[] {
  const resourceScope = effectiveScope(resource.scope, defaultScope)
  const principalScope = effectiveScope(principal.scope, defaultScope)
  const resourceChain = scopeChain(resourceScope, table.resourceChains, lenientScopeSearch)
  const principalChain = scopeChain(principalScope, table.principalChains, lenientScopeSearch)

  const steps = resourceSteps(table, request, resourceChain)
  const anyPrincipal = existsPrincipalPolicy(table, request, principalChain)
  const anyResource = existsResourcePolicy(request, steps)
  if (!anyPrincipal && !anyResource) return []

  const resourceSide: Side = {
    kind: 'resource',
    steps,
    key: anyResource ? resourceKey(request, steps) : NO_MATCH,
    roles,
  }
  const ofPrincipal = principalSteps(table, request, principalChain)
  if (ofPrincipal.length === 0) return [resourceSide]
  const principalSide: Side = {
    kind: 'principal',
    steps: ofPrincipal,
    key: anyPrincipal ? principalKey(request, principalChain) : NO_MATCH,
    roles: ANY_ROLE,
  }
  return [principalSide, resourceSide]
}

function resourceSteps(
  table: RuleTable,
  { kind, version }: RequestNames,
  chain: readonly string[],
): readonly Step[] {
  const resources = table.resourcePolicies.get(kind)?.get(version)
  const roles = table.rolePolicies.get(version)
  const steps: Step[] = []
  for (const scope of chain) {
    steps.push({
      scope,
      principal: undefined,
      resource: resources?.get(scope)?.(),
      roles: roles?.get(scope),
      needsConsent: table.consentScopes.has(scope),
      held: undefined,
    })
  }
  return steps
}

/** The scopes in which this very principal has a policy. */
function principalSteps(
  table: RuleTable,
  { principalId, version }: RequestNames,
  chain: readonly string[],
): readonly Step[] {
  const nodes = table.principalPolicies.get(principalId)?.get(version)
  if (!nodes) return NO_STEPS
  const steps: Step[] = []
  for (const scope of chain) {
    const principal = nodes.get(scope)?.()
    if (!principal) continue
    steps.push({
      scope,
      principal,
      resource: undefined,
      roles: undefined,
      needsConsent: table.consentScopes.has(scope),
      held: undefined,
    })
  }
  return steps
}

/** Whether anybody has a principal policy there: Cerbos asks for no more. */
function existsPrincipalPolicy(
  table: RuleTable,
  { principalVersion }: RequestNames,
  chain: readonly string[],
): boolean {
  const scopes = table.principalVersions.get(principalVersion)
  return scopes !== undefined && chain.some((scope) => scopes.has(scope))
}

/** A role policy that names the kind stands in for a resource policy. */
function existsResourcePolicy(request: RequestNames, steps: readonly Step[]): boolean {
  return (
    steps.some((step) => step.resource) ||
    steps.some(({ roles }) => roles && [...roles.values()].some((node) => namesKind(node, request)))
  )
}

function namesKind({ rules }: RoleNode, { kind, writtenKind }: RequestNames): boolean {
  return rules.some((rule) => rule.matchesResource(kind, writtenKind))
}

function resourceKey({ kind, version }: RequestNames, [first]: readonly Step[]): string {
  if (first?.resource) return first.resource.policy.key
  return policyKey({ kind: 'resource', subject: kind, version, scope: first?.scope ?? '' })
}

function principalKey(
  { principalId, principalVersion }: RequestNames,
  [scope = '']: readonly string[],
): string {
  return policyKey({ kind: 'principal', subject: principalId, version: principalVersion, scope })
}

function principalRows(
  { rules }: PrincipalNode,
  { kind, writtenKind }: RequestNames,
  action: string,
): readonly Row[] {
  return rules
    .filter(
      ({ matchesResource, row }) =>
        row.action.matches(action) && matchesResource(kind, writtenKind),
    )
    .map(({ row }) => row)
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
  { table, request }: Walk,
  { resource }: Step,
  policies: ReadonlyMap<string, RoleNode>,
  roles: readonly string[],
  action: string,
): readonly Row[] {
  const nodes = roles.flatMap((role) => policies.get(role) ?? [])
  if (nodes.length === 0) return NO_ROWS
  if (table.compat === 'cerbos') {
    const anyRow = resource !== undefined && hasRowFor(resource.rows, roles)
    if (!anyRow && !nodes.some((node) => namesKind(node, request))) return NO_ROWS
  }
  const { kind, writtenKind } = request
  return nodes.flatMap(({ rules, implicitDeny }) => {
    const listed = rules.filter(
      (rule) => rule.matchesResource(kind, writtenKind) && rule.matchesAction(action),
    )
    return listed.length > 0 ? listed.flatMap(({ row }) => row ?? []) : [implicitDeny]
  })
}

const NO_STEPS: readonly Step[] = []
const NO_ROWS: readonly Row[] = []
const ANY_ROLE: readonly (readonly string[])[] = [[]]
