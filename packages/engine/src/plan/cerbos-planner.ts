import { type ConditionContext, qualifiedValues } from './cerbos-condition.ts'
import { cerbosPlan } from './cerbos-plan.ts'
import type { PlanAction } from './plan-input.ts'

/** Plans actions as Cerbos plans them. */
export type CerbosPlanner = (context: Omit<ConditionContext, 'qualified'>) => PlanAction

/** The planner of engines with `compat: 'cerbos'`. */
export const cerbosPlanner: CerbosPlanner = (context) => {
  const withValues = { ...context, qualified: qualifiedValues(context.input) }
  return (table, route, action) => cerbosPlan(table, route, action, withValues)
}
