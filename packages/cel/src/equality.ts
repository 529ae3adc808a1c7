import type { CelError } from './errors.ts'
import { isMap, type MapValue, mapGet, mapKeys, mapSize } from './maps.ts'
import {
  Duration,
  kindOf,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'
import { countComparisons } from './work.ts'

/**
 * CEL's `==`: numbers by value across their types, everything else by type and value; values of
 * different types are unequal. @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#equality
 */
export function equals(a: Value, b: Value): boolean {
  if (typeof a === 'string' || typeof a === 'boolean' || a === null) return a === b
  if (typeof a === 'number' && typeof b === 'number') return a === b
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (a instanceof Timestamp) return b instanceof Timestamp && compareTimestamps(a, b) === 0
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds
  if (a instanceof TypeValue) return b instanceof TypeValue && a.typeName === b.typeName
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b)
  if (a instanceof Opaque) return a.equals(b) === true
  return isMap(a) && isMap(b) && equalMaps(a, b)
}

/**
 * The operator `==`, whose operands a library's type may refuse to compare. Within lists and maps,
 * where {@link equals} looks, what cannot be compared is unequal.
 */
export function equalOrError(a: Value, b: Value): boolean | CelError {
  if (a instanceof Opaque) return a.equals(b)
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value !== undefined && b.value !== undefined) return equalOrError(a.value, b.value)
  }
  return equals(a, b)
}

const UNORDERED: ReadonlySet<string | undefined> = new Set([
  'null',
  'list',
  'map',
  'optional',
  'type',
])

/**
 * How two values are ordered: negative, zero or positive, NaN where a NaN is involved (with a value
 * of any type, as in cel-go), and
 * `undefined` where their types have no order.
 */
export function compare(a: Value, b: Value): number | undefined {
  if (Number.isNaN(a)) return a as number
  // What has no order at all has none before NaN either, but only on the left.
  if (Number.isNaN(b)) return UNORDERED.has(kindOf(a)) ? undefined : (b as number)
  if (isNumeric(a)) return isNumeric(b) ? compareNumbers(a, b) : undefined
  if (typeof a === 'string') return typeof b === 'string' ? compareStrings(a, b) : undefined
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined
  if (a instanceof Timestamp) return b instanceof Timestamp ? compareTimestamps(a, b) : undefined
  if (a instanceof Duration)
    return b instanceof Duration ? order(a.nanoseconds, b.nanoseconds) : undefined
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : undefined
  if (a instanceof Opaque) return a.compare(b)
  return undefined
}

/** Orders strings by code point; JS alone would order them by UTF-16 unit. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return codePointOrder(left) - codePointOrder(right)
  }
  return a.length - b.length
}

/** Moves the surrogates, which stand for the code points from U+10000 on, behind U+FFFF. */
function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

type Numeric = number | bigint | Uint

function isNumeric(value: Value): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint
}

function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'number') return compareDouble(a, b)
  if (typeof b === 'number') return -compareDouble(b, a)
  return order(a instanceof Uint ? a.value : a, b instanceof Uint ? b.value : b)
}

/** NaN where there is no order. */
function order(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
}

/** cel-go compares a double with an integer as doubles, where the integer may lose digits. */
function compareDouble(a: number, b: Numeric): number {
  return order(a, Number(b instanceof Uint ? b.value : b))
}

function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false
  countComparisons(a.length)
  return a.every((element, i) => equals(element, b[i] as Value))
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  const size = mapSize(a)
  if (size !== mapSize(b)) return false
  countComparisons(4 * size)
  return mapKeys(a).every((key) => {
    const left = mapGet(a, key)
    const right = mapGet(b, key)
    return left !== undefined && right !== undefined && equals(left, right)
  })
}

function equalOptionals(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equals(a.value, b.value)
}
