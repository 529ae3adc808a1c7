import type { Timestamp } from '@lockstitch/cel'
import { EngineError } from './errors.ts'
import type { CerbosPlanner } from './plan/cerbos-planner.ts'
import { ConditionMemo } from './plan/condition-memo.ts'
import { debugText } from './plan/debug-text.ts'
import { EvaluationErrors } from './plan/evaluation-errors.ts'
import type { ExactContext } from './plan/exact-condition.ts'
import { exactPlan } from './plan/exact-plan.ts'
import { DENIED } from './plan/filter.ts'
import { mergeFilters } from './plan/merge.ts'
import type { PlanAction, PlanInput, PlanOutput } from './plan/plan-input.ts'
import { type KeptPlan, PlanMemo, planKey } from './plan/plan-memo.ts'
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
  planner?: CerbosPlanner,
): PlanOutput {
  const { plans: memo, exact, cerbos } = memosFor(table, settings)
  const key = planKey(input)
  const known = key === undefined ? undefined : memo.get(key)
  if (known !== undefined) return outputOf(table, input, known)
  const met = { isRepeatable: true }
  const context: ExactContext = {
    input,
    settings,
    now,
    errors: new EvaluationErrors(),
    verdicts: new WeakMap(),
    memo: exact,
    onUnrepeatable() {
      met.isRepeatable = false
    },
  }
  const planAction =
    table.compat === 'cerbos' ? required(planner)({ ...context, memo: cerbos }) : exactly(context)
  const made = madePlan(table, context, planAction)
  if (key !== undefined && met.isRepeatable) memo.set(key, made)
  return outputOf(table, input, made)
}

interface Memos {
  readonly plans: PlanMemo
  readonly exact: ExactContext['memo']
  readonly cerbos: Parameters<CerbosPlanner>[0]['memo']
}

const memos = new WeakMap<RuleTable, WeakMap<Settings, Memos>>()

/** Other policies and other settings have plans of their own. */
function memosFor(table: RuleTable, settings: Settings): Memos {
  const ofTable = memos.get(table) ?? new WeakMap<Settings, Memos>()
  memos.set(table, ofTable)
  const known = ofTable.get(settings)
  if (known !== undefined) return known
  const made: Memos = {
    plans: new PlanMemo(),
    exact: new ConditionMemo(),
    cerbos: new ConditionMemo(),
  }
  ofTable.set(settings, made)
  return made
}

function madePlan(table: RuleTable, context: PlanContext, planAction: PlanAction): KeptPlan {
  const { input, settings, errors } = context
  const route = findPlanRoute(table, input, settings)
  const { validationErrors } = route
  if (validationErrors.length > 0 && settings.schemaEnforcement === 'reject') {
    return {
      filter: DENIED,
      filterDebug: debugText(DENIED),
      matchedScopes: new Map(),
      validationErrors,
      evaluationErrors: [],
    }
  }
  const plans = input.actions.map((action) => planAction(table, route, action))
  const filter = mergeFilters(plans.map((each) => each.filter))
  const isMatched = plans.some((each) => each.isMatched)
  return {
    filter,
    filterDebug: isMatched ? debugText(filter) : NO_MATCH,
    matchedScopes: new Map(
      input.actions.map((action, index) => [action, plans[index]?.matchedScope ?? '']),
    ),
    validationErrors,
    evaluationErrors: errors.list(),
  }
}

type PlanContext = Pick<ExactContext, 'input' | 'settings' | 'errors'>

/** It is as large as the rest of plans, and who decides in a browser hardly wants it. */
function required(planner: CerbosPlanner | undefined): CerbosPlanner {
  if (planner !== undefined) return planner
  throw new EngineError(
    'not-plannable',
    "plans with `compat: 'cerbos'` need `planner: cerbosPlanner` of `@lockstitch/engine/cerbos-planner`",
  )
}

function exactly(context: ExactContext): PlanAction {
  return (table, route, action) => exactPlan(table, route, action, context)
}

function outputOf(
  { generation }: RuleTable,
  { requestId, actions, resource }: PlanInput,
  made: KeptPlan,
): PlanOutput {
  const { kind, policyVersion = '' } = resource
  return {
    ...(requestId !== undefined && { requestId }),
    actions,
    resource: { kind, policyVersion },
    ...made,
    matchedScopes: new Map(made.matchedScopes),
    generation,
  }
}
