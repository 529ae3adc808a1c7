import { type LinkedPolicy, policyKey } from '@lockstitch/policy'

import type { HeldDerivedRoles, KnownOutcomes } from './derived-roles.ts'
import { type Evaluation, type Instant, startEvaluation } from './evaluation.ts'
import type { CheckInput, Principal, ValidationError } from './request.ts'
import { findPaths, findRoleRoute, findRoute } from './route-cache.ts'
import {
  createStep,
  NO_MATCH,
  type Path,
  type ResourceRoute,
  type RoleRoute,
  type RouteNames,
  type Step,
  type Stop,
} from './routes.ts'
import type { RowTest } from './row-tests.ts'
import type { Row } from './rows.ts'
import type { RuleTable } from './rule-table.ts'
import { findValidationErrors, NO_ERRORS } from './schemas.ts'
import { effectiveScope, scopeChain } from './scopes.ts'
import type { Settings } from './settings.ts'

/** One input, ready to be decided: whom to ask, in which order, and the running evaluation. */
export interface Walk {
  readonly table: RuleTable
  readonly evaluation: Evaluation
  /** Principal policies first, as far as there are any that this input can meet. */
  readonly sides: readonly Side[]
  readonly resource: RoleRoute
  /** The derived roles held in each scope, found when the walk first comes there. */
  readonly held: (HeldDerivedRoles | undefined)[]
  readonly outcomes: KnownOutcomes
  readonly validationErrors: readonly ValidationError[]
  /** Every action is denied, because the attributes are not what the schemas say. */
  readonly rejected: boolean
  /** Collects the policies whose rules are looked at, where somebody wants to know. */
  readonly trail: Set<LinkedPolicy> | undefined
}

/** The principal policies or the resource policies that an input meets. */
export type Side = RoleRoute | PrincipalSide

interface PrincipalSide {
  readonly kind: 'principal'
  readonly names: RouteNames
  readonly steps: readonly Step[]
  /** What is reported as the matched policy, as in a `ResourceRoute`. */
  readonly key: string
}

/** Looks up the policies of an input. */
export function prepareWalk(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail?: Set<LinkedPolicy>,
): Walk {
  const { principal, resource } = input
  const { defaultScope, defaultPolicyVersion, lenientScopeSearch } = settings
  const version = resource.policyVersion || defaultPolicyVersion
  const scope = effectiveScope(resource.scope, defaultScope)
  const route = findRoute(table, resource.kind, version, scope, lenientScopeSearch)
  const forRoles = findRoleRoute(table, route, principal.roles)
  const sides = findSides(table, route, forRoles, principal, settings)
  const validationErrors =
    settings.schemaEnforcement === 'none' || sides.length === 0
      ? NO_ERRORS
      : findValidationErrors(route.steps, input, table.compat)
  return {
    table,
    evaluation: startEvaluation(input, settings, now),
    sides,
    resource: forRoles,
    held: new Array(route.steps.length),
    outcomes: new Array(forRoles.derivedRoles),
    validationErrors,
    rejected: validationErrors.length > 0 && settings.schemaEnforcement === 'reject',
    trail,
  }
}

/** The rules of a side for an action: a path for each role. */
export function pathsOf({ table, resource }: Walk, side: Side, action: string): readonly Path[] {
  if (side.kind === 'resource') return findPaths(table, resource, action)
  // Principal policies do not look at roles.
  return [side.steps.map((step) => principalStop(step, side.names, action))]
}

function findSides(
  table: RuleTable,
  route: ResourceRoute,
  resource: RoleRoute,
  principal: Principal,
  settings: Settings,
): readonly Side[] {
  // The version is the resource's here, as in Cerbos.
  const nodes = table.principalPolicies.get(principal.id)?.get(route.names.version)
  if (!nodes && route.exists) return resource.alone
  const scope = effectiveScope(principal.scope, settings.defaultScope)
  const chain = scopeChain(scope, table.principalChains, settings.lenientScopeSearch)
  const version = principal.policyVersion || settings.defaultPolicyVersion
  const exists = existsPrincipalPolicy(table, version, chain)
  if (!exists && !route.exists) return NO_SIDES

  const [first = ''] = chain
  const subject = { kind: 'principal', subject: principal.id, version, scope: first } as const
  const key = exists ? policyKey(subject) : NO_MATCH
  const steps: Step[] = []
  for (const inScope of chain) {
    const node = nodes?.get(inScope)?.()
    if (!node) continue
    const parts = { index: steps.length, scope: inScope, resource: undefined, roles: undefined }
    steps.push(createStep(table, key, { ...parts, principal: node }))
  }
  if (steps.length === 0) return resource.alone
  return [{ kind: 'principal', names: route.names, steps, key }, resource]
}

/** Whether anybody has a principal policy there: Cerbos asks for no more. */
function existsPrincipalPolicy(
  table: RuleTable,
  version: string,
  chain: readonly string[],
): boolean {
  const scopes = table.principalVersions.get(version)
  return scopes !== undefined && chain.some((scope) => scopes.has(scope))
}

function principalStop(step: Step, { kind, writtenKind }: RouteNames, action: string): Stop {
  const rows: Row[] = []
  const tests: RowTest[] = []
  for (const { matchesResource, row, test } of step.principal?.rules ?? []) {
    if (!row.action.matches(action) || !matchesResource(kind, writtenKind)) continue
    rows.push(row)
    tests.push(test)
  }
  return { step, index: step.index, rows, tests, variables: undefined }
}

const NO_SIDES: readonly Side[] = []
