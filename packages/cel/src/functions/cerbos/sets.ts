import { BOOL, listType, typeParam } from '../../types.ts'
import type { Value } from '../../values.ts'
import { inList } from '../collections.ts'
import { both, type Overload } from '../overload.ts'

const LIST = listType(typeParam('A'))
const LISTS = [LIST, LIST]
type List = readonly Value[]

/** Lists as sets. Elements are compared as `==` does. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_lists_and_maps */
// biome-ignore format: a table
export const CERBOS_SETS: readonly Overload[] = [
  ...both('hasIntersection', 'has_intersection', LISTS, BOOL, hasIntersection),
  ...both('has_intersection', 'has_intersection', LISTS, BOOL, hasIntersection),
  ...both('intersect', 'intersect', LISTS, LIST, intersect),
  ...both('except', 'except', LISTS, LIST, except),
  ...both('isSubset', 'is_subset', LISTS, BOOL, isSubset),
  ...both('is_subset', 'is_subset', LISTS, BOOL, isSubset),
]

function hasIntersection(a: List, b: List): boolean {
  if (a.length * b.length >= LONG_LIST * LONG_LIST) return a.some(memberOf(b))
  for (let i = 0; i < a.length; i += 1) if (inList(a[i] as Value, b)) return true
  return false
}

/** Cerbos goes through the shorter list, so duplicates in it survive. */
function intersect(a: List, b: List): List {
  return a.length <= b.length ? a.filter(memberOf(b)) : b.filter(memberOf(a))
}

function except(a: List, b: List): List {
  const isMember = memberOf(b)
  return a.filter((element) => !isMember(element))
}

function isSubset(a: List, b: List): boolean {
  return a.every(memberOf(b))
}

// From this length on, making a hash set costs less than searching the list for each element.
const LONG_LIST = 16

/** Tests for membership; strings, which nearly all lists hold, through a hash set in long lists. */
function memberOf(list: List): (value: Value) => boolean {
  if (list.length < LONG_LIST) return (value) => inList(value, list)
  const strings = new Set<unknown>(list)
  return (value) => (typeof value === 'string' ? strings.has(value) : inList(value, list))
}
