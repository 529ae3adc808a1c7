import { CelError, isCelError } from '@lockstitch/cel'

import { holds } from './conditions.ts'
import {
  type EvaluatedVariables,
  type Evaluation,
  NO_DERIVED_ROLES,
  type Runtime,
  useVariables,
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
      const { name, variables: set } = slot.role
      const variables = useVariables(evaluation, set)
      outcome = holdsForList(evaluation, slot, variables)
      if (outcome === true) names = [...names, name]
      if (isCelError(outcome)) failed = [...failed, name]
      if (slot.readsRuntime || readsNulls(evaluation, variables)) outcome = undefined
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

function holdsForList(
  evaluation: Evaluation,
  { role: { condition } }: DerivedRoleSlot,
  variables: EvaluatedVariables,
): boolean | CelError {
  if (!condition) return true
  if (readsNulls(evaluation, variables)) {
    const { values, failed } = variables
    const withNulls = Object.assign(Object.create(null), values)
    for (const name of failed) withNulls[name] = null
    evaluation.activation.variables = evaluation.activation.V = withNulls
    evaluation.current = undefined
  }
  return holds(evaluation, condition)
}

/**
 * As in Cerbos a variable that failed is `null` for the list, while for a rule it is not set: so a
 * role can be in the list without any rule for it applying. Not so in strict evaluation.
 */
function readsNulls({ strict }: Evaluation, { failed }: EvaluatedVariables): boolean {
  return !strict && failed.length > 0
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
