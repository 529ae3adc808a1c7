import { isObject, type Json, type JsonObject } from '../json.ts'

/**
 * What the store holds as JSON that can be read back: a time is `{ "$date": "…" }`. An object of the
 * application's own with such a name in it is `{ "$object": [[name, value], …] }`.
 */
export function toPlain(value: unknown): Json {
  if (value instanceof Date) return { $date: value.toISOString() }
  if (Array.isArray(value)) return value.map(toPlain)
  // What is neither an object nor a list is a string, a number, a boolean or null.
  if (!isObject(value)) return value as Json
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => [name, toPlain(one)] as const)
  if (entries.some(([name]) => name.startsWith('$'))) return { $object: entries }
  return fromEntries(entries)
}

/** The other way. */
export function fromPlain(plain: Json): unknown {
  if (Array.isArray(plain)) return plain.map(fromPlain)
  if (!isObject(plain)) return plain
  const { $date, $object } = plain as JsonObject
  if (typeof $date === 'string') return new Date($date)
  const entries = Array.isArray($object)
    ? ($object as readonly (readonly [string, Json])[])
    : Object.entries(plain as JsonObject)
  return fromEntries(entries.map(([name, one]) => [name, fromPlain(one)] as const))
}

/** As `Object.fromEntries`, which makes `__proto__` a name like any other, too. */
function fromEntries<T>(entries: readonly (readonly [string, T])[]): { [name: string]: T } {
  return Object.fromEntries(entries)
}
