import { CelError, isCelError } from '@lockstitch/cel'

import { holds } from './conditions.ts'
import {
  type Evaluation,
  NO_DERIVED_ROLES,
  type Runtime,
  useVariables,
  useVariablesOrNulls,
} from './evaluation.ts'
import type { DerivedRoleSlot } from './rows.ts'
import type { ResourceNode } from './rule-table.ts'

/** Which derived roles of a scope the principal holds. */
export interface HeldDerivedRoles {
  readonly names: readonly string[]
  /** What the rules of the scope read as `runtime`. */
  readonly runtime: Runtime | CelError
  /** By slot; absent where a rule has to evaluate the condition for itself. */
  readonly outcomes: readonly (boolean | CelError | undefined)[]
}

/**
 * Finds the derived roles that a principal holds among those that the rules of a policy name. A
 * parent role matches exactly here, wildcards apart from `*` do not count.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/derived_roles
 */
export function findDerivedRoles(
  evaluation: Evaluation,
  node: ResourceNode | undefined,
  roles: readonly string[],
): HeldDerivedRoles {
  if (!node || node.derivedRoles.length === 0) return NONE
  let names = NO_NAMES
  let failed = NO_NAMES
  const outcomes: (boolean | CelError | undefined)[] = []
  for (const slot of node.derivedRoles) {
    let outcome: boolean | CelError | undefined
    if (isParentOf(slot, roles)) {
      const { name, condition, variables: set } = slot.role
      const { failed: nulls } = useVariablesOrNulls(evaluation, set)
      outcome = condition === undefined || holds(evaluation, condition)
      if (outcome === true) names = [...names, name]
      if (isCelError(outcome)) failed = [...failed, name]
      // A rule reads no nulls, and sees the list; so it has to find out for itself.
      if (slot.readsRuntime || (nulls.length > 0 && !evaluation.strict)) outcome = undefined
    }
    outcomes.push(outcome)
  }
  const held = names.length > 1 ? names.toSorted() : names
  return { names: held, runtime: runtimeOf(held, failed), outcomes }
}

function isParentOf({ anyRole, role }: DerivedRoleSlot, roles: readonly string[]): boolean {
  if (anyRole) return true
  for (const parent of role.parentRoles) if (roles.includes(parent)) return true
  return false
}

/** Whether the condition of a derived role holds for a rule that names it. */
export function holdsForRule(
  evaluation: Evaluation,
  slot: DerivedRoleSlot,
  held: HeldDerivedRoles,
): boolean | CelError {
  const known = held.outcomes[slot.index]
  if (known !== undefined) return known
  const { condition, variables } = slot.role
  if (!condition) return true
  useVariables(evaluation, variables)
  return holds(evaluation, condition)
}

function runtimeOf(names: readonly string[], failed: readonly string[]): Runtime | CelError {
  if (failed.length > 0) {
    const list = failed.toSorted().join(', ')
    return new CelError('function-failed', `failed to compute effective derived roles [${list}]`)
  }
  return names.length > 0 ? { effectiveDerivedRoles: names } : NO_DERIVED_ROLES
}

const NO_NAMES: readonly string[] = []
const NONE: HeldDerivedRoles = { names: [], runtime: NO_DERIVED_ROLES, outcomes: [] }
