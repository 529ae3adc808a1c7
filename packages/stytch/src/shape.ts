import type { Value } from '@lockstitch/guard'

/** An object read from outside, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** A value that is not of the expected shape; the path says where, the value is not told. */
export class ShapeError extends Error {
  readonly path: string
  readonly expected: string

  constructor(path: string, expected: string) {
    super(`\`${path}\` is not ${expected}`)
    this.name = 'ShapeError'
    this.path = path
    this.expected = expected
  }
}

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own field; names of methods of objects are just names. */
export function field(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

export function readFields(value: unknown, path: string): Fields {
  if (isFields(value)) return value
  throw new ShapeError(path, 'an object')
}

export function readText(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new ShapeError(path, 'a non-empty string')
}

export function readTextOrNull(value: unknown, path: string): string | null {
  if (value === undefined || value === null || value === '') return null
  return readText(value, path)
}

export function readTexts(value: unknown, path: string): string[] {
  if (!Array.isArray(value)) throw new ShapeError(path, 'a list of strings')
  return value.map((item, index) => readText(item, `${path}[${index}]`))
}

export function readTime(value: unknown, path: string): string {
  const text = readText(value, path)
  if (Number.isNaN(Date.parse(text))) throw new ShapeError(path, 'an RFC 3339 time')
  return text
}

/** A finite number of seconds since 1970, as JWTs have them. */
export function readSeconds(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new ShapeError(path, 'a number of seconds')
}

/** What JSON.parse made is a JSON value; this says so to the compiler after looking. */
export function readValue(value: unknown, path: string): Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return value as Value // One of the four types just tested.
  if (Array.isArray(value)) return value.map((item, index) => readValue(item, `${path}[${index}]`))
  return readValues(readFields(value, path), path)
}

/** The fields of an object as JSON values, without a prototype. */
export function readValues(fields: Fields, path: string): Record<string, Value> {
  const values: Record<string, Value> = Object.create(null)
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) values[name] = readValue(value, `${path}.${name}`)
  return values
}
