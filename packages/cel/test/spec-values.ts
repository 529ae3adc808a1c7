import type { Type } from '@bufbuild/cel-spec/cel/expr/checked_pb.js'
import { Type_PrimitiveType, Type_WellKnownType } from '@bufbuild/cel-spec/cel/expr/checked_pb.js'
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { createRegistry } from '@bufbuild/protobuf'
import { anyUnpack, DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'

import { CelMap } from '../src/maps.ts'
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
  NULL,
  STRING,
  TIMESTAMP,
  UINT,
} from '../src/types.ts'
import { Duration, type MapKey, Timestamp, TypeValue, Uint, type Value } from '../src/values.ts'

/** A value that only protobuf messages can hold. */
export class UnsupportedValue extends Error {}

/** A value of the CEL specification's tests as ours. */
export function fromSpec(value: SpecValue): Value {
  const { kind } = value
  switch (kind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'bytesValue':
    case 'doubleValue':
      return kind.value
    case 'int64Value':
      return BigInt(kind.value)
    case 'uint64Value':
      return new Uint(BigInt(kind.value))
    case 'listValue':
      return kind.value.values.map(fromSpec)
    case 'mapValue': {
      const map = new CelMap()
      for (const entry of kind.value.entries) {
        if (entry.key !== undefined && entry.value !== undefined) {
          map.set(fromSpec(entry.key) as MapKey, fromSpec(entry.value))
        }
      }
      return map
    }
    case 'typeValue':
      return new TypeValue(kind.value)
    case 'objectValue':
      return fromMessage(kind.value)
    default:
      throw new UnsupportedValue(kind.case)
  }
}

const wellKnown = createRegistry(TimestampSchema, DurationSchema)

function fromMessage(any: Parameters<typeof anyUnpack>[0]): Value {
  const message = anyUnpack(any, wellKnown)
  if (message?.$typeName === 'google.protobuf.Timestamp') {
    const { seconds, nanos } = message as unknown as { seconds: bigint; nanos: number }
    return new Timestamp(Number(seconds), nanos)
  }
  if (message?.$typeName === 'google.protobuf.Duration') {
    const { seconds, nanos } = message as unknown as { seconds: bigint; nanos: number }
    return new Duration(seconds * 1_000_000_000n + BigInt(nanos))
  }
  throw new UnsupportedValue(any.typeUrl)
}

// biome-ignore format: a table
const PRIMITIVES: Readonly<Record<number, CelType>> = {
  [Type_PrimitiveType.BOOL]: BOOL, [Type_PrimitiveType.INT64]: INT, [Type_PrimitiveType.UINT64]: UINT,
  [Type_PrimitiveType.DOUBLE]: DOUBLE, [Type_PrimitiveType.STRING]: STRING, [Type_PrimitiveType.BYTES]: BYTES,
}

/** A type of the CEL specification's tests as ours. */
export function typeFromSpec(type: Type | undefined): CelType {
  const kind = type?.typeKind
  switch (kind?.case) {
    case 'primitive':
      return PRIMITIVES[kind.value] ?? DYN
    case 'null':
      return NULL
    case 'wellKnown':
      if (kind.value === Type_WellKnownType.TIMESTAMP) return TIMESTAMP
      return kind.value === Type_WellKnownType.DURATION ? DURATION : DYN
    case 'listType':
      return listType(typeFromSpec(kind.value.elemType))
    case 'mapType':
      return mapType(typeFromSpec(kind.value.keyType), typeFromSpec(kind.value.valueType))
    case 'dyn':
      return DYN
    default:
      throw new UnsupportedValue(kind?.case)
  }
}

/** Whether two values are the same, types included; a NaN is the same as another. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'number') return Object.is(a, b)
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false
    return [...a].every(([key, value]) => sameValue(value, b.get(key)))
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((element, i) => sameValue(element, b[i]))
  }
  if (typeof a !== 'object' || a === null) return a === b
  if (typeof b !== 'object' || b === null || a.constructor !== b.constructor) return false
  if (a instanceof Timestamp && b instanceof Timestamp) {
    return a.seconds === b.seconds && a.nanos === b.nanos
  }
  return JSON.stringify(a, stringifyBigint) === JSON.stringify(b, stringifyBigint)
}

function stringifyBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
