import { CERBOS_VERSION } from '../commands/server-info.ts'
import type { Route } from '../http/routes.ts'
import type { Field, FieldType, MessageType } from '../wire/schema.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Describes the operations of the HTTP API, made from the tables by which they are answered.
 * @see https://spec.openapis.org/oas/v3.0.3
 */
export function openApi(routes: readonly Route[]): Json {
  const schemas = new Map<string, Json>()
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const { path, method } = route
    const operations = paths[path] ?? {}
    paths[path] = operations
    operations[method.toLowerCase()] = operationOf(route, schemas)
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Policy decision point', version: CERBOS_VERSION },
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { admin: { type: 'http', scheme: 'basic' } },
    },
  }
}

function operationOf(route: Route, schemas: Map<string, Json>): Json {
  const { command, path, method, from } = route
  const [service = '', name = ''] = command.method.split('/')
  const hasBody = from !== 'query' && method !== 'GET'
  const [first] = path.split('/').filter((part) => part !== '')
  return {
    // Several addresses may lead to one command.
    operationId: `${name}_${method}_${path.replaceAll(/[^a-z]+/gi, '_')}`,
    summary: name,
    tags: [service],
    ...(first === 'admin' && { security: [{ admin: [] }] }),
    ...(hasBody
      ? { requestBody: { required: true, content: jsonOf(refTo(command.request, schemas)) } }
      : { parameters: command.request.fields.map((field) => parameterOf(field, schemas)) }),
    responses: {
      200: { description: 'The answer', content: jsonOf(refTo(command.response, schemas)) },
      default: { description: 'A refusal', content: jsonOf(STATUS) },
    },
  }
}

const STATUS: Json = {
  type: 'object',
  properties: {
    code: { type: 'integer' },
    message: { type: 'string' },
    details: { type: 'array', items: {} },
  },
}

function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } }
}

function parameterOf(field: Field, schemas: Map<string, Json>): Json {
  const isRequired = field.rules.required === true
  const schema = schemaOfField(field, schemas)
  return { name: field.jsonName, in: 'query', ...(isRequired && { required: true }), schema }
}

function refTo(type: MessageType, schemas: Map<string, Json>): Json {
  if (!schemas.has(type.name)) {
    // Before its fields: a message may be inside itself.
    schemas.set(type.name, {})
    const required = type.fields
      .filter(({ rules }) => rules.required)
      .map(({ jsonName }) => jsonName)
    const properties = type.fields.map((field) => [field.jsonName, schemaOfField(field, schemas)])
    schemas.set(type.name, {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
    })
  }
  return { $ref: `#/components/schemas/${type.name}` }
}

function schemaOfField({ type, cardinality, rules }: Field, schemas: Map<string, Json>): Json {
  const one = schemaOf(type, schemas)
  const { minItems, maxItems, unique, minLen, maxLen, pattern } = rules
  switch (cardinality) {
    case 'map':
      return { type: 'object', additionalProperties: one }
    case 'list':
      return {
        type: 'array',
        items: one,
        ...(minItems !== undefined && { minItems }),
        ...(maxItems !== undefined && { maxItems }),
        ...(unique && { uniqueItems: true }),
      }
    case 'single':
      if (type.kind !== 'string') return one
      return {
        ...one,
        ...(minLen !== undefined && { minLength: minLen }),
        ...(maxLen !== undefined && { maxLength: maxLen }),
        ...(pattern !== undefined && { pattern }),
      }
  }
}

function schemaOf(type: FieldType, schemas: Map<string, Json>): Json {
  switch (type.kind) {
    case 'message':
      return refTo(type.message(), schemas)
    case 'enum':
      return { type: 'string', enum: Object.keys(type.enum.values) }
    case 'value':
      return {}
    case 'bool':
      return { type: 'boolean' }
    case 'uint32':
      return { type: 'integer', minimum: 0 }
    case 'bytes':
      return { type: 'string', format: 'byte' }
    case 'timestamp':
      return { type: 'string', format: 'date-time' }
    case 'string':
    case 'uint64Value':
    case 'duration':
      return { type: 'string' }
  }
}
