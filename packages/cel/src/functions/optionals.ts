import { CelError } from '../errors.ts'
import { mapSize } from '../maps.ts'
import { BOOL, INT, listType, mapType, optionalType, typeParam } from '../types.ts'
import { Duration, kindOf, Optional, Timestamp, Uint, type Value } from '../values.ts'
import { compiled, globals, methods, NO_SUCH_OVERLOAD, type Overload } from './overload.ts'

const V = typeParam('V')
const K = typeParam('K')
const OPTIONAL = optionalType(V)
const LIST = listType(V)
const MAP = mapType(K, V)

/** The error of reading an optional that holds nothing. */
export const NO_VALUE: CelError = new CelError('no-value', 'optional.none() dereference')

/** Values that may be missing. @see https://github.com/google/cel-spec/wiki/proposal-246 */
// biome-ignore format: a table
export const OPTIONALS: readonly Overload[] = [
  ...globals('optional.of', [['optional_of', [V], OPTIONAL, (value: Value) => new Optional(value)]]),
  ...globals('optional.ofNonZeroValue', [['optional_ofNonZeroValue', [V], OPTIONAL, ofNonZeroValue]]),
  ...globals('optional.none', [['optional_none', [], OPTIONAL, () => Optional.none]]),
  ...methods('value', [['optional_value', [OPTIONAL], V, ({ value }: Optional) => (value === undefined ? NO_VALUE : value)]]),
  ...methods('hasValue', [['optional_hasValue', [OPTIONAL], BOOL, ({ value }: Optional) => value !== undefined]]),
  ...methods('or', [['optional_or_optional', [OPTIONAL, OPTIONAL], OPTIONAL, compiled]]),
  ...methods('orValue', [['optional_orValue_value', [OPTIONAL, V], V, compiled]]),
  ...globals('optional.unwrap', [['optional_unwrap', [listType(OPTIONAL)], LIST, unwrap]]),
  ...methods('unwrapOpt', [['optional_unwrapOpt', [listType(OPTIONAL)], LIST, unwrap]]),
  ...methods('first', [['list_first', [LIST], OPTIONAL, (list: readonly Value[]) => new Optional(list[0])]]),
  ...methods('last', [['list_last', [LIST], OPTIONAL, (list: readonly Value[]) => new Optional(list.at(-1))]]),
  ...globals('_[?_]', [
    ['list_optindex_optional_int', [LIST, INT], OPTIONAL, compiled],
    ['optional_list_optindex_optional_int', [optionalType(LIST), INT], OPTIONAL, compiled],
    ['map_optindex_optional_value', [MAP, K], OPTIONAL, compiled],
    ['optional_map_optindex_optional_value', [optionalType(MAP), K], OPTIONAL, compiled],
  ]),
  ...globals('_[_]', [
    ['optional_list_index_int', [optionalType(LIST), INT], OPTIONAL, compiled],
    ['optional_map_index_value', [optionalType(MAP), K], OPTIONAL, compiled],
  ]),
]

function unwrap(list: readonly Value[]): readonly Value[] | CelError {
  const values: Value[] = []
  for (const each of list) {
    if (!(each instanceof Optional)) return NO_SUCH_OVERLOAD
    if (each.value !== undefined) values.push(each.value)
  }
  return values
}

function ofNonZeroValue(value: Value): Optional {
  return new Optional(isZero(value) ? undefined : value)
}

/** Whether a value is its type's zero value. */
export function isZero(value: Value): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0
  if (value instanceof Uint) return !value.value
  // The first moment that there is in Go.
  if (value instanceof Timestamp) return value.seconds === -62_135_596_800 && !value.nanos
  if (value instanceof Duration) return !value.nanoseconds
  if (kindOf(value) === 'map') return mapSize(value as never) === 0
  return !value && !Number.isNaN(value)
}
