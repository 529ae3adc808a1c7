/**
 * The stages behind an `Engine`, for tools that decide by one rule table under changing settings and
 * clocks. Inputs are taken as they are: nothing validates them.
 */
export { check } from './check.ts'
export type { Compat } from './compat.ts'
export { compileFiles } from './compile-files.ts'
export { isTrue } from './conditions.ts'
export { recordedParty } from './decision-record.ts'
export type { Instant } from './evaluation.ts'
export { explain } from './explain.ts'
export { partsMet, partsMissing } from './explain-condition.ts'
export { debugText } from './plan/debug-text.ts'
export { filterOf } from './plan/filter.ts'
export { normalise } from './plan/normalise.ts'
export { type WireFilter, type WireOperand, wireFilter } from './plan/wire.ts'
export { plan } from './plan.ts'
export { asLoadError } from './policy-load-error.ts'
export { buildRuleTable, type RuleTable } from './rule-table.ts'
export { DEFAULT_SETTINGS, type Settings, settingsFrom } from './settings.ts'
