import { compareStrings } from '@lockstitch/cel/partial'

import { debugText } from './debug-text.ts'
import { ALLOWED, DENIED, type PlanFilter } from './filter.ts'
import { expressionOperand, type PlanOperand } from './operand.ts'

/** The filter for resources on which all of several actions are allowed, in the order of its text. */
export function mergeFilters(filters: readonly PlanFilter[]): PlanFilter {
  const conditions = new Map<string, PlanOperand>()
  for (const filter of filters) {
    if (filter.kind === 'denied') return DENIED
    if (filter.kind === 'conditional') conditions.set(debugText(filter), filter.condition)
  }
  // Go sorts texts by their UTF-8, which is the order of code points.
  const [only, ...others] = [...conditions.keys()].sort(compareStrings).map((key) => {
    return conditions.get(key) as PlanOperand // The key is one of the map's.
  })
  if (only === undefined) return ALLOWED
  const condition = others.length === 0 ? only : expressionOperand('and', only, ...others)
  return { kind: 'conditional', condition }
}
