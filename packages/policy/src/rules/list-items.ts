import { relatedPlace } from '../diagnostics.ts'
import { type LocatedText, reportedAt } from '../place.ts'
import { listConstraints } from './constraints.ts'
import { fieldPath } from './field-path.ts'
import type { ValidationRule } from './rule.ts'

/** The entries of a list differ, and none is empty. */
export const listItems: ValidationRule = (document, report) => {
  for (const { list, pattern } of listConstraints(document)) {
    const seen = new Map<string, LocatedText>()
    for (const item of list.items) {
      const earlier = seen.get(item.value)
      seen.set(item.value, earlier ?? item)
      if (item.value === '' && pattern === undefined) {
        report('empty-item', item.place, { field: fieldPath(item.place) })
      }
      if (earlier !== undefined) {
        const place = reportedAt(item.place, list.place)
        const details = { field: fieldPath(list.place), value: item.value }
        report('duplicate-item', place, details, {
          related: [relatedPlace('first listed here', earlier.place)],
        })
      }
    }
  }
}
