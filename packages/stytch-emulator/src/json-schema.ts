import type { Reader } from './fields.ts'
import type { JsonObject } from './json.ts'

/** What a reader takes, as a JSON Schema has it, and whether it takes nothing, too. */
interface Description {
  readonly schema: JsonObject
  readonly isOptional: boolean
}

const descriptions = new WeakMap<object, Description>()

/** The same reader, with a JSON Schema of what it takes. */
export function described<T>(schema: JsonObject, reader: Reader<T>): Reader<T> {
  descriptions.set(reader, { schema, isOptional: false })
  return reader
}

/** The same reader, which takes what another takes, or nothing. */
export function describedAsOptional<T>(reader: Reader<T>, inner: Reader<unknown>): Reader<T> {
  descriptions.set(reader, { schema: schemaOf(inner), isOptional: true })
  return reader
}

/** What a reader takes; `{}`, which is anything, where nobody has described it. */
export function schemaOf(reader: Reader<unknown>): JsonObject {
  return descriptions.get(reader)?.schema ?? {}
}

/** An object with these fields. */
export function objectSchema(shape: Readonly<Record<string, Reader<unknown>>>): JsonObject {
  const fields = Object.entries(shape)
  const required = fields.flatMap(([name, reader]) =>
    descriptions.get(reader)?.isOptional === true ? [] : [name],
  )
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, reader]) => [name, schemaOf(reader)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}
