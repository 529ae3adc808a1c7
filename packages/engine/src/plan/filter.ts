import { asBool, type PlanOperand } from './operand.ts'

/** Which resources an action is allowed on: all, none, or those that fulfil a condition. */
export type PlanFilter =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'conditional'; readonly condition: PlanOperand }

export const ALLOWED: PlanFilter = { kind: 'allowed' }
export const DENIED: PlanFilter = { kind: 'denied' }

/** The filter that a normalised condition is. */
export function filterOf(condition: PlanOperand): PlanFilter {
  const constant = asBool(condition)
  if (constant === undefined) return { kind: 'conditional', condition }
  return constant ? ALLOWED : DENIED
}
