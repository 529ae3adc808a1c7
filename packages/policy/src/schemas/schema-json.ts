import type { JsonValue } from '../linked.ts'

/**
 * JSON as a schema file has it: numbers keep the digits in which they are written, since messages
 * show them, and objects are maps, so that any name is just a name.
 */
export type SchemaJson =
  | null
  | boolean
  | string
  | SchemaNumber
  | readonly SchemaJson[]
  | ReadonlyMap<string, SchemaJson>

/** A number with its digits. */
export class SchemaNumber {
  readonly text: string
  readonly value: number

  constructor(text: string) {
    this.text = text
    this.value = Number(text)
  }
}

export type SchemaObject = ReadonlyMap<string, SchemaJson>

export function isSchemaObject(json: SchemaJson | undefined): json is SchemaObject {
  return json instanceof Map
}

export function isSchemaList(json: SchemaJson | undefined): json is readonly SchemaJson[] {
  return Array.isArray(json)
}

/** The texts of a list; whatever else is in it is passed over. */
export function textsOf(json: SchemaJson | undefined): readonly string[] {
  return isSchemaList(json) ? json.filter((item) => typeof item === 'string') : []
}

/** The same as plain values, to be validated against a metaschema. */
export function toPlain(json: SchemaJson): JsonValue {
  if (json instanceof SchemaNumber) return json.value
  if (isSchemaList(json)) return json.map(toPlain)
  if (!isSchemaObject(json)) return json
  const plain: Record<string, JsonValue> = Object.create(null)
  for (const [name, value] of json) plain[name] = toPlain(value)
  return plain
}

/** The same from plain values, for what is not read from a file. */
export function fromPlain(value: JsonValue): SchemaJson {
  if (typeof value === 'number') return new SchemaNumber(String(value))
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([name, each]) => [name, fromPlain(each)]))
}
