import fc from 'fast-check'

/** A JSON schema and attributes that it may or may not fit. */
export interface SchemaCase {
  readonly schema: unknown
  readonly attributes: Readonly<Record<string, unknown>>
}

const NAMES = ['a', 'b', 'c d', 'e/f', '__proto__', 'ü'] as const
const name = fc.constantFrom(...NAMES)
const text = fc.constantFrom(
  '',
  'a',
  'abc',
  'ab\n',
  "it's",
  '2024-01-02',
  'a@b.c',
  '😀😀',
  '{}',
  'e30=',
)
const number = fc.constantFrom(-1, 0, 0.1, 0.3, 1, 1.5, 2, 3, 10, 1e6, 1e21, 123456.5, 1e-7)
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, text)

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    membersOf(tie('value')),
  ),
}))

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const
const count = fc.integer({ min: 0, max: 3 })
const pattern = fc.constantFrom('^a', 'b$', '[^a]', '^(?:a|ab)+$', '\\d', '^\\p{Lu}', "'")
const format = fc.constantFrom('date', 'email', 'ipv4', 'uri', 'regex', 'uuid', 'nonsense')

/** Keywords that several drafts have, and what they may hold. */
const plainKeywords = {
  type: fc.oneof(
    fc.constantFrom(...TYPES),
    fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 }),
  ),
  enum: fc.array(value, { minLength: 1, maxLength: 3 }),
  minimum: number,
  maximum: number,
  multipleOf: fc.constantFrom(0.1, 0.5, 1, 3),
  minLength: count,
  maxLength: count,
  pattern,
  format,
  minItems: count,
  maxItems: count,
  uniqueItems: fc.boolean(),
  minProperties: count,
  maxProperties: count,
  required: fc.uniqueArray(name, { maxLength: 2 }),
}

const DRAFTS = [
  { version: 4, $schema: 'http://json-schema.org/draft-04/schema#', definitions: 'definitions' },
  { version: 6, $schema: 'http://json-schema.org/draft-06/schema#', definitions: 'definitions' },
  { version: 7, $schema: 'http://json-schema.org/draft-07/schema#', definitions: 'definitions' },
  { version: 2019, $schema: 'https://json-schema.org/draft/2019-09/schema', definitions: '$defs' },
  { version: 2020, $schema: 'https://json-schema.org/draft/2020-12/schema', definitions: '$defs' },
  { version: 2020, $schema: undefined, definitions: '$defs' },
] as const

function schemaOf({ version, definitions }: (typeof DRAFTS)[number]): fc.Arbitrary<unknown> {
  const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
    const self = tie('schema')
    const list = fc.array(self, { minLength: 1, maxLength: 3 })
    const boolean = version === 4 ? fc.boolean() : self
    const keywords: Record<string, fc.Arbitrary<unknown>> = {
      ...plainKeywords,
      properties: membersOf(self),
      patternProperties: fc.dictionary(pattern, self, { maxKeys: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), self),
      dependencies: membersOf(fc.oneof(self, fc.uniqueArray(name, { minLength: 1, maxLength: 2 }))),
      not: self,
      allOf: list,
      anyOf: list,
      oneOf: list,
      $ref: fc.constant(`#/${definitions}/shared`),
    }
    if (version === 4) Object.assign(keywords, { exclusiveMinimum: fc.boolean() })
    if (version < 2020) {
      Object.assign(keywords, { items: fc.oneof(self, list), additionalItems: boolean })
    }
    if (version >= 6) {
      const limits = { exclusiveMinimum: number, exclusiveMaximum: number, const: value }
      Object.assign(keywords, limits, { contains: self, propertyNames: self })
    }
    if (version >= 7) {
      Object.assign(keywords, {
        ...{ if: self, else: self },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: self,
        contentEncoding: fc.constantFrom('base64', 'other'),
        contentMediaType: fc.constantFrom('application/json', 'text/plain'),
      })
    }
    if (version >= 2019) {
      Object.assign(keywords, {
        dependentRequired: membersOf(fc.uniqueArray(name, { minLength: 1, maxLength: 2 })),
        dependentSchemas: membersOf(self),
        ...{ unevaluatedProperties: self, unevaluatedItems: self },
        ...{ minContains: count, maxContains: count, contentSchema: self },
      })
    }
    if (version >= 2020) Object.assign(keywords, { items: self, prefixItems: list })
    const some = fc
      .uniqueArray(fc.constantFrom(...Object.keys(keywords)), { minLength: 1, maxLength: 4 })
      .chain((names) =>
        fc.record(Object.fromEntries(names.map((each) => [each, keywords[each] ?? value]))),
      )
      .map(withMinimum)
    const leaf = fc.record(
      { type: fc.constantFrom(...TYPES), minimum: number, minLength: count },
      { requiredKeys: [] },
    )
    return {
      schema: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        leaf,
        ...(version === 4 ? [] : [fc.boolean()]),
        { arbitrary: some, weight: 6 },
      ),
    }
  })
  return schema
}

/** In draft 4 a limit is exclusive only where there is one. */
function withMinimum(schema: Record<string, unknown>): Record<string, unknown> {
  return typeof schema.exclusiveMinimum === 'boolean' ? { minimum: 1, ...schema } : schema
}

function membersOf(member: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .uniqueArray(fc.tuple(name, member), { maxLength: 3, selector: ([each]) => each })
    .map((entries) => Object.fromEntries(entries))
}

/** Schemas of all drafts. They refer to one that does not refer to itself. */
export const schemaCase: fc.Arbitrary<SchemaCase> = fc.constantFrom(...DRAFTS).chain((draft) => {
  const { $schema, definitions } = draft
  const base = $schema === undefined ? {} : { $schema }
  const shared = fc.constantFrom(
    { type: 'string' },
    { minimum: 1 },
    { required: ['a'] },
    { maxItems: 1 },
  )
  return fc.record({
    schema: fc
      .tuple(membersOf(schemaOf(draft)), shared, schemaOf(draft))
      .map(([properties, definition, more]) => ({
        ...base,
        properties,
        [definitions]: { shared: definition },
        ...(draft.version >= 2019 && isObject(more) && { ...more, ...base, properties }),
      })),
    attributes: membersOf(value),
  })
})

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null
}
