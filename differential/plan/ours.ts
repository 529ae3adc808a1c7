import {
  type CheckInput,
  type Engine,
  EngineError,
  filterAllows,
  type PlanFilter,
  type PlanOutput,
} from '@lockstitch/engine'
import type { LinkedPolicySet } from '@lockstitch/policy'

import { compile, engineFor, type Parts } from '../check/ours.ts'
import { answerOf, type PlanAnswer, type Tried, wireOf } from './answer.ts'
import { type PlanCase, planInput, rowsOf } from './plan-case.ts'
import type { PlanPlant } from './plants.ts'
import { keptRows } from './rows.ts'

/** Plans with the quirks of Cerbos, and tries a plan without them on resources. */
export function planBy(plant: PlanPlant | undefined): (each: PlanCase) => PlanAnswer {
  const now = Date.now()
  const engines = new WeakMap<LinkedPolicySet, Map<string, Engine>>()
  return (each) => {
    const compiled = compile(each.policies)
    if ('reason' in compiled) return { kind: 'refused', reason: compiled.reason }
    const { settings, input } = each
    const honest: Parts = { ...compiled, settings, input, compat: 'cerbos' }
    const parts = plant?.parts?.(honest) ?? honest
    const engine = engineFor(engines, parts, now)
    const asked = { ...each, input: parts.input }
    const tried = triedRows(engineFor(engines, exactParts(parts), now), each, plant)
    try {
      const output = engine.plan(planInput(asked))
      const kept = keptRows(each, plant?.cerbosFilter?.(output.filter) ?? output.filter)
      return { ...answerOfOutput(plant?.output?.(output) ?? output), ...tried, kept }
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'not-plannable')) throw error
      return { kind: 'refused', reason: error.message, ...tried }
    }
  }
}

function answerOfOutput(output: PlanOutput): ReturnType<typeof answerOf> {
  const { filter, filterDebug, matchedScopes, validationErrors, evaluationErrors } = output
  return answerOf({
    filter: wireOf(filter),
    isMatched: filterDebug !== 'NO_MATCH',
    scopes: Object.fromEntries(matchedScopes),
    validationErrors,
    errors: evaluationErrors,
  })
}

/** The rows that a plan of our own keeps, and those that a check denies of them, or the other way round. */
function triedRows(engine: Engine, each: PlanCase, plant: PlanPlant | undefined): Tried {
  const { actions } = each.input
  const asked = planInput(each)
  const filter = filterOf(engine, asked)
  if (filter === undefined) return { ownRows: 'refused' }
  const tried = plant?.ownFilter?.(filter) ?? filter
  const ownRows: boolean[] = []
  for (const row of rowsOf(each)) {
    const input: CheckInput = { ...each.input, resource: row }
    const decided = engine.check(input).actions
    const isAllowed = actions.every((action) => decided.get(action)?.effect === 'EFFECT_ALLOW')
    const isKept = filterAllows(tried, row)
    ownRows.push(isKept)
    if (isKept !== isAllowed) {
      const said = isKept ? 'kept, but denied' : 'allowed, but not kept'
      return { ownRows, rows: `${said}: ${JSON.stringify(row)} by ${JSON.stringify(filter)}` }
    }
  }
  return { ownRows }
}

/** What no plan can say is refused, and nothing is kept by it. */
function filterOf(engine: Engine, asked: Parameters<Engine['plan']>[0]): PlanFilter | undefined {
  try {
    return engine.plan(asked).filter
  } catch (error) {
    if (error instanceof EngineError && error.code === 'not-plannable') return undefined
    throw error
  }
}

/** Our own planner. Schemas reject what a plan does not know, so that they are not asked about rows. */
function exactParts(parts: Parts): Parts {
  return { ...parts, compat: undefined, settings: { ...parts.settings, schemaEnforcement: 'none' } }
}
