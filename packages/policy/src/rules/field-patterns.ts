import type { LocatedText } from '../place.ts'
import { listConstraints, type Pattern, textConstraints } from './constraints.ts'
import { fieldPath } from './field-path.ts'
import type { ValidationRule } from './rule.ts'

/** Names, versions and scopes look as they must. */
export const fieldPatterns: ValidationRule = (document, report) => {
  const check = (value: LocatedText, pattern: Pattern): void => {
    if (pattern.regex.test(value.value)) return
    report('invalid-value', value.place, {
      field: fieldPath(value.place),
      value: value.value,
      expected: pattern.words,
      pattern: pattern.source,
    })
  }
  for (const { value, pattern, required } of textConstraints(document)) {
    if (value === undefined || pattern === undefined) continue
    const isMissing = required && value.value === '' && document.kind !== 'rolePolicy'
    if (!isMissing) check(value, pattern)
  }
  for (const { list, pattern } of listConstraints(document)) {
    if (pattern !== undefined) for (const item of list.items) check(item, pattern)
  }
}
