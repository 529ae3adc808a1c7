import type { JsonValue } from '../linked.ts'
import { compareWithText } from './decimals.ts'
import { isSchemaList, isSchemaObject, type SchemaJson, SchemaNumber } from './schema-json.ts'

/** What JSON Schema calls the types of values. */
export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

export type JsonObject = { readonly [name: string]: JsonValue }

export function typeOf(value: JsonValue): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'number':
      return 'number'
    case 'string':
      return 'string'
    default:
      return 'object'
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is the one that a schema says. */
export function equalsSchema(value: JsonValue, wanted: SchemaJson): boolean {
  if (wanted instanceof SchemaNumber) {
    return typeof value === 'number' && compareWithText(value, wanted.text) === 0
  }
  if (isSchemaList(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((item, index) => equalsSchema(value[index] as JsonValue, item)) // in range
    )
  }
  if (isSchemaObject(wanted)) {
    if (!isObject(value) || Object.keys(value).length !== wanted.size) return false
    return [...wanted].every(([name, each]) => {
      const own = Object.hasOwn(value, name) ? value[name] : undefined
      return own !== undefined && equalsSchema(own, each)
    })
  }
  return value === wanted
}

/** A text that is the same for equal values only. */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  if (!isObject(value)) return value === 0 ? '0' : JSON.stringify(value)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name] as JsonValue)}`).join()}}` // its own key
}
