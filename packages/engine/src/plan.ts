import type { Timestamp } from '@lockstitch/cel'
import { EngineError } from './errors.ts'
import { qualifiedValues } from './plan/cerbos-condition.ts'
import { cerbosPlan } from './plan/cerbos-plan.ts'
import { debugText } from './plan/debug-text.ts'
import { EvaluationErrors } from './plan/evaluation-errors.ts'
import { DENIED } from './plan/filter.ts'
import { mergeFilters } from './plan/merge.ts'
import type { PlanInput, PlanOutput } from './plan/plan-input.ts'
import { findPlanRoute } from './plan/plan-route.ts'
import { NO_MATCH } from './routes.ts'
import type { RuleTable } from './rule-table.ts'
import type { Settings } from './settings.ts'

/**
 * Finds which resources of a kind a principal may do something to: the rules that a decision would
 * look at, evaluated as far as they can be without the resource.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/recipes/index.html#_query_plan
 */
export function plan(
  table: RuleTable,
  input: PlanInput,
  settings: Settings,
  now: Timestamp,
): PlanOutput {
  if (table.compat !== 'cerbos') {
    throw new EngineError('not-plannable', "so far plans are made with `compat: 'cerbos'` only")
  }
  const route = findPlanRoute(table, input, settings)
  const errors = new EvaluationErrors()
  const { validationErrors } = route
  if (validationErrors.length > 0 && settings.schemaEnforcement === 'reject') {
    return {
      ...outputOf(table, input),
      filter: DENIED,
      filterDebug: debugText(DENIED),
      validationErrors,
    }
  }
  const context = { input, settings, now, errors, qualified: qualifiedValues(input) }
  const plans = input.actions.map((action) => cerbosPlan(table, route, action, context))
  const filter = mergeFilters(plans.map((each) => each.filter))
  const isMatched = plans.some((each) => each.isMatched)
  return {
    ...outputOf(table, input),
    filter,
    filterDebug: isMatched ? debugText(filter) : NO_MATCH,
    matchedScopes: new Map(
      input.actions.map((action, index) => [action, plans[index]?.matchedScope ?? '']),
    ),
    validationErrors,
    evaluationErrors: errors.list(),
  }
}

function outputOf(
  { generation }: RuleTable,
  { requestId, actions, resource }: PlanInput,
): Omit<PlanOutput, 'filter' | 'filterDebug'> {
  const { kind, policyVersion = '' } = resource
  return {
    ...(requestId !== undefined && { requestId }),
    actions,
    resource: { kind, policyVersion },
    matchedScopes: new Map(),
    validationErrors: [],
    evaluationErrors: [],
    generation,
  }
}
