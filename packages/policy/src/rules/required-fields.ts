import type { Report } from '../diagnostics.ts'
import type { LocatedText, Place } from '../place.ts'
import { listConstraints, textConstraints } from './constraints.ts'
import { fieldPath, missingPlace } from './field-path.ts'
import type { ValidationRule } from './rule.ts'

/** Fields that must be given are given, and are not empty. */
export const requiredFields: ValidationRule = (document, report) => {
  for (const { name, value, owner, required } of textConstraints(document)) {
    // Cerbos counts an empty role as given, and as not a name.
    if (document.kind === 'rolePolicy' && name === 'role' && value !== undefined) continue
    if (required && (value === undefined || value.value === '')) {
      reportMissing(name, value, owner, report)
    }
  }
  for (const { name, list, required } of listConstraints(document)) {
    if (required && list.items.length === 0) reportMissingList(name, list, report)
  }
  if (document.kind === 'derivedRoles' && document.definitions.items.length === 0) {
    reportMissingList('definitions', document.definitions, report)
  }
  if (document.kind !== 'principalPolicy') return
  for (const { actions } of document.rules.items) {
    if (actions.items.length === 0) reportMissingList('actions', actions, report)
  }
}

/** Reports a field that is left out or empty. */
export function reportMissing(
  name: string,
  value: LocatedText | undefined,
  owner: Place,
  report: Report,
): void {
  const place = value?.place ?? missingPlace(owner, name)
  report('missing-field', place, { field: fieldPath(place), name, empty: value !== undefined })
}

/** Reports a list that is left out or has no entries. */
export function reportMissingList(
  name: string,
  { present, place }: { readonly present: boolean; readonly place: Place },
  report: Report,
): void {
  const at = present ? place : missingPlace(place, name)
  report('missing-field', at, { field: fieldPath(at), name, empty: present })
}
