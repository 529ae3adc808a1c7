import { formatType } from './types.ts'
import {
  Duration,
  kindOf,
  type MapKey,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

/** Any of the representations of a CEL map. */
export type MapValue = ReadonlyMap<MapKey, Value> | { readonly [key: string]: Value }

/**
 * A CEL map. JS compares objects by identity, so keys that are objects are found through an index:
 * uints, and what cel-go takes beside them. Lists and maps are equal to no other key there.
 */
export class CelMap extends Map<MapKey, Value> {
  #objects: Map<string, MapKey> | undefined

  override set(key: MapKey, value: Value): this {
    const text = textOf(key)
    if (text === undefined) return super.set(ownKey(key), value)
    this.#objects ??= new Map()
    const known = this.#objects.get(text)
    if (known === undefined) this.#objects.set(text, key)
    return super.set(known ?? key, value)
  }

  override get(key: MapKey): Value | undefined {
    const text = textOf(key)
    if (text === undefined) return super.get(key)
    const known = this.#objects?.get(text)
    return known === undefined ? undefined : super.get(known)
  }
}

/** A list, a map and an optional with a value are equal to no other key, not even to themselves. */
function ownKey(key: MapKey): MapKey {
  if (Array.isArray(key)) return [...key]
  if (key instanceof Optional && key.value !== undefined) return new Optional(key.value)
  return isMap(key) ? new CelMap(mapKeys(key).map((each) => [each, valueAt(key, each)])) : key
}

/** Whether a value can be a key. In Cerbos the others are an error or even a panic, which allows nothing. */
export function isKey(value: Value): boolean {
  if (typeof value !== 'object') return true
  if (value instanceof Opaque) return value.keyText() !== undefined
  return !(value instanceof Uint8Array)
}

function textOf(key: MapKey): string | undefined {
  if (typeof key !== 'object' || key === null) return undefined
  if (key instanceof Opaque) return `${formatType(key.celType)} ${key.keyText()}`
  if (key instanceof Uint) return `u${key.value}`
  if (key instanceof Duration) return `d${key.nanoseconds}`
  if (key instanceof Timestamp) return `t${key.seconds} ${key.nanos} ${key.offset}`
  return key instanceof TypeValue ? `T${key.typeName}` : undefined
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is MapValue {
  return kindOf(value) === 'map'
}

/** The number of entries. */
export function mapSize(map: MapValue): number {
  return map instanceof Map ? map.size : Object.keys(map).length
}

/** The keys. */
export function mapKeys(map: MapValue): readonly MapKey[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map)
}

/**
 * The value of a key, or `undefined`. A whole number finds an int or uint key that is equal to it;
 * like cel-go, an int does not find a double key.
 */
export function mapGet(map: MapValue, key: Value): Value | undefined {
  if (typeof key === 'string') return fieldGet(map, key)
  // NaN equals nothing, but JavaScript's maps find it.
  if (!(map instanceof Map) || Number.isNaN(key)) return undefined
  const exact = map.get(key)
  if (exact !== undefined) return exact
  if (typeof key === 'bigint') return map.get(new Uint(key))
  if (key instanceof Uint) return map.get(key.value)
  if (typeof key !== 'number' || !Number.isInteger(key)) return undefined
  const asInt = map.get(BigInt(key))
  return asInt === undefined ? map.get(new Uint(BigInt(key))) : asInt
}

/** The value of a key that is one of the map's. */
export function valueAt(map: MapValue, key: MapKey): Value {
  // A key of the map's has a value.
  return (map instanceof Map ? map.get(key) : fieldGet(map, key as string)) as Value
}

/** The value of a string key. Only own properties count: no name reaches a prototype. */
export function fieldGet(map: MapValue, key: string): Value | undefined {
  if (map instanceof Map) return map.get(key)
  const object = map as Readonly<Record<string, Value>>
  const value = object[key]
  return value !== undefined && Object.hasOwn(object, key) ? value : undefined
}
