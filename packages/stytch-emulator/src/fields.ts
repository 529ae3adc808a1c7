import { type ErrorType, StytchFailure } from './errors.ts'
import { describe, isObject, type JsonObject } from './json.ts'
import { described, describedAsOptional, objectSchema, schemaOf } from './json-schema.ts'

/** Reads one value, or throws a {@link FieldProblem} that names it. */
export type Reader<T> = (value: unknown, name: string) => T

/** The fields of a request body, a query or a part of a seed. */
export type Shape = Readonly<Record<string, Reader<unknown>>>

/** What a shape reads to. */
export type Fields<S extends Shape> = {
  readonly [Name in keyof S]: S[Name] extends Reader<infer T> ? T : never
}

/** A field that is missing or of the wrong type. */
export class FieldProblem extends StytchFailure {
  readonly field: string
  readonly problem: string

  constructor(field: string, problem: string, type: ErrorType = 'bad_request') {
    super(type, `${field}: ${problem}`, { field })
    this.field = field
    this.problem = problem
  }
}

/** Reads every field of a shape from an object; fields it does not know are ignored, as Stytch ignores them. */
export function readFields<S extends Shape>(shape: S, source: unknown, name = ''): Fields<S> {
  if (!isObject(source))
    throw new FieldProblem(name || 'body', `expected an object, got ${describe(source)}`)
  const read = Object.entries(shape).map(([field, reader]) => {
    const value = Object.hasOwn(source, field) ? source[field] : undefined
    return [field, reader(value, name ? `${name}.${field}` : field)]
  })
  // Each reader returns the type its key has in `Fields<S>`.
  return Object.fromEntries(read) as Fields<S>
}

/** A string that must be there and not be empty. */
export const string: Reader<string> = described({ type: 'string', minLength: 1 }, (value, name) => {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value)
  if (value === '') throw new FieldProblem(name, 'expected a string, got an empty one')
  return value
})

/** A string that may be empty. */
export const text: Reader<string> = described({ type: 'string' }, (value, name) => {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value)
  return value
})

/** `true` or `false`. */
export const boolean: Reader<boolean> = described({ type: 'boolean' }, (value, name) => {
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value)
  return value
})

/** An email address, in lower case. */
export const email: Reader<string> = described(
  { type: 'string', format: 'email' },
  (value, name) => {
    const address = string(value, name).toLowerCase()
    if (!/^[^\s@<>"]+@[^\s@<>".]+(\.[^\s@<>".]+)+$/.test(address))
      throw new FieldProblem(name, 'expected an email address', 'invalid_email')
    return address
  },
)

const phonePattern = /^\+[1-9]\d{6,14}$/

/** A phone number in the E.164 format. */
export const phoneNumber: Reader<string> = described(
  { type: 'string', pattern: phonePattern.source },
  (value, name) => {
    const number = string(value, name)
    if (!phonePattern.test(number))
      throw new FieldProblem(
        name,
        'expected a phone number such as `+15551234567`',
        'invalid_phone_number',
      )
    return number
  },
)

/** A whole number between two limits. */
export function integer(min: number, max: number, type?: ErrorType): Reader<number> {
  return (value, name) => {
    if (typeof value !== 'number') throw wrongType(name, 'a number', value)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    if (type !== undefined) throw new StytchFailure(type)
    throw new FieldProblem(name, `expected a whole number from ${min} to ${max}`)
  }
}

/** One of a few strings. */
export function oneOf<const T extends string>(values: readonly T[], type?: ErrorType): Reader<T> {
  return described({ enum: values }, (value, name) => {
    const found = values.find((known) => known === value)
    if (found !== undefined) return found
    throw new FieldProblem(
      name,
      `expected ${values.map((known) => `\`${known}\``).join(' or ')}`,
      type,
    )
  })
}

/** An array, each element read alike. */
export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return described({ type: 'array', items: schemaOf(reader) }, (value, name) => {
    if (!Array.isArray(value)) throw wrongType(name, 'an array', value)
    return value.map((element, index) => reader(element, `${name}[${index}]`))
  })
}

/** An object with these fields. */
export function object<S extends Shape>(shape: S): Reader<Fields<S>> {
  return described(objectSchema(shape), (value, name) => readFields(shape, value, name))
}

/** Any JSON object. */
export const jsonObject: Reader<JsonObject> = described({ type: 'object' }, (value, name) => {
  if (!isObject(value)) throw wrongType(name, 'an object', value)
  // It was parsed from JSON, so what it holds is JSON.
  return value as JsonObject
})

/** A field that may be missing; `null` counts as missing. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return describedAsOptional(
    (value, name) => (value === undefined || value === null ? undefined : reader(value, name)),
    reader,
  )
}

/** A field with a value of its own when it is missing. */
export function withDefault<T>(reader: Reader<T>, fallback: T): Reader<T> {
  return describedAsOptional(
    (value, name) => (value === undefined || value === null ? fallback : reader(value, name)),
    reader,
  )
}

/** The fields that were given, so that they can be spread over a stored object. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function wrongType(name: string, expected: string, value: unknown): FieldProblem {
  return new FieldProblem(name, `expected ${expected}, got ${describe(value)}`)
}
