import { kindOf, type MapKey, Uint, type Value } from './values.ts'

/** Any of the representations of a CEL map. */
export type MapValue = ReadonlyMap<MapKey, Value> | { readonly [key: string]: Value }

/** A CEL map. JS compares objects by identity, so uint keys are found through an index. */
export class CelMap extends Map<MapKey, Value> {
  #uintKeys: Map<bigint, Uint> | undefined

  override set(key: MapKey, value: Value): this {
    if (!(key instanceof Uint)) return super.set(key, value)
    this.#uintKeys ??= new Map()
    const known = this.#uintKeys.get(key.value)
    if (known === undefined) this.#uintKeys.set(key.value, key)
    return super.set(known ?? key, value)
  }

  override get(key: MapKey): Value | undefined {
    if (!(key instanceof Uint)) return super.get(key)
    const known = this.#uintKeys?.get(key.value)
    return known && super.get(known)
  }
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
 * The value of a key, or `undefined`. A number finds the key that is equal to it, whatever its
 * numeric type.
 */
export function mapGet(map: MapValue, key: Value): Value | undefined {
  if (typeof key === 'string') return fieldGet(map, key)
  if (!(map instanceof Map)) return undefined
  if (typeof key === 'boolean') return map.get(key)
  const integer = integerOf(key)
  return integer === undefined ? undefined : (map.get(integer) ?? map.get(new Uint(integer)))
}

/** The value of a string key. Only own properties count: no name reaches a prototype. */
export function fieldGet(map: MapValue, key: string): Value | undefined {
  if (map instanceof Map) return map.get(key)
  const object = map as Readonly<Record<string, Value>>
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** The value as a map key, or `undefined` where it cannot be one. */
export function toMapKey(value: Value): MapKey | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') {
    return value
  }
  return value instanceof Uint ? value : undefined
}

function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (value instanceof Uint) return value.value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}
