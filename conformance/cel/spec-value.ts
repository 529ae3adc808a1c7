import { type Value as SpecValue, ValueSchema } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { type Registry, toJson } from '@bufbuild/protobuf'
import { type Any, anyUnpack, type Duration, type Timestamp } from '@bufbuild/protobuf/wkt'
import {
  Duration as CelDuration,
  Timestamp as CelTimestamp,
  type MapKey,
  TypeValue,
  Uint,
  type Value,
} from '@lockstitch/cel'

/** A value of the specification's test data that policies cannot have: a protobuf message or enum. */
export class ForeignValue extends Error {}

/** Reads a value of the test data. @throws ForeignValue for protobuf's own types. */
export function readSpecValue(value: SpecValue | undefined, registry: Registry): Value {
  const kind = value?.kind
  switch (kind?.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'int64Value':
    case 'bytesValue':
      return kind.value
    case 'uint64Value':
      return new Uint(kind.value)
    case 'typeValue':
      return new TypeValue(kind.value)
    case 'listValue':
      return kind.value.values.map((each) => readSpecValue(each, registry))
    case 'mapValue': {
      const entries = kind.value.entries.map((entry): [MapKey, Value] => [
        // Keys of CEL maps are of these types, or the data is wrong.
        readSpecValue(entry.key, registry) as MapKey,
        readSpecValue(entry.value, registry),
      ])
      return new Map(entries)
    }
    case 'objectValue':
      return readMessage(kind.value, registry)
    default:
      throw new ForeignValue(value ? JSON.stringify(toJson(ValueSchema, value)) : 'no value')
  }
}

function readMessage(any: Any, registry: Registry): Value {
  const message = anyUnpack(any, registry)
  switch (message?.$typeName) {
    case 'google.protobuf.Timestamp': {
      const { seconds, nanos } = message as Timestamp
      return new CelTimestamp(Number(seconds), nanos)
    }
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = message as Duration
      return new CelDuration(seconds * 1_000_000_000n + BigInt(nanos))
    }
    default:
      throw new ForeignValue(`a message ${any.typeUrl}`)
  }
}
