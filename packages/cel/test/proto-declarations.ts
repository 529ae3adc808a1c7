import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js'
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'

import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  type MessageField,
  mapType,
  NULL,
  opaqueType,
  STRING,
  TIMESTAMP,
  UINT,
} from '../src/types.ts'

/** A type of which `null` is a value too. */
export function wrapperType(type: CelType): CelType {
  return opaqueType('wrapper', type)
}

// biome-ignore format: a table
const SCALARS: Readonly<Record<ScalarType, CelType>> = {
  [ScalarType.DOUBLE]: DOUBLE, [ScalarType.FLOAT]: DOUBLE, [ScalarType.BOOL]: BOOL,
  [ScalarType.STRING]: STRING, [ScalarType.BYTES]: BYTES,
  [ScalarType.INT64]: INT, [ScalarType.INT32]: INT, [ScalarType.SFIXED32]: INT,
  [ScalarType.SFIXED64]: INT, [ScalarType.SINT32]: INT, [ScalarType.SINT64]: INT,
  [ScalarType.UINT64]: UINT, [ScalarType.UINT32]: UINT, [ScalarType.FIXED32]: UINT,
  [ScalarType.FIXED64]: UINT,
}

/** The protobuf messages that CEL has types of its own for. */
// biome-ignore format: a table
export const WELL_KNOWN: ReadonlyMap<string, CelType> = new Map(Object.entries({
  Any: DYN, Value: DYN, Struct: mapType(STRING, DYN), ListValue: listType(DYN),
  Timestamp: TIMESTAMP, Duration: DURATION, BoolValue: wrapperType(BOOL),
  BytesValue: wrapperType(BYTES), DoubleValue: wrapperType(DOUBLE),
  FloatValue: wrapperType(DOUBLE), Int32Value: wrapperType(INT), Int64Value: wrapperType(INT),
  StringValue: wrapperType(STRING), UInt32Value: wrapperType(UINT),
  UInt64Value: wrapperType(UINT),
}).map(([name, type]) => [`google.protobuf.${name}`, type]))

/** The same messages under the names that cel-go's own tests know them by. */
const CEL_GO_NAMES: readonly (readonly [ours: string, theirs: string])[] = [
  ['cel.expr.conformance.proto2', 'google.expr.proto2.test'],
  ['cel.expr.conformance.proto3', 'google.expr.proto3.test'],
]

type Types = Record<string, CelType>

/** The messages and enum values of the conformance tests, as declared types and constants. */
export function protoDeclarations(): { readonly types: Types; readonly constants: Types } {
  const types: Types = {}
  const constants: Types = {}
  declareAll((name) => name, types, constants)
  for (const [from, to] of CEL_GO_NAMES) {
    declareAll((name) => name.replace(from, to), types, constants)
  }
  return { types, constants }
}

type Rename = (name: string) => string

function declareAll(rename: Rename, types: Types, constants: Types): void {
  for (const desc of getTestRegistry()) {
    if (desc.kind === 'message' && !WELL_KNOWN.has(desc.typeName)) messageOf(desc, rename, types)
    if (desc.kind !== 'enum') continue
    for (const value of desc.values) constants[rename(`${desc.typeName}.${value.name}`)] = INT
  }
}

function messageOf(desc: DescMessage, rename: Rename, types: Types): CelType {
  const name = rename(desc.typeName)
  const known = WELL_KNOWN.get(name) ?? types[name]
  if (known !== undefined) return known
  const fields = new Map<string, MessageField>()
  const type: CelType = { kind: 'message', name, fields }
  types[name] = type // Before the fields: a message may contain itself.
  for (const field of desc.fields) {
    fields.set(field.name, { property: field.name, type: fieldType(field, rename, types) })
  }
  return type
}

function fieldType(field: DescField, rename: Rename, types: Types): CelType {
  const { scalar, message, enum: enumeration } = field
  const single = (): CelType => {
    if (scalar !== undefined) return SCALARS[scalar]
    if (message !== undefined) return messageOf(message, rename, types)
    return enumeration?.typeName === 'google.protobuf.NullValue' ? NULL : INT
  }
  if (field.fieldKind === 'list') return listType(single())
  if (field.fieldKind === 'map') return mapType(SCALARS[field.mapKey], single())
  return single()
}
