import { type ConditionContext, qualifiedValues } from './cerbos-condition.ts'
import { cerbosPlan } from './cerbos-plan.ts'
import type { PlanAction } from './plan-input.ts'

/** Plans actions as Cerbos plans them. */
export type CerbosPlanner = (
  context: Omit<ConditionContext, 'qualified' | 'residuals'>,
) => PlanAction

/** The planner of engines with `compat: 'cerbos'`. */
export const cerbosPlanner: CerbosPlanner = (context) => {
  const qualified = qualifiedValues(context.input)
  const ofPlan = { ...context, qualified, residuals: new Map() }
  return (table, route, action) => cerbosPlan(table, route, action, ofPlan)
}
