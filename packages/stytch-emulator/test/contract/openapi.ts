import { isObject } from '../../src/json.ts'

/** Stytch's published description of its API, as far as it is read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** A JSON Schema in the few words that the description uses. */
interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly enum?: readonly unknown[]
}

/** The schema of the successful answer of an endpoint, if the description has the endpoint. */
export function responseSchema(api: OpenApi, method: string, path: string): Schema | undefined {
  const template = path.replace(/:(\w+)/g, '{$1}')
  const operation = api.paths[template]?.[method.toLowerCase()]
  const found = ['responses', '200', 'content', 'application/json', 'schema'].reduce<unknown>(
    (node, key) => (isObject(node) ? node[key] : undefined),
    operation,
  )
  return isObject(found) ? found : undefined
}

/** What in a value is not as its schema says, each with its place. */
export function problemsOf(api: OpenApi, schema: Schema, value: unknown, place = ''): string[] {
  if (schema.$ref !== undefined) {
    const referred = api.components.schemas[schema.$ref.replace('#/components/schemas/', '')]
    return referred === undefined
      ? [`${place}: the description has no ${schema.$ref}`]
      : problemsOf(api, referred, value, place)
  }
  if (!isOfType(schema.type, value)) return [`${place || 'body'}: expected ${schema.type}`]
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${place}: not one of the values of its enum`]
  if (Array.isArray(value))
    return value.flatMap((one, index) =>
      problemsOf(api, schema.items ?? {}, one, `${place}[${index}]`),
    )
  return isObject(value) ? problemsOfObject(api, schema, value, place) : []
}

function problemsOfObject(
  api: OpenApi,
  schema: Schema,
  value: { readonly [key: string]: unknown },
  place: string,
): string[] {
  const at = (name: string): string => (place === '' ? name : `${place}.${name}`)
  const isGiven = (name: string): boolean => value[name] !== undefined && value[name] !== null
  const missing = (schema.required ?? []).filter((name) => !isGiven(name))
  const properties = schema.properties ?? {}
  return [
    ...missing.map((name) => `${at(name)}: missing`),
    ...Object.entries(properties)
      .filter(([name]) => isGiven(name))
      .flatMap(([name, property]) => problemsOf(api, property, value[name], at(name))),
    // A misspelt field would be a field that the description does not know.
    ...(schema.properties === undefined || schema.additionalProperties !== undefined
      ? []
      : Object.keys(value)
          .filter((name) => !Object.hasOwn(properties, name))
          .map((name) => `${at(name)}: the description does not know it`)),
  ]
}

function isOfType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    default:
      return true
  }
}
