import type { LinkedPolicy } from '@lockstitch/policy'

import { effectivePolicies } from '../effective-policies.ts'
import { findPaths } from '../route-cache.ts'
import type { Path, Side } from '../routes.ts'
import type { RuleTable } from '../rule-table.ts'
import type { Settings } from '../settings.ts'
import type { PlanInput } from './plan-input.ts'
import { findPlanRoute } from './plan-route.ts'

/** The policies that have rules for a plan, and what these inherit from, as Cerbos's decision log has them. */
export function planTrail(
  table: RuleTable,
  input: PlanInput,
  settings: Settings,
): ReadonlySet<LinkedPolicy> {
  const route = findPlanRoute(table, input, settings)
  const sides: readonly (Side | undefined)[] = [route.principal, route.resource]
  const isRefused = route.validationErrors.length > 0 && settings.schemaEnforcement === 'reject'
  const met = new Set<LinkedPolicy>()
  for (const side of isRefused ? [] : sides) {
    if (side === undefined) continue
    for (const action of input.actions) {
      for (const path of findPaths(table, side, action)) addPolicies(met, path)
    }
  }
  return effectivePolicies(table, met)
}

function addPolicies(met: Set<LinkedPolicy>, path: Path): void {
  for (let stop = path; stop !== undefined; stop = stop.next) {
    for (const { policy } of stop.rows) met.add(policy)
  }
}
