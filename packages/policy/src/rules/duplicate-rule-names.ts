import { duplicateNames } from './duplicates.ts'
import type { ValidationRule } from './rule.ts'

/** Rules of a resource policy, and actions under one resource of a principal policy, have names of their own. */
export const duplicateRuleNames: ValidationRule = (document, report) => {
  if (document.kind === 'resourcePolicy') {
    for (const { place, details, extras } of duplicateNames(document.rules.items)) {
      report('duplicate-rule-name', place, details, extras)
    }
  }
  if (document.kind !== 'principalPolicy') return
  for (const { resource, actions } of document.rules.items) {
    for (const { place, details, extras } of duplicateNames(actions.items)) {
      const withResource = { ...details, resource: resource?.value ?? '' }
      report('duplicate-rule-name', place, withResource, extras)
    }
  }
}
