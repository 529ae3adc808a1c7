import type { JsonValue } from '../linked.ts'

/* The metaschemas of drafts 4, 6 and 7, as far as they say what a valid schema is. */

type Json = Readonly<Record<string, JsonValue>>

const self: Json = { $ref: '#' }
const ref = (to: string): Json => ({ $ref: `#/definitions/${to}` })
const bool: Json = { type: 'boolean' }
const text: Json = { type: 'string' }
const number: Json = { type: 'number' }
const mapOf = (schema: Json): Json => ({ type: 'object', additionalProperties: schema })
const reference: Json = { type: 'string', format: 'uri-reference' }

const typeKeyword: Json = {
  anyOf: [
    ref('simpleTypes'),
    { type: 'array', items: ref('simpleTypes'), minItems: 1, uniqueItems: true },
  ],
}

const simpleTypes: Json = {
  enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'],
}
const schemaArray: Json = { type: 'array', minItems: 1, items: self }

/** What drafts 4, 6 and 7 share, given their names for counts. */
const shared = (count: string, countOrZero: string): Json => ({
  title: text,
  description: text,
  maximum: number,
  minimum: number,
  maxLength: ref(count),
  minLength: ref(countOrZero),
  pattern: { type: 'string', format: 'regex' },
  items: { anyOf: [self, ref('schemaArray')] },
  maxItems: ref(count),
  minItems: ref(countOrZero),
  uniqueItems: bool,
  maxProperties: ref(count),
  minProperties: ref(countOrZero),
  required: ref('stringArray'),
  definitions: mapOf(self),
  properties: mapOf(self),
  dependencies: mapOf({ anyOf: [self, ref('stringArray')] }),
  type: typeKeyword,
  format: text,
  allOf: ref('schemaArray'),
  anyOf: ref('schemaArray'),
  oneOf: ref('schemaArray'),
  not: self,
})

const counts = (count: string, countOrZero: string): Json => ({
  [count]: { type: 'integer', minimum: 0 },
  [countOrZero]: { allOf: [ref(count), {}] },
})

const draft4: Json = {
  id: 'http://json-schema.org/draft-04/schema#',
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  definitions: {
    schemaArray,
    ...counts('positiveInteger', 'positiveIntegerDefault0'),
    simpleTypes,
    stringArray: { type: 'array', items: text, minItems: 1, uniqueItems: true },
  },
  properties: {
    ...shared('positiveInteger', 'positiveIntegerDefault0'),
    id: reference,
    $ref: text,
    $schema: { type: 'string', format: 'uri' },
    multipleOf: { type: 'number', minimum: 0, exclusiveMinimum: true },
    exclusiveMaximum: bool,
    exclusiveMinimum: bool,
    additionalItems: { anyOf: [bool, self] },
    additionalProperties: { anyOf: [bool, self] },
    patternProperties: { ...mapOf(self), regexProperties: true },
    enum: { type: 'array', minItems: 1, uniqueItems: true },
  },
  dependencies: { exclusiveMaximum: ['maximum'], exclusiveMinimum: ['minimum'] },
}

const since6: Json = {
  ...shared('nonNegativeInteger', 'nonNegativeIntegerDefault0'),
  $id: reference,
  $schema: { type: 'string', format: 'uri' },
  $ref: reference,
  multipleOf: { type: 'number', exclusiveMinimum: 0 },
  exclusiveMaximum: number,
  exclusiveMinimum: number,
  additionalItems: self,
  contains: self,
  additionalProperties: self,
  propertyNames: self,
  enum: { type: 'array', minItems: 1, uniqueItems: true },
}

const definitionsSince6: Json = {
  schemaArray,
  ...counts('nonNegativeInteger', 'nonNegativeIntegerDefault0'),
  simpleTypes,
  stringArray: { type: 'array', items: text, uniqueItems: true },
}

const draft6: Json = {
  $id: 'http://json-schema.org/draft-06/schema#',
  $schema: 'http://json-schema.org/draft-06/schema#',
  type: ['object', 'boolean'],
  definitions: definitionsSince6,
  properties: { ...since6, patternProperties: { ...mapOf(self), regexProperties: true } },
}

const draft7: Json = {
  $id: 'http://json-schema.org/draft-07/schema#',
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: ['object', 'boolean'],
  definitions: definitionsSince6,
  properties: {
    ...since6,
    patternProperties: { ...mapOf(self), propertyNames: { format: 'regex' } },
    examples: { type: 'array' },
    $comment: text,
    readOnly: bool,
    writeOnly: bool,
    contentMediaType: text,
    contentEncoding: text,
    if: self,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: self,
    else: self,
  },
}

/** By URL. */
export const EARLY_METASCHEMAS: ReadonlyMap<string, Json> = new Map([
  ['http://json-schema.org/draft-04/schema', draft4],
  ['http://json-schema.org/draft-06/schema', draft6],
  ['http://json-schema.org/draft-07/schema', draft7],
])
