import { guardOf } from '../compile/guards.ts'
import { CelError } from '../errors.ts'
import { toInt, toUint } from '../functions/integers.ts'
import { CelMap, isMap, type MapValue, mapGet, mapKeys, valueAt } from '../maps.ts'
import {
  type CelType,
  DYN,
  type ListType,
  type MapType,
  mapType,
  type PrimitiveKind,
  type PrimitiveType,
} from '../types.ts'
import { type Duration, kindOf, type Timestamp, Uint, type Value } from '../values.ts'

interface Primitives extends Record<PrimitiveKind, unknown> {
  readonly null: null
  readonly bool: boolean
  readonly int: bigint
  readonly uint: Uint
  readonly double: number
  readonly string: string
  readonly bytes: Uint8Array
  readonly timestamp: Timestamp
  readonly duration: Duration
  readonly dyn: Value
}

/** The JavaScript type in which a function gets an argument of a CEL type. */
export type FromCel<Type extends CelType> = [Type] extends [PrimitiveType<infer Kind>]
  ? Primitives[Kind]
  : [Type] extends [ListType<infer Element>]
    ? readonly FromCel<Element>[]
    : [Type] extends [MapType<infer Key, infer Val>]
      ? ReadonlyMap<FromCel<Key>, FromCel<Val>>
      : Value

/** The JavaScript type in which a function may give a result of a CEL type. */
export type ToCel<Type extends CelType> = [Type] extends [PrimitiveType<infer Kind>]
  ? Primitives[Kind]
  : [Type] extends [ListType<infer Element>]
    ? readonly ToCel<Element>[]
    : [Type] extends [MapType<infer Key, infer Val>]
      ? ReadonlyMap<ToCel<Key>, ToCel<Val>> | StringKeyed<Key, ToCel<Val>>
      : Value

type StringKeyed<Key extends CelType, Val> =
  Key extends PrimitiveType<'string'> ? Readonly<Record<string, Val>> : never

/** The argument of that type, or `undefined` where the value is of another. */
export function fromCel(type: CelType, value: Value | undefined): unknown {
  if (value === undefined) return undefined
  switch (type.kind) {
    case 'int':
      // An int whose type the compiler knows comes as a JS number.
      return typeof value === 'number' ? BigInt(value) : guarded(type, value)
    case 'list':
      return Array.isArray(value)
        ? allOf(value, (each) => fromElement(type.element, each))
        : undefined
    case 'map':
      return isMap(value) ? mapFromCel(type, value) : undefined
    default:
      return guarded(type, value)
  }
}

function guarded(type: CelType, value: Value): Value | undefined {
  return guardOf(type)(value) ? value : undefined
}

/** Ints in lists and maps are bigints always: a number is a double there. */
function fromElement(type: CelType, value: Value): unknown {
  return type.kind === 'int' ? guarded(type, value) : fromCel(type, value)
}

function mapFromCel(type: MapType<CelType, CelType>, map: MapValue): unknown {
  const converted = new CelMap() as Map<unknown, unknown>
  for (const key of mapKeys(map)) {
    const convertedKey = fromElement(type.key, key)
    const value = fromElement(type.value, valueAt(map, key))
    if (convertedKey === undefined || value === undefined) return undefined
    converted.set(convertedKey, value)
  }
  return converted
}

/** The result as a CEL value, or `undefined` where it is not of that type. */
export function toCel(type: CelType, answer: unknown): Value | undefined {
  const kind = kindOf(answer)
  const isOpen = type.kind === 'dyn' || type.kind === 'param'
  switch (isOpen ? kind : type.kind) {
    case 'int':
      return typeof answer === 'bigint' ? valueOr(toInt(answer)) : undefined
    case 'uint':
      return answer instanceof Uint ? valueOr(toUint(answer.value)) : undefined
    case 'list': {
      const element = type.kind === 'list' ? type.element : DYN
      return Array.isArray(answer) ? allOf(answer, (each) => toCel(element, each)) : undefined
    }
    case 'map': {
      const types = type.kind === 'map' ? type : mapType(DYN, DYN)
      return isPlainMap(answer) ? mapToCel(types, answer) : undefined
    }
    default:
      return kind !== undefined && guardOf(type)(answer as Value)
        ? (answer as Value) // The guard has found it to be one.
        : undefined
  }
}

/** A `Map` or a plain object: not a promise, a `Date` or another object of a class. */
function isPlainMap(answer: unknown): answer is MapValue {
  if (answer instanceof Map) return true
  if (!isMap(answer)) return false
  const prototype: unknown = Object.getPrototypeOf(answer)
  return prototype === null || prototype === Object.prototype
}

function mapToCel(type: MapType<CelType, CelType>, map: MapValue): Value | undefined {
  const converted = new CelMap()
  for (const key of mapKeys(map)) {
    const convertedKey = toCel(type.key, key)
    const value = toCel(type.value, mapGet(map, key))
    if (convertedKey === undefined || value === undefined) return undefined
    converted.set(convertedKey, value)
  }
  return converted
}

function allOf<Item, Result>(
  items: readonly Item[],
  convert: (item: Item) => Result | undefined,
): Result[] | undefined {
  const converted: Result[] = []
  for (const item of items) {
    const value = convert(item)
    if (value === undefined) return undefined
    converted.push(value)
  }
  return converted
}

function valueOr(value: Value | CelError): Value | undefined {
  return value instanceof CelError ? undefined : value
}
