import type { ValidationError } from '../request.ts'
import { findPrincipalSide, findRoleRoute, findRoute } from '../route-cache.ts'
import { existsPrincipalPolicy, type PrincipalSide, type RoleRoute } from '../routes.ts'
import type { RuleTable } from '../rule-table.ts'
import { findValidationErrors, NO_ERRORS } from '../schemas.ts'
import { effectiveScope, scopeChain } from '../scopes.ts'
import type { Settings } from '../settings.ts'
import type { PlanInput } from './plan-input.ts'

/** The policies that a plan is made of. */
export interface PlanRoute {
  /** Whether there is any policy in charge. */
  readonly isAsked: boolean
  readonly resource: RoleRoute
  readonly principal: PrincipalSide | undefined
  readonly validationErrors: readonly ValidationError[]
}

/** Looks up the policies for a plan. */
export function findPlanRoute(table: RuleTable, input: PlanInput, settings: Settings): PlanRoute {
  const { principal, resource } = input
  const { defaultScope, defaultPolicyVersion, lenientScopeSearch } = settings
  const version = resource.policyVersion || defaultPolicyVersion
  const scope = effectiveScope(resource.scope, defaultScope)
  const route = findRoute(table, resource.kind, version, scope, lenientScopeSearch)
  const principalVersion = principal.policyVersion || defaultPolicyVersion
  const principalScope = effectiveScope(principal.scope, defaultScope)
  const chain = scopeChain(principalScope, table.principalChains, lenientScopeSearch)
  // A check asks nobody where neither is there; Cerbos makes a plan of what it finds.
  const isAsked =
    table.compat === 'cerbos' ||
    route.exists ||
    existsPrincipalPolicy(table, principalVersion, chain)
  return {
    isAsked,
    resource: findRoleRoute(table, route, principal.roles),
    principal: findPrincipalSide(table, route, principal.id, principalVersion, chain),
    validationErrors:
      settings.schemaEnforcement === 'none' ? NO_ERRORS : findPlanErrors(table, route.steps, input),
  }
}

/** What is not known of a resource is not missing. */
function findPlanErrors(
  table: RuleTable,
  steps: Parameters<typeof findValidationErrors>[0],
  input: PlanInput,
): readonly ValidationError[] {
  const asked = { ...input, resource: { ...input.resource, id: '' } }
  return findValidationErrors(steps, asked, table.compat).filter(
    ({ source, message }) =>
      source !== 'SOURCE_RESOURCE' || !message.startsWith('missing properties'),
  )
}
