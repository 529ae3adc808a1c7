import { CelError, invalidArgument } from '../errors.ts'
import { fieldGet, isMap } from '../maps.ts'
import { Duration, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from '../values.ts'
import { type FieldRead, fieldRead } from './field-reads.ts'

// Attribute names come from people, so no name may reach a prototype. Asking `Object.hasOwn` each
// time would nearly double the cost of a selection. Instead, names that mean something on any
// object that can turn up here are read with care (the compiler asks `isPlainName` once), and each
// read asks whether a prototype has been given the name since, which costs nothing (`fieldRead`).

const RESERVED_NAMES: ReadonlySet<string> = new Set(
  [
    [],
    new Map(),
    new Uint8Array(),
    new Timestamp(0, 0),
    new Duration(0n),
    new Uint(0n),
    Optional.none,
    new TypeValue(''),
    new CelError('no-such-key', '', { span: { start: 0, end: 0 }, cause: 0 }),
    Opaque.prototype,
    { celType: 0 },
  ].flatMap(namesIn),
)

function namesIn(object: object | null): readonly string[] {
  if (object === null) return []
  return [...Object.getOwnPropertyNames(object), ...namesIn(Object.getPrototypeOf(object))]
}

/** Whether no object but a map can have a property of this name. */
export function isPlainName(name: string): boolean {
  return !RESERVED_NAMES.has(name) && !/^\d/.test(name)
}

/** A name that is read from JSON objects, and how. */
export interface PlainField {
  readonly name: string
  readonly read: FieldRead
}

/** What {@link readPlain} needs to know of a plain name that is read from objects at `path`. */
export function plainField(name: string, path: string): PlainField {
  return { name, read: fieldRead(name, path) }
}

/** The own property of a JSON object under a plain name, or `undefined`. */
export function readPlain(object: object, name: string, read: FieldRead): Value | undefined {
  return read(object as { readonly [field: string]: Value }, name)
}

/** Whether an object is what JSON makes of `{…}`: a map of its own properties, nothing else. */
export function isRecord(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === Object.prototype || prototype === null
}

/** What a selection yields on anything. `missing` is the error where the field is not there. */
export function selectField(
  operand: Value | CelError,
  name: string,
  missing: CelError,
  isWithin: boolean,
): Value | CelError {
  if (operand instanceof CelError) return operand
  if (isMap(operand)) {
    const value = fieldGet(operand, name)
    return value === undefined ? missing : value
  }
  if (operand instanceof Optional && !isWithin) return selectOptionalField(operand, name)
  return Array.isArray(operand) ? NO_STRING_INDEX : missing
}

/** What `has()` answers for a field of anything. A scalar has no fields, which is no error. */
export function hasField(operand: Value | CelError, name: string): boolean | CelError {
  if (operand instanceof CelError) return operand
  if (isMap(operand)) return fieldGet(operand, name) !== undefined
  if (operand instanceof Optional)
    return operand.value === undefined ? false : hasField(operand.value, name)
  return Array.isArray(operand) ? NO_STRING_INDEX : false
}

/** What `operand.?name` yields: the field in an optional, or none. */
export function selectOptionalField(operand: Value | CelError, name: string): Optional | CelError {
  if (operand instanceof CelError) return operand
  if (operand instanceof Optional) {
    return operand.value === undefined ? operand : selectOptionalField(operand.value, name)
  }
  if (Array.isArray(operand)) return NO_STRING_INDEX
  const value = isMap(operand) ? fieldGet(operand, name) : undefined
  return value === undefined ? Optional.none : new Optional(value)
}

const NO_STRING_INDEX = invalidArgument("unsupported index type 'string' in list")
