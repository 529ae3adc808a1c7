import type { JsonValue } from '../linked.ts'

/*
 * The metaschemas of drafts 2020-12 and 2019-09, as far as they say what a valid schema is: without
 * titles, defaults and comments. Messages show where in them a schema fails, so their shape matters.
 */

type Json = Readonly<Record<string, JsonValue>>

const bool: Json = { type: 'boolean' }
const text: Json = { type: 'string' }
const number: Json = { type: 'number' }
const anyList: Json = { type: 'array', items: true }
const ref = (to: string): Json => ({ $ref: `#/$defs/${to}` })
const TYPES = ['object', 'boolean']

const typeKeyword: Json = {
  anyOf: [
    ref('simpleTypes'),
    { type: 'array', items: ref('simpleTypes'), minItems: 1, uniqueItems: true },
  ],
}

const validation: Json = {
  properties: {
    type: typeKeyword,
    const: true,
    enum: anyList,
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    maximum: number,
    exclusiveMaximum: number,
    minimum: number,
    exclusiveMinimum: number,
    maxLength: ref('nonNegativeInteger'),
    minLength: ref('nonNegativeIntegerDefault0'),
    pattern: { type: 'string', format: 'regex' },
    maxItems: ref('nonNegativeInteger'),
    minItems: ref('nonNegativeIntegerDefault0'),
    uniqueItems: bool,
    maxContains: ref('nonNegativeInteger'),
    minContains: ref('nonNegativeInteger'),
    maxProperties: ref('nonNegativeInteger'),
    minProperties: ref('nonNegativeIntegerDefault0'),
    required: ref('stringArray'),
    dependentRequired: { type: 'object', additionalProperties: ref('stringArray') },
  },
  $defs: {
    nonNegativeInteger: { type: 'integer', minimum: 0 },
    nonNegativeIntegerDefault0: ref('nonNegativeInteger'),
    simpleTypes: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] },
    stringArray: { type: 'array', items: text, uniqueItems: true },
  },
}

const metaData: Json = {
  properties: {
    title: text,
    description: text,
    default: true,
    deprecated: bool,
    readOnly: bool,
    writeOnly: bool,
    examples: anyList,
  },
}

const format: Json = { properties: { format: text } }

const content = (self: Json): Json => ({
  properties: { contentMediaType: text, contentEncoding: text, contentSchema: self },
})

const mapOf = (schema: Json): Json => ({ type: 'object', additionalProperties: schema })

const applicators = (self: Json): Json => ({
  contains: self,
  additionalProperties: self,
  properties: mapOf(self),
  patternProperties: { ...mapOf(self), propertyNames: { format: 'regex' } },
  dependentSchemas: mapOf(self),
  propertyNames: self,
  if: self,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: self,
  else: self,
  allOf: ref('schemaArray'),
  anyOf: ref('schemaArray'),
  oneOf: ref('schemaArray'),
  not: self,
})

const schemaArray = (self: Json): Json => ({ type: 'array', minItems: 1, items: self })

function draft2020(): ReadonlyMap<string, Json> {
  const self: Json = { $dynamicRef: '#meta' }
  const vocabularies: Readonly<Record<string, Json>> = {
    core: {
      properties: {
        $id: { ...ref('uriReferenceString'), pattern: '^[^#]*#?$' },
        $schema: ref('uriString'),
        $ref: ref('uriReferenceString'),
        $anchor: ref('anchorString'),
        $dynamicRef: ref('uriReferenceString'),
        $dynamicAnchor: ref('anchorString'),
        $vocabulary: {
          type: 'object',
          propertyNames: ref('uriString'),
          additionalProperties: bool,
        },
        $comment: text,
        $defs: mapOf(self),
      },
      $defs: {
        anchorString: { type: 'string', pattern: '^[A-Za-z_][-A-Za-z0-9._]*$' },
        uriString: { type: 'string', format: 'uri' },
        uriReferenceString: { type: 'string', format: 'uri-reference' },
      },
    },
    applicator: {
      properties: { prefixItems: ref('schemaArray'), items: self, ...applicators(self) },
      $defs: { schemaArray: schemaArray(self) },
    },
    unevaluated: { properties: { unevaluatedItems: self, unevaluatedProperties: self } },
    validation,
    'meta-data': metaData,
    'format-annotation': format,
    content: content(self),
  }
  const base = 'https://json-schema.org/draft/2020-12/'
  const dialect: Json = {
    properties: {
      definitions: mapOf(self),
      dependencies: mapOf({ anyOf: [self, { $ref: 'meta/validation#/$defs/stringArray' }] }),
      $recursiveAnchor: { $ref: 'meta/core#/$defs/anchorString' },
      $recursiveRef: { $ref: 'meta/core#/$defs/uriReferenceString' },
    },
  }
  return documents(base, vocabularies, dialect, { $dynamicAnchor: 'meta' })
}

function draft2019(): ReadonlyMap<string, Json> {
  const self: Json = { $recursiveRef: '#' }
  const reference: Json = { type: 'string', format: 'uri-reference' }
  const uri: Json = { type: 'string', format: 'uri' }
  const vocabularies: Readonly<Record<string, Json>> = {
    core: {
      properties: {
        $id: { ...reference, pattern: '^[^#]*#?$' },
        $schema: uri,
        $anchor: { type: 'string', pattern: '^[A-Za-z][-A-Za-z0-9.:_]*$' },
        $ref: reference,
        $recursiveRef: reference,
        $recursiveAnchor: bool,
        $vocabulary: { type: 'object', propertyNames: uri, additionalProperties: bool },
        $comment: text,
        $defs: mapOf(self),
      },
    },
    applicator: {
      properties: {
        additionalItems: self,
        unevaluatedItems: self,
        items: { anyOf: [self, ref('schemaArray')] },
        unevaluatedProperties: self,
        ...applicators(self),
      },
      $defs: { schemaArray: schemaArray(self) },
    },
    validation,
    'meta-data': metaData,
    format,
    content: content(self),
  }
  const base = 'https://json-schema.org/draft/2019-09/'
  const dialect: Json = {
    properties: {
      definitions: mapOf(self),
      dependencies: mapOf({ anyOf: [self, { $ref: 'meta/validation#/$defs/stringArray' }] }),
    },
  }
  return documents(base, vocabularies, dialect, { $recursiveAnchor: true })
}

function documents(
  base: string,
  vocabularies: Readonly<Record<string, Json>>,
  dialect: Json,
  anchor: Json,
): ReadonlyMap<string, Json> {
  const $schema = `${base}schema`
  const entries = Object.entries(vocabularies).map(([name, vocabulary]): [string, Json] => {
    const $id = `${base}meta/${name}`
    return [$id, { $schema, $id, ...anchor, type: TYPES, ...vocabulary }]
  })
  const allOf = Object.keys(vocabularies).map((name) => ({ $ref: `meta/${name}` }))
  return new Map([
    ...entries,
    [$schema, { $schema, $id: $schema, ...anchor, allOf, type: TYPES, ...dialect }],
  ])
}

/** By URL. */
export const METASCHEMAS_WITH_VOCABULARIES: ReadonlyMap<string, Json> = new Map([
  ...draft2020(),
  ...draft2019(),
])
