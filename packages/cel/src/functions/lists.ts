import { compare } from '../equality.ts'
import { CelError, invalidArgument } from '../errors.ts'
import { CelMap, isMap, type MapValue, mapGet, mapKeys, valueAt } from '../maps.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.ts'
import { type Int, kindOf, type Value } from '../values.ts'
import { inList, keyText } from './collections.ts'
import { MAX_LENGTH, TOO_LONG } from './limits.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload } from './overload.ts'

type List = readonly Value[]

const T = typeParam('T')
const LIST = listType(T)
const MAP = mapType(typeParam('K'), typeParam('V'))
const MAX_RANGE = 1_000_000

// biome-ignore format: a table
const SORTED_TYPES: readonly (readonly [name: string, type: CelType])[] = [
  ['int', INT], ['uint', UINT], ['double', DOUBLE], ['bool', BOOL],
  ['duration', DURATION], ['timestamp', TIMESTAMP], ['string', STRING], ['bytes', BYTES],
]

/** Lists, lists as sets, and what the macros over lists and maps expand to. */
// biome-ignore format: a table
export const LISTS: readonly Overload[] = [
  ...globals('lists.range', [['lists_range', [INT], listType(INT), range]]),
  ...methods('slice', [['list_slice', [LIST, INT, INT], LIST, slice]]),
  ...methods('flatten', [
    ['list_flatten', [listType(LIST)], LIST, (list: List) => flatten(list, 1)],
    ['list_flatten_int', [listType(DYN), INT], listType(DYN), flattenTo],
  ]),
  ...methods('distinct', [['list_distinct', [LIST], LIST, distinct]]),
  ...methods('reverse', [['list_reverse', [LIST], LIST, (list: List) => [...list].reverse()]]),
  ...methods('sort', SORTED_TYPES.map(([name, type]) => [`list_${name}_sort`, [listType(type)], listType(type), sort] as const)),
  ...methods('@sortByAssociatedKeys', SORTED_TYPES.map(([name, type]) => [`list_${name}_sortByAssociatedKeys`, [LIST, listType(type)], LIST, sortByKeys] as const)),
  ...globals('sets.contains', [['list_sets_contains_list', [LIST, LIST], BOOL, contains]]),
  ...globals('sets.equivalent', [['list_sets_equivalent_list', [LIST, LIST], BOOL, equivalent]]),
  ...globals('sets.intersects', [['list_sets_intersects_list', [LIST, LIST], BOOL, intersects]]),
  ...globals('cel.@mapInsert', [
    ['@mapInsert_map_map', [MAP, MAP], MAP, insertAll],
    ['@mapInsert_map_key_value', [MAP, typeParam('K'), typeParam('V')], MAP, insertOne],
  ]),
]

function contains(list: List, part: List): boolean {
  return part.every((each) => inList(each, list))
}

function equivalent(a: List, b: List): boolean {
  return contains(a, b) && contains(b, a)
}

function intersects(a: List, b: List): boolean {
  return a.some((each) => inList(each, b))
}

function range(size: Int): List | CelError {
  const count = Number(size)
  if (count < 0) return invalidArgument(`lists.range: size must be non-negative, got ${size}`)
  if (count > MAX_RANGE) {
    return new CelError('limit-exceeded', `a list is longer than ${MAX_RANGE}`)
  }
  return Array.from({ length: count }, (_, i) => BigInt(i))
}

function slice(list: List, from: Int, to: Int): List | CelError {
  const [start, end] = [Number(from), Number(to)]
  const call = `cannot slice(${start}, ${end})`
  if (start < 0 || end < 0) return invalidArgument(`${call}, negative indexes not supported`)
  if (start > end)
    return invalidArgument(`${call}, start index must be less than or equal to end index`)
  if (end > list.length) return invalidArgument(`${call}, list is length ${list.length}`)
  return list.slice(start, end)
}

function flattenTo(list: List, depth: Int): List | CelError {
  return Number(depth) < 0
    ? invalidArgument('level must be non-negative')
    : flatten(list, Number(depth))
}

function flatten(list: List, depth: number): List | CelError {
  if (depth <= 0) return list
  const flat: Value[] = []
  for (const each of list) {
    const elements = Array.isArray(each) ? flatten(each as List, depth - 1) : [each]
    if (elements instanceof CelError) return elements
    if (flat.length + elements.length > MAX_LENGTH) return TOO_LONG
    for (const element of elements) flat.push(element)
  }
  return flat
}

function distinct(list: List): List {
  const kept: Value[] = []
  const strings = new Set<string>()
  for (const each of list) {
    const isKnown = typeof each === 'string' ? strings.has(each) : inList(each, kept)
    if (isKnown) continue
    if (typeof each === 'string') strings.add(each)
    kept.push(each)
  }
  return kept
}

function sort(list: List): List | CelError {
  return sortByKeys(list, list)
}

function sortByKeys(list: List, keys: List): List | CelError {
  if (list.length !== keys.length) return invalidArgument('there are not as many keys as elements')
  const [first] = keys
  if (first === undefined) return list
  if (keys.some((key) => kindOf(key) !== kindOf(first))) {
    return invalidArgument('list elements must have the same type')
  }
  if (compare(first, first) === undefined) return NO_SUCH_OVERLOAD
  const order = list.map((element, i) => ({ element, key: keys[i] as Value }))
  return order.sort((a, b) => compare(a.key, b.key) ?? 0).map(({ element }) => element)
}

function insertOne(map: MapValue, key: Value, value: Value): MapValue | CelError {
  if (mapGet(map, key) !== undefined) {
    return invalidArgument(`insert failed: key ${keyText(key)} already exists`)
  }
  return copyOf(map).set(key, value)
}

function insertAll(map: MapValue, more: MapValue): MapValue | CelError {
  let result: MapValue | CelError = map
  for (const key of mapKeys(more)) {
    result = insertOne(result, key, valueAt(more, key))
    if (!isMap(result)) return result
  }
  return result
}

function copyOf(map: MapValue): CelMap {
  const copy = new CelMap()
  for (const key of mapKeys(map)) copy.set(key, valueAt(map, key))
  return copy
}
