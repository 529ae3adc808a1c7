import type { ValidationRule } from './rule.ts'
import { outputsOf } from './walk.ts'

/** An output has at least one expression. */
export const outputs: ValidationRule = (document, report) => {
  for (const { place, ruleActivated, conditionNotMet, expr } of outputsOf(document)) {
    const expressions = [ruleActivated, conditionNotMet, expr]
    if (expressions.every((text) => text === undefined || text.value === '')) {
      report('empty-output', place, undefined)
    }
  }
}
