import type { EffectName, PolicyDocument } from '../document.ts'
import type { Located, Place } from '../place.ts'
import { fieldPath, missingPlace } from './field-path.ts'
import type { ValidationRule } from './rule.ts'

/** A rule allows or denies. */
export const effects: ValidationRule = (document, report) => {
  for (const { effect, place } of rulesWithEffect(document)) {
    if (effect === undefined || effect.value === 'EFFECT_UNSPECIFIED') {
      const at = effect?.place ?? missingPlace(place, 'effect')
      report('missing-field', at, { field: fieldPath(at), name: 'effect', empty: false })
    } else if (effect.value === 'EFFECT_NO_MATCH') {
      report('invalid-effect', effect.place, { field: fieldPath(effect.place) })
    }
  }
}

function rulesWithEffect(
  document: PolicyDocument,
): readonly { readonly effect: Located<EffectName> | undefined; readonly place: Place }[] {
  if (document.kind === 'resourcePolicy') return document.rules.items
  if (document.kind !== 'principalPolicy') return []
  return document.rules.items.flatMap((rule) => rule.actions.items)
}
