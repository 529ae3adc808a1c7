import type { ValidationRule } from './rule.ts'
import { conditionsOf } from './walk.ts'

/** Scripts are what Cerbos had before it had CEL. */
export const scripts: ValidationRule = (document, report) => {
  for (const { place, script } of conditionsOf(document)) {
    if (script) report('script-condition', place, undefined)
  }
}
