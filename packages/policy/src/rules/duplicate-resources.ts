import { duplicateNames } from './duplicates.ts'
import type { ValidationRule } from './rule.ts'

/** A principal policy has one rule for a resource. */
export const duplicateResources: ValidationRule = (document, report) => {
  if (document.kind !== 'principalPolicy') return
  const items = document.rules.items.map(({ resource, place }) => ({ name: resource, place }))
  for (const { place, details, extras } of duplicateNames(items)) {
    report('duplicate-resource', place, details, extras)
  }
}
