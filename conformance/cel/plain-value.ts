import { Duration, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from '@lockstitch/cel'

import type { Plain } from '../compare.ts'

/**
 * A CEL value with the type of each part written down: `{int: "1"}`, `{double: 1}`,
 * `{list: [{string: "a"}]}`. Two values are the same in type and content where this is.
 */
export function plainValue(value: Value): Plain {
  switch (typeof value) {
    case 'boolean':
      return { bool: value }
    case 'number':
      return plainDouble(value)
    case 'bigint':
      return { int: String(value) }
    case 'string':
      return { string: value }
    default:
      return value === null ? { null: true } : plainObject(value)
  }
}

/** JSON has no word for some doubles. */
function plainDouble(value: number): Plain {
  return { double: Number.isFinite(value) && !Object.is(value, -0) ? value : doubleName(value) }
}

function plainBytes(bytes: Uint8Array): Plain {
  return { bytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') }
}

function plainTimestamp(seconds: bigint | number, nanos: number): Plain {
  return { timestamp: `${seconds}.${String(nanos).padStart(9, '0')}` }
}

function plainDuration(nanoseconds: bigint): Plain {
  return { duration: `${nanoseconds}ns` }
}

/** Entries in no order: they are sorted by their keys. */
function plainMap(entries: readonly (readonly [Plain, Plain])[]): Plain {
  const keyed = entries.map(([key, value]) => ({ text: JSON.stringify(key), key, value }))
  keyed.sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
  return { map: keyed.map(({ key, value }) => [key, value]) }
}

function doubleName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function plainObject(value: object): Plain {
  if (value instanceof Uint) return { uint: String(value.value) }
  if (value instanceof Uint8Array) return plainBytes(value)
  if (value instanceof Timestamp) return plainTimestamp(value.seconds, value.nanos)
  if (value instanceof Duration) return plainDuration(value.nanoseconds)
  if (value instanceof TypeValue) return { type: value.typeName }
  if (value instanceof Optional) {
    return { optional: value.value === undefined ? null : plainValue(value.value) }
  }
  if (value instanceof Opaque) return { opaque: value.constructor.name }
  if (Array.isArray(value)) return { list: value.map(plainValue) }
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return plainMap(entries.map(([key, each]) => [plainValue(key), plainValue(each)]))
}
