import { relatedPlace } from '../diagnostics.ts'
import { citeAnchor, type LocatedText, type Place, reportedAt } from '../place.ts'

/** Something that has a name which its neighbours must not have. */
export interface NamedItem {
  readonly name: LocatedText | undefined
  readonly place: Place
}

/** A name that an earlier neighbour has. Numbers count from 1, over all items. */
export interface DuplicateName {
  readonly details: {
    readonly name: string
    readonly number: number
    readonly earlierNumber: number
    readonly earlierAt: string
  }
  /** The name, with the position that Cerbos reports: that of the item. */
  readonly place: Place
  readonly extras: { readonly related: readonly ReturnType<typeof relatedPlace>[] }
}

/** Every item whose name, not being empty, is that of an earlier one. */
export function duplicateNames(items: readonly NamedItem[]): DuplicateName[] {
  const first = new Map<string, { name: LocatedText; place: Place; number: number }>()
  const duplicates: DuplicateName[] = []
  for (const [index, { name, place }] of items.entries()) {
    if (name === undefined || name.value === '') continue
    const number = index + 1
    const earlier = first.get(name.value)
    if (earlier === undefined) {
      first.set(name.value, { name, place, number })
      continue
    }
    duplicates.push({
      details: {
        name: name.value,
        number,
        earlierNumber: earlier.number,
        earlierAt: citeAnchor(earlier.place),
      },
      place: reportedAt(name.place, place),
      extras: { related: [relatedPlace('first here', earlier.name.place)] },
    })
  }
  return duplicates
}
