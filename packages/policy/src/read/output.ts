import type { Output } from '../document.ts'
import type { Fields } from './fields.ts'

/** @see https://docs.cerbos.dev/cerbos/latest/policies/outputs */
export function readOutput(fields: Fields): Output {
  const when = fields.message('when', (branches) => ({
    ruleActivated: branches.text('ruleActivated'),
    conditionNotMet: branches.text('conditionNotMet'),
  }))
  return {
    place: fields.place,
    ruleActivated: when?.ruleActivated,
    conditionNotMet: when?.conditionNotMet,
    expr: fields.text('expr'),
  }
}
