import { CelError } from '../errors.ts'
import { isIndex, listElement } from '../functions/collections.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { fieldGet, isMap, mapGet } from '../maps.ts'
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

/**
 * What a way leads on in: cel-go goes on in an optional that it starts from or asks for, but not in
 * one that it finds on the way.
 */
export class Onward extends Optional {}

/** Where a step of a way is: whether others were before it, and whether one follows. */
export interface Step {
  readonly isInside: boolean
  readonly isFollowed: boolean
}

/** Whether a way goes on in what it has come to. */
export function goesOn(value: Value, { isInside }: Step): value is Optional {
  return isInside ? value instanceof Onward : value instanceof Optional
}

function optionally(value: Value | undefined, { isFollowed }: Step): Optional {
  return isFollowed ? new Onward(value) : new Optional(value)
}

/** What a selection yields on anything. `missing` is the error where the field is not there. */
export function selectField(
  operand: Value | CelError,
  name: string,
  missing: CelError,
  step: Step,
): Value | CelError {
  if (operand instanceof CelError) return operand
  if (isMap(operand)) {
    const value = fieldGet(operand, name)
    return value === undefined ? missing : value
  }
  if (goesOn(operand, step)) return indexOptional(operand, () => name, step)
  return Array.isArray(operand) ? listElement(operand, name) : missing
}

/** What `has()` answers for a field of anything. A scalar has no fields, which is no error. */
export function hasField(operand: Value | CelError, name: string, step: Step): boolean | CelError {
  if (operand instanceof CelError) return operand
  if (goesOn(operand, step)) return hasField(operand.value ?? null, name, INSIDE)
  if (isMap(operand)) return fieldGet(operand, name) !== undefined
  // No list has a name for an index.
  return Array.isArray(operand) ? (listElement(operand, name) as CelError) : false
}

/** What `value[?key]` yields: the element in an optional, or none. */
export function indexOptional(
  value: Value,
  keyOf: () => Value | CelError,
  step: Step,
): Optional | CelError {
  const container = goesOn(value, step) ? value.value : value
  // There is nothing to look for in `optional.none()`, so the key is not even evaluated.
  if (container === undefined) return optionally(undefined, step)
  const key = keyOf()
  if (key instanceof CelError) return key
  if (!isIndex(key)) return NO_SUCH_OVERLOAD
  if (isMap(container)) return optionally(mapGet(container, key), step)
  const element = Array.isArray(container) ? listElement(container, key) : undefined
  if (!(element instanceof CelError)) return optionally(element, step)
  return element.code === 'index-out-of-bounds' ? optionally(undefined, step) : element
}

const INSIDE: Step = { isInside: true, isFollowed: false }
