import { unanchored } from '../place.ts'
import { fieldPath, missingPlace } from './field-path.ts'
import { reportMissingList } from './required-fields.ts'
import type { ValidationRule } from './rule.ts'
import { conditionsOf, matchesOf } from './walk.ts'

/** A condition says what to match, and a list of conditions is not empty. */
export const conditions: ValidationRule = (document, report) => {
  for (const { place, match, script } of conditionsOf(document)) {
    if (match === undefined && !script) {
      const field = fieldPath(missingPlace(place, 'condition'))
      report('missing-choice', unanchored(place), { field, all: ['match'] })
    }
    for (const part of matchesOf(match)) {
      if (part.kind === 'empty') {
        const field = fieldPath(missingPlace(part.place, 'op'))
        const all = ['all', 'any', 'none', 'expr']
        report('missing-choice', unanchored(part.place), { field, all })
      } else if (part.kind !== 'expr' && part.of.items.length === 0) {
        reportMissingList('of', part.of, report)
      }
    }
  }
}
