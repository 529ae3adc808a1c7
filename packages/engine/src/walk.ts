import type { LinkedPolicy } from '@lockstitch/policy'

import type { HeldDerivedRoles, KnownOutcomes } from './derived-roles.ts'
import { type Evaluation, type Instant, restartEvaluation, startEvaluation } from './evaluation.ts'
import type { CheckInput, Principal, ValidationError } from './request.ts'
import { findPrincipalSide, findRoleRoute, findRoute } from './route-cache.ts'
import {
  existsPrincipalPolicy,
  type PrincipalSide,
  type ResourceRoute,
  type RoleRoute,
} from './routes.ts'
import type { RuleTable } from './rule-table.ts'
import { findValidationErrors, NO_ERRORS } from './schemas.ts'
import { effectiveScope, scopeChain } from './scopes.ts'
import type { Settings } from './settings.ts'

/** One input, ready to be decided: whom to ask, in which order, and the running evaluation. */
export interface Walk {
  readonly table: RuleTable
  readonly evaluation: Evaluation
  /** The policies of the principal, whatever they are about. */
  readonly ofPrincipal: PrincipalPolicies
  /** Those of them that this input can meet, if there are any. They are asked first. */
  readonly principal: PrincipalSide | undefined
  readonly resource: RoleRoute
  /** Whether there is any policy to ask. */
  readonly isServed: boolean
  /** The derived roles held in each scope, found when the walk first comes there. */
  readonly held: (HeldDerivedRoles | undefined)[]
  readonly outcomes: KnownOutcomes
  readonly validationErrors: readonly ValidationError[]
  /** Every action is denied, because the attributes are not what the schemas say. */
  readonly rejected: boolean
  /**
   * Nobody is told which derived roles are held, nor what failed: it is enough to evaluate what the
   * effects and the outputs depend on.
   */
  readonly decidesOnly: boolean
  /** Collects the policies whose rules are looked at, where somebody wants to know. */
  readonly trail: Set<LinkedPolicy> | undefined
}

type PrincipalPolicies = ReturnType<RuleTable['principalPolicies']['get']>

/**
 * Looks up the policies of an input. `before` may be the walk of another input of the same principal
 * in the same call, which is over: what it found out about the principal is not asked again.
 */
export function prepareWalk(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail?: Set<LinkedPolicy>,
  decidesOnly = false,
  before?: Walk,
): Walk {
  const { principal, resource } = input
  const { defaultScope, defaultPolicyVersion, lenientScopeSearch } = settings
  const version = resource.policyVersion || defaultPolicyVersion
  const scope = effectiveScope(resource.scope, defaultScope)
  const route = findRoute(table, resource.kind, version, scope, lenientScopeSearch)
  const forRoles = findRoleRoute(table, route, principal.roles, before?.resource.list)
  const ofPrincipal = before ? before.ofPrincipal : table.principalPolicies.get(principal.id)
  const found = findSide(table, route, principal, ofPrincipal, settings)
  const isServed = found !== NOT_SERVED
  const side = isServed ? found : undefined
  const validationErrors =
    settings.schemaEnforcement === 'none'
      ? NO_ERRORS
      : findValidationErrors(route.steps, input, table.compat)
  // Where conditions read which derived roles are held, it matters when each is evaluated.
  const isBrief = decidesOnly && !forRoles.readsRuntime && side?.readsRuntime !== true
  return {
    table,
    evaluation: before
      ? restartEvaluation(before.evaluation, input)
      : startEvaluation(input, settings, now),
    ofPrincipal,
    principal: side,
    resource: forRoles,
    isServed,
    held: isBrief ? NONE : new Array(forRoles.scopes),
    outcomes: isBrief ? NONE : new Array(forRoles.derivedRoles),
    validationErrors,
    rejected: validationErrors.length > 0 && settings.schemaEnforcement === 'reject',
    decidesOnly: isBrief,
    trail,
  }
}

function findSide(
  table: RuleTable,
  route: ResourceRoute,
  principal: Principal,
  ofPrincipal: PrincipalPolicies,
  settings: Settings,
): PrincipalSide | undefined | typeof NOT_SERVED {
  // The version is the resource's here, as in Cerbos.
  const nodes = ofPrincipal?.get(route.version)
  if (!nodes && route.exists) return undefined
  const scope = effectiveScope(principal.scope, settings.defaultScope)
  const chain = scopeChain(scope, table.principalChains, settings.lenientScopeSearch)
  const version = principal.policyVersion || settings.defaultPolicyVersion
  if (!route.exists && !existsPrincipalPolicy(table, version, chain)) return NOT_SERVED
  return findPrincipalSide(table, route, principal.id, version, chain)
}

/** Of a walk that finds nothing out but decisions. */
const NONE: [] = []

/** There is no policy for the resource, nor any principal policy. */
const NOT_SERVED = Symbol()
