import {
  type Fields,
  fieldPath,
  type LocatedList,
  type LocatedText,
  type NamedEntry,
  type Place,
  type Report,
  reportMissing,
  reportMissingList,
} from '@lockstitch/policy/reading'

/**
 * The demands that Cerbos's schema makes on the fields of a test suite. They are checked once a
 * file has been read, and told all at once.
 */
export interface Constraints {
  /** A text that must be there and not be empty. */
  requiredText(fields: Fields, name: string): string
  /** A list that must have an entry. */
  requiredList<T>(fields: Fields, name: string, list: LocatedList<T>): readonly T[]
  /** A list of names that must differ and not be empty. */
  names(fields: Fields, name: string): readonly string[]
  /** The same, and it must have an entry. */
  requiredNames(fields: Fields, name: string): readonly string[]
  pattern(text: LocatedText | undefined, pattern: TextPattern): string | undefined
  /** The names of a map, which must not be empty. */
  keys(fields: Fields, name: string, entries: readonly NamedEntry<{ place: Place }>[]): void
  readonly report: Report
}

/** What a text looks like, and how Cerbos writes that down. */
export interface TextPattern {
  readonly regex: RegExp
  readonly source: string
  readonly words: string
}

/** Constraints that tell a report what breaks them. */
export function constraints(report: Report): Constraints {
  const names = (fields: Fields, name: string): LocatedList<LocatedText> => {
    const list = fields.texts(name)
    checkNames(list, report)
    return list
  }
  return {
    report,
    requiredText(fields, name) {
      const text = fields.text(name)
      if (text === undefined || text.value === '') reportMissing(name, text, fields.place, report)
      return text?.value ?? ''
    },
    requiredList(_fields, name, list) {
      if (list.items.length === 0) reportMissingList(name, list, report)
      return list.items
    },
    names: (fields, name) => names(fields, name).items.map(({ value }) => value),
    requiredNames(fields, name) {
      const list = names(fields, name)
      if (list.items.length === 0) reportMissingList(name, list, report)
      return list.items.map(({ value }) => value)
    },
    pattern(text, { regex, source, words }) {
      if (text === undefined) return undefined
      if (!regex.test(text.value)) {
        const details = { value: text.value, expected: words, pattern: source }
        report('invalid-value', text.place, { field: fieldPath(text.place), ...details })
      }
      return text.value
    },
    keys(fields, name, entries) {
      for (const { name: key, value } of entries) {
        if (key !== '') continue
        const field = `${fieldPath(fields.place)}.${name}[""]`.replace(/^\./, '')
        report('empty-item', value.place, { field })
      }
    },
  }
}

function checkNames(list: LocatedList<LocatedText>, report: Report): void {
  const values = list.items.map(({ value }) => value)
  const repeated = values.find((value, index) => values.indexOf(value) !== index)
  if (repeated !== undefined) {
    report('duplicate-item', list.place, { field: fieldPath(list.place), value: repeated })
  }
  for (const { value, place } of list.items) {
    if (value === '') report('empty-item', place, { field: fieldPath(place) })
  }
}
