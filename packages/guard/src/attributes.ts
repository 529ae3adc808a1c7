import type { Value } from './decide.ts'

/** A record that cannot be turned into JSON attributes; the message names the path, never the value. */
export class AttributeError extends Error {
  constructor(path: string, found: string, expected = 'a JSON value') {
    super(`\`${path}\` is ${found}; expected ${expected}`)
    this.name = 'AttributeError'
  }
}

const maxDepth = 64

/**
 * The JSON attributes of a record: dates become RFC 3339 strings, properties that are `undefined`
 * are left out, objects with `toJSON` are asked. Whatever JSON cannot hold is an error, because an
 * attribute that silently goes missing changes decisions.
 */
export function attributesOf(record: object, path = 'record'): Record<string, Value> {
  const value = toValue(record, path, [])
  if (isAttributes(value)) return value
  throw new AttributeError(path, 'not an object')
}

function toValue(input: unknown, path: string, ancestors: readonly object[]): Value {
  if (input === null || typeof input === 'string' || typeof input === 'boolean') return input
  if (typeof input === 'object') return fromObject(input, path, ancestors)
  if (typeof input !== 'number') throw new AttributeError(path, `of type ${typeof input}`)
  if (!Number.isFinite(input)) throw new AttributeError(path, 'a number that JSON does not have')
  return input
}

function fromObject(input: object, path: string, ancestors: readonly object[]): Value {
  if (ancestors.includes(input)) throw new AttributeError(path, 'a cycle')
  if (ancestors.length >= maxDepth)
    throw new AttributeError(path, `nested over ${maxDepth} levels deep`)
  const within = [...ancestors, input]
  if (input instanceof Date) return fromDate(input, path)
  if (Array.isArray(input))
    return input.map((item, index) => toValue(item, `${path}[${index}]`, within))
  if ('toJSON' in input && typeof input.toJSON === 'function')
    return toValue(input.toJSON(), path, within)
  if (isExotic(input)) throw new AttributeError(path, `a ${input.constructor.name}`)
  return fromProperties(input, path, within)
}

function fromDate(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw new AttributeError(path, 'an invalid date')
  return date.toISOString()
}

/** Objects whose content is not in their properties: they would become `{}` without a word. */
function isExotic(input: object): boolean {
  return (
    [Map, Set, WeakMap, WeakSet, Promise, RegExp, ArrayBuffer].some(
      (type) => input instanceof type,
    ) || ArrayBuffer.isView(input)
  )
}

function fromProperties(
  input: object,
  path: string,
  ancestors: readonly object[],
): Record<string, Value> {
  // Without a prototype, `__proto__` is a name like any other.
  const attributes: Record<string, Value> = Object.create(null)
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined) attributes[name] = toValue(value, `${path}.${name}`, ancestors)
  }
  return attributes
}

function isAttributes(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
