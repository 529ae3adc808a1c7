import { equals } from '../equality.ts'
import { CelError, invalidArgument } from '../errors.ts'
import { isKey, isMap, type MapValue, mapGet, mapSize } from '../maps.ts'
import { BOOL, BYTES, INT, listType, mapType, STRING, typeParam } from '../types.ts'
import { type Int, kindOf, Uint, type Value } from '../values.ts'
import { countComparisons } from '../work.ts'
import { formatDouble } from './numbers.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload } from './overload.ts'

const A = typeParam('A')
const B = typeParam('B')
const LIST = listType(A)
const MAP = mapType(A, B)

/** `size`, `in` and `[]`. */
// biome-ignore format: a table
export const COLLECTIONS: readonly Overload[] = [
  ...globals('size', [
    ['size_bytes', [BYTES], INT, (a: Uint8Array) => a.length],
    ['size_list', [LIST], INT, (a: readonly Value[]) => a.length],
    ['size_map', [MAP], INT, mapSize],
    ['size_string', [STRING], INT, codePointCount],
  ]),
  ...methods('size', [
    ['bytes_size', [BYTES], INT, (a: Uint8Array) => a.length],
    ['list_size', [LIST], INT, (a: readonly Value[]) => a.length],
    ['map_size', [MAP], INT, mapSize],
    ['string_size', [STRING], INT, codePointCount],
  ]),
  ...globals('@in', [
    ['in_list', [A, LIST], BOOL, inList],
    ['in_map', [A, MAP], BOOL, (key: Value, map: MapValue) => hasKey(map, key)],
  ]),
  ...globals('_[_]', [
    ['index_list', [LIST, INT], A, listElement],
    ['index_map', [MAP, A], B, mapElement],
  ]),
]

/** The number of code points. */
export function codePointCount(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd800 || unit > 0xdbff) continue
    const next = text.charCodeAt(i + 1)
    if (next >= 0xdc00 && next <= 0xdfff) count -= 1
  }
  return count
}

/** Whether a list has an element that is equal to the value. */
export function inList(value: Value, list: readonly Value[]): boolean {
  if (typeof value === 'string') return hasString(list, value)
  if (list.length > SHORT_LIST) countComparisons(list.length)
  for (let i = 0; i < list.length; i += 1) if (equals(value, list[i] as Value)) return true
  return false
}

/** Whether a string is in a list. In short lists a loop takes a third of what `includes` takes. */
function hasString(list: readonly Value[], text: string): boolean {
  if (list.length > SHORT_LIST) {
    countComparisons(list.length)
    return list.includes(text)
  }
  for (let i = 0; i < list.length; i += 1) if (list[i] === text) return true
  return false
}

const SHORT_LIST = 16

/** The element of a list; a whole double or a uint is as good an index as an int. */
export function listElement(list: readonly Value[], index: Value | Int): Value | CelError {
  const position = positionOf(index)
  if (position instanceof CelError) return position
  const element = position >= 0 && position < list.length ? list[position] : undefined
  return element ?? (element === null ? null : outOfBounds(position))
}

function positionOf(index: Value): number | CelError {
  if (typeof index === 'bigint') return Number(index)
  if (index instanceof Uint) return Number(index.value)
  if (typeof index === 'number' && Number.isInteger(index) && Math.abs(index) < 2 ** 63)
    return index
  const problem =
    typeof index === 'number'
      ? `unsupported index value ${formatDouble(index)} in list`
      : `unsupported index type '${kindOf(index) ?? 'unknown'}' in list`
  return invalidArgument(problem)
}

function outOfBounds(position: number): CelError {
  return new CelError('index-out-of-bounds', `index out of bounds: ${position}`)
}

/** Whether a map has a key; an error where none can be like it. cel-go finds no list and no map. */
export function hasKey(map: MapValue, key: Value): boolean | CelError {
  if (map instanceof Map && map.size > 0 && !isKey(key)) return NO_SUCH_OVERLOAD
  return mapGet(map, key) !== undefined && !Array.isArray(key) && !isMap(key)
}

/** The value of a key of a map. */
export function mapElement(map: MapValue, key: Value): Value | CelError {
  const value = mapGet(map, key)
  return value !== undefined && isIndex(key) ? value : noSuchKey(key)
}

/** Whether a map is asked for such a key: it may have any in cel-go, but an index finds only some. */
export function isIndex(key: Value): boolean {
  return typeof key !== 'object' || key instanceof Uint
}

/** The error of a key that is not there. */
export function noSuchKey(key: Value): CelError {
  return new CelError('no-such-key', `no such key: ${keyText(key)}`)
}

/** A key as messages show it. */
export function keyText(key: Value): string {
  if (typeof key === 'number') return formatDouble(key)
  if (key instanceof Uint) return String(key.value)
  return typeof key === 'object' ? (kindOf(key) ?? 'unknown') : String(key)
}
