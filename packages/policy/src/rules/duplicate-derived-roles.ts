import { duplicateNames } from './duplicates.ts'
import type { ValidationRule } from './rule.ts'

/** A set of derived roles defines each name once. */
export const duplicateDerivedRoles: ValidationRule = (document, report) => {
  if (document.kind !== 'derivedRoles') return
  for (const { place, details, extras } of duplicateNames(document.definitions.items)) {
    report('duplicate-derived-role', place, details, extras)
  }
}
