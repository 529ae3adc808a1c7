import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  type MessageType,
  mapType,
  messageType,
  opaqueType,
  STRING,
  TIMESTAMP,
  UINT,
} from './types.ts'

// Types that the checker takes for the wider ones; a field of one holds less, which shows when it is set.
export const INT32: CelType = { ...INT }
export const UINT32: CelType = { ...UINT }
export const FLOAT: CelType = { ...DOUBLE }
/** An enum that stands for null whatever its number is; {@link NULL_VALUE} is its only member, 0. */
export const NULL_ENUM: CelType = { ...INT }
export const NULL_VALUE = 'google.protobuf.NullValue.NULL_VALUE'

const FIELDS = mapType(STRING, DYN)
const VALUES = listType(DYN)

type Row = readonly [name: string, value: CelType, fields: Readonly<Record<string, CelType>>]

/** A message of which only the value in it is left; `null` is another value of its type. */
function wrapper(name: string, value: CelType): Row {
  return [`${name}Value`, opaqueType('wrapper', value), { value }]
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['Timestamp', TIMESTAMP, { seconds: INT, nanos: INT32 }], ['Duration', DURATION, { seconds: INT, nanos: INT32 }],
  ['Struct', FIELDS, { fields: FIELDS }], ['ListValue', VALUES, { values: VALUES }],
  ['Value', DYN, { null_value: NULL_ENUM, number_value: DOUBLE, string_value: STRING, bool_value: BOOL, struct_value: FIELDS, list_value: VALUES }],
  ['Any', DYN, { type_url: STRING, value: BYTES }],
  wrapper('Bool', BOOL), wrapper('Bytes', BYTES), wrapper('Double', DOUBLE), wrapper('Float', FLOAT), wrapper('Int32', INT32),
  wrapper('Int64', INT), wrapper('String', STRING), wrapper('UInt32', UINT32), wrapper('UInt64', UINT),
]

/**
 * The messages that every expression can build: those for which CEL has values of its own.
 * @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#protocol-buffer-data-conversion
 */
export const WELL_KNOWN_MESSAGES: readonly MessageType[] = [
  ...ROWS.map(([name, value, fields]) => ({
    ...messageType(`google.protobuf.${name}`, fields),
    value,
  })),
  messageType('google.protobuf.Empty', {}),
  messageType('google.protobuf.FieldMask', { paths: listType(STRING) }),
]
