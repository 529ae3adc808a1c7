import type { RuleBase } from '../document.ts'
import { readCondition } from './condition.ts'
import type { Fields } from './fields.ts'
import { readOutput } from './output.ts'

/** The fields that a rule of any kind of policy has. */
export function readRule(fields: Fields): RuleBase {
  return {
    place: fields.place,
    name: fields.text('name'),
    condition: fields.message('condition', readCondition),
    output: fields.message('output', readOutput),
  }
}
