import { andThen, CelError, convertAll } from './errors.ts'
import { NO_VALUE } from './functions/optionals.ts'
import { formatDuration, formatTimestamp } from './functions/time-values.ts'
import { isMap, mapKeys, valueAt } from './maps.ts'
import { Duration, kindOf, Opaque, Optional, Timestamp, Uint, type Value } from './values.ts'

/** A JSON document. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

const MAX_SAFE = 2n ** 53n - 1n

/**
 * Converts a value to JSON as protobuf does: ints beyond 2^53 become strings, bytes base64, times
 * RFC 3339, durations seconds. A number that JSON lacks, a map with keys that are no strings and a
 * library's own value are errors.
 */
export function toJson(value: Value): JsonValue | CelError {
  return convert(value, { left: MAX_VALUES, depth: 0 })
}

/** The same as a value, in which any number has a place. */
export function toJsonValue(value: Value): JsonValue | CelError {
  return convert(value, { left: MAX_VALUES, depth: 0, takesAll: true })
}

// Parts of a value may be shared, so that it is longer as JSON than it is in memory.
const MAX_VALUES = 1_000_000
const MAX_DEPTH = 1_000
const TOO_LONG = new CelError('limit-exceeded', 'the value is too large to be written as JSON')

interface Budget {
  left: number
  depth: number
  readonly takesAll?: true
}

function convert(value: Value, budget: Budget): JsonValue | CelError {
  budget.left -= 1
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') {
    return budget.takesAll || Number.isFinite(value) ? value : notJson(String(value))
  }
  if (typeof value === 'bigint') return intToJson(value)
  if (value instanceof Uint) return intToJson(value.value)
  if (value instanceof Uint8Array) return toBase64(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof Optional)
    return value.value === undefined ? NO_VALUE : convert(value.value, budget)
  if (budget.left < 0 || budget.depth > MAX_DEPTH) return TOO_LONG
  budget.depth += 1
  const json = collectionToJson(value, budget)
  budget.depth -= 1
  return json
}

function collectionToJson(value: Value, budget: Budget): JsonValue | CelError {
  if (Array.isArray(value)) return listToJson(value, budget)
  if (isMap(value)) return mapToJson(value, budget)
  return notJson(`a value of type ${kindOf(value) ?? 'unknown'}`)
}

function notJson(what: string): CelError {
  return new CelError('not-json', `${what} cannot be written as JSON`)
}

function intToJson(value: bigint): JsonValue {
  return value <= MAX_SAFE && value >= -MAX_SAFE ? Number(value) : String(value)
}

function listToJson(list: readonly Value[], budget: Budget): JsonValue | CelError {
  return convertAll(list, (element) => convert(element, budget))
}

function mapToJson(map: Parameters<typeof mapKeys>[0], budget: Budget): JsonValue | CelError {
  const entries = convertAll(mapKeys(map), (key) => {
    const name = textOf(key)
    if (name !== undefined) {
      return andThen(convert(valueAt(map, key), budget), (json) => [name, json] as const)
    }
    return new CelError('not-json', `unsupported type conversion from '${kindOf(key)}' to string`)
  })
  // Defines `__proto__` as a property like any other, which assigning would not.
  return andThen(entries, (all) => Object.fromEntries(all))
}

/** What a value is where a text is asked for; `undefined` where it is no text. */
function textOf(value: Value | undefined): string | undefined {
  if (value instanceof Optional) return textOf(value.value)
  if (value instanceof Opaque) return value.text()
  return typeof value === 'string' ? value : undefined
}

/** Base64 with padding; written out because `Buffer` is Node's alone. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
