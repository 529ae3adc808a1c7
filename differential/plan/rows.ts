import { EngineError, filterAllows, type PlanFilter } from '@lockstitch/engine'

import { type PlanCase, rowsOf } from './plan-case.ts'

/** Which rows of a case a plan with the quirks of Cerbos keeps; `undefined` where its meaning is lost. */
export function keptRows(each: PlanCase, filter: PlanFilter): readonly (boolean | undefined)[] {
  return rowsOf(each).map((row) => {
    try {
      return filterAllows(filter, row)
    } catch (error) {
      if (error instanceof EngineError && error.code === 'not-plannable') return undefined
      throw error
    }
  })
}
