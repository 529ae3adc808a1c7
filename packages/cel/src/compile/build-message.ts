import type { FieldEntry, StructExpr } from '../ast.ts'
import { andThen, CelError, convertAll } from '../errors.ts'
import { INT_OVERFLOW, UINT_OVERFLOW } from '../functions/integers.ts'
import { NO_VALUE } from '../functions/optionals.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { durationOf, timestampOf } from '../functions/time-values.ts'
import { isMap, type MapValue, mapKeys, valueAt } from '../maps.ts'
import { toJsonValue } from '../to-json.ts'
import { type CelType, DYN, type MessageType, STRING } from '../types.ts'
import { kindOf, Opaque, Optional, Uint, type Value } from '../values.ts'
import { FLOAT, INT32, NULL_ENUM, UINT32 } from '../well-known.ts'
import { boxed, type Code, type Run } from './code.ts'
import type { CompileContext } from './context.ts'
import { zeroOf } from './messages.ts'

/** `Name{field: value, ?field: optional}` */
export function compileStruct(expr: StructExpr, context: CompileContext): Code {
  const type = context.types.get(expr.messageName.replace(/^\./, ''))
  if (type?.kind !== 'message') {
    const message = `messages cannot be built here: \`${expr.messageName}\``
    return context.problem('not-supported', message, expr.span)
  }
  const setters = expr.entries.map((entry) =>
    setter(type, entry, boxed(context.compile(entry.value))),
  )
  const make = maker(type)
  const run: Run = (activation) => {
    const fields: Fields = Object.create(null)
    for (const set of setters) {
      const error = set(activation, fields)
      if (error !== undefined) return error
    }
    return make(fields)
  }
  return { type: type.value === undefined ? type : DYN, run }
}

type Fields = Record<string, Value>
type Setter = (activation: Parameters<Run>[0], fields: Fields) => CelError | undefined

/** What sets a field of a message, or leaves it unset for `optional.none()` or a message that is null. */
function setter(type: MessageType, { field, optional }: FieldEntry, run: Run): Setter {
  const { property = field, type: fieldType = DYN } = type.fields.get(field) ?? {}
  return (activation, fields) => {
    let value = run(activation)
    if (value instanceof CelError) return value
    if (optional) {
      if (!(value instanceof Optional)) return NO_SUCH_OVERLOAD
      if (value.value === undefined) return undefined
      value = value.value
    }
    if (value === null && fieldType.kind === 'message') return undefined
    const converted = convert(value, fieldType)
    if (converted instanceof CelError) {
      const message = `field type conversion error for ${type.name}.${field} value type: ${converted.message}`
      return new CelError('invalid-conversion', message)
    }
    fields[property] = converted
    return undefined
  }
}

/** The value as a field of a type holds it. */
function convert(value: Value, type: CelType): Value | CelError {
  if (value instanceof Optional)
    return value.value === undefined ? NO_VALUE : convert(value.value, type)
  if (type.kind === 'dyn') return toJsonValue(value)
  if (type.kind === 'bytes' && Array.isArray(value)) return toBytes(value)
  if (type.kind === 'string' && value instanceof Opaque) return value.text() ?? NO_TEXT
  const kind = kindOf(value)
  const isMessage = type.kind === 'message' && kind === 'map'
  if (kind !== type.kind && !isMessage) {
    return new CelError(
      'invalid-conversion',
      `unsupported conversion from '${kind}' to '${type.kind}'`,
    )
  }
  if (type === INT32 || type === NULL_ENUM) {
    if (BigInt.asIntN(32, value as bigint) !== value) return INT_OVERFLOW
    return type === INT32 ? value : null
  }
  if (type === UINT32 && (value as Uint).value >> 32n !== 0n) return UINT_OVERFLOW
  if (type === FLOAT) return Math.fround(value as number)
  if (type.kind === 'list') {
    return convertAll(value as readonly Value[], (each) => convert(each, type.element))
  }
  return type.kind === 'map' && isMap(value) ? convertMap(value, type.value) : value
}

const NO_TEXT = new CelError('invalid-conversion', "unsupported conversion to 'string'")

/** Go makes bytes of a list whose elements are uints of a byte. */
function toBytes(list: readonly Value[]): Uint8Array | CelError {
  const bytes = convertAll(list, (each) => {
    const byte = convert(each, UINT32)
    return byte instanceof Uint && byte.value > 255n ? UINT_OVERFLOW : byte
  })
  return andThen(bytes, (all) => Uint8Array.from(all, (byte) => Number((byte as Uint).value)))
}

function convertMap(map: MapValue, type: CelType): Value | CelError {
  const entries = convertAll(mapKeys(map), (key) =>
    andThen(convert(key, STRING), (name) =>
      andThen(convert(valueAt(map, key), type), (value) => [name, value] as const),
    ),
  )
  return andThen(entries, (all) => new Map<Value, Value>(all))
}

// Cerbos reads the bytes of such a message, if it knows the type.
const UNPACKED = new CelError('invalid-conversion', 'a packed message cannot be read')

/** What is made of the fields: a message, or the value that CEL has for it. */
function maker({
  value: type,
  fields: declared,
}: MessageType): (fields: Fields) => Value | CelError {
  if (type === undefined) return (fields) => fields
  if (type.kind === 'timestamp')
    return ({ seconds = 0n, nanos = 0n }) => timestampOf(seconds as bigint, nanos as bigint)
  if (type.kind === 'duration')
    return ({ seconds = 0n, nanos = 0n }) => durationOf(seconds as bigint, nanos as bigint)
  if (declared.has('type_url')) return () => UNPACKED
  const inner = type.kind === 'opaque' ? (type.parameters[0] ?? DYN) : type
  const zero = inner.kind === 'int' ? 0n : zeroOf(inner)
  // There is one field, or they exclude each other.
  return (fields) => Object.values(fields).at(-1) ?? zero
}
