import type { Value } from '../values.ts'

/** Reads a property by its name. */
export type FieldRead = (object: FieldsOf, name: string) => Value | undefined

type FieldsOf = Readonly<Record<string, Value | undefined>>

// V8 keeps what it learns about `o[n]` for each place in the source, not for each closure. One
// place for all attribute names learns nothing and searches the object's properties one by one:
// 10 ns for an object of 25. A place that only ever meets one name finds it at once: 6 ns, call
// included. So each name gets a place of its own, as long as there are any.
// biome-ignore format: a table
const PLACES: readonly FieldRead[] = [
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
  (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n], (o, n) => o[n],
]

const taken = new Map<string, FieldRead>()

/**
 * The read for a name in the objects that a path leads to, the same one each time; `undefined`
 * where all places are taken.
 */
export function fieldRead(name: string, path: string): FieldRead | undefined {
  const key = `${path}.${name}`
  const known = taken.get(key)
  if (known !== undefined) return known
  const place = PLACES[taken.size]
  if (place !== undefined) taken.set(key, place)
  return place
}
