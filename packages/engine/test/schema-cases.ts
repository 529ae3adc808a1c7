/** What Cerbos says about a value `v` that is not what a schema says, as `path: message`. */
export interface WordingCase {
  readonly schema: unknown
  readonly value: unknown
  readonly says: readonly string[]
}

const row = (schema: unknown, value: unknown, ...says: string[]): WordingCase => ({
  schema,
  value,
  says,
})

/**
 * Cerbos's words for every keyword: the test asks the real Cerbos for them too. Names in the message
 * of `additionalProperties` come in any order there, so that it has one here.
 */
// biome-ignore format: a table
export const WORDINGS: readonly WordingCase[] = [
  row({ type: 'string' }, 1, '/v: expected string, but got number'),
  row({ type: ['string', 'null'] }, 1, '/v: expected string or null, but got number'),
  row({ type: 'integer' }, 1.5, '/v: expected integer, but got number'),
  row({ type: 'integer' }, 1),
  row({ type: 'object' }, [], '/v: expected object, but got array'),
  row({ type: 'number' }, null, '/v: expected number, but got null'),
  row({ type: 'boolean' }, 'x', '/v: expected boolean, but got string'),
  row({ type: 'string', minLength: 5, enum: ['abcdef'] }, 1, '/v: expected string, but got number'),
  row({ const: 5 }, 6, '/v: value must be "5"'),
  row({ const: 'a' }, 6, '/v: value must be "a"'),
  row({ const: null }, 6, '/v: value must be <nil>'),
  row({ const: true }, 6, '/v: value must be true'),
  row({ const: [1] }, 6, '/v: const failed'),
  row({ enum: ['a', 'b'] }, 6, '/v: value must be one of "a", "b"'),
  row({ enum: ['a'] }, 6, '/v: value must be "a"'),
  row({ enum: [1, null, true, 'q"x\n'] }, 6, '/v: value must be one of "1", <nil>, true, "q\\"x\\n"'),
  row({ enum: ['é', '\u2028', '\u007f', '😀'] }, 6, '/v: value must be one of "é", "\\u2028", "\\x7f", "😀"'),
  row({ enum: [[1], 2] }, 6, '/v: enum failed'),
  row({ enum: [] }, 6),
  row({ format: 'email' }, "no'pe", "/v: 'no\\'pe' is not valid 'email'"),
  row({ format: 'date-time' }, 'a\nb"\\', `/v: 'a\\nb"\\' is not valid 'date-time'`),
  row({ format: 'ipv4' }, 'é\u2028\u0001', "/v: 'é\\u2028\\x01' is not valid 'ipv4'"),
  row({ format: 'nonsense' }, 'nope'),
  row({ minProperties: 2 }, { a: 1 }, '/v: minimum 2 properties allowed, but found 1 properties'),
  row({ maxProperties: 0 }, { a: 1 }, '/v: maximum 0 properties allowed, but found 1 properties'),
  row({ required: ['a', `b'"c`] }, {}, `/v: missing properties: 'a', 'b\\'"c'`),
  row({ required: ['__proto__', 'constructor'] }, {}, "/v: missing properties: '__proto__', 'constructor'"),
  row({ propertyNames: { maxLength: 2 } }, { 'a/b~c d': 2 }, '/v/a~1b~0c%20d: length must be <= 2, but got 7'),
  row({ patternProperties: { '^x': { type: 'string' } } }, { xa: 1, y: 1 }, '/v/xa: expected string, but got number'),
  row({ additionalProperties: false }, { 'e x': 1 }, "/v: additionalProperties 'e x' not allowed"),
  row({ additionalProperties: { type: 'string' } }, { a: 1 }, '/v/a: expected string, but got number'),
  row({ dependencies: { a: ['b'] } }, { a: 1 }, "/v: property 'b' is required, if 'a' property exists"),
  row({ dependentRequired: { a: ['b'] } }, { a: 1 }, "/v: property 'b' is required, if 'a' property exists"),
  row({ dependentSchemas: { a: { required: ['b'] } } }, { a: 1 }, "/v: missing properties: 'b'"),
  row({ minItems: 2 }, [1], '/v: minimum 2 items required, but found 1 items'),
  row({ maxItems: 0 }, [1], '/v: maximum 0 items required, but found 1 items'),
  row({ uniqueItems: true }, [1, 2, 1, 2], '/v: items at index 0 and 2 are equal'),
  row({ uniqueItems: true }, [{ a: 1, b: 2 }, { b: 2, a: 1 }], '/v: items at index 0 and 1 are equal'),
  row({ items: { type: 'string' } }, [1, 'a', 2], '/v/0: expected string, but got number', '/v/2: expected string, but got number'),
  row({ prefixItems: [{ type: 'string' }], items: false }, [1, 2], '/v/0: expected string, but got number', '/v/1: not allowed'),
  row({ contains: { type: 'string' } }, [1], '/v/0: expected string, but got number'),
  row({ contains: { type: 'string' } }, [], '/v: valid must be >= 1, but got 0'),
  row({ contains: { type: 'string' }, maxContains: 1 }, ['a', 'b'], '/v: valid must be <= 1, but got 2'),
  row({ contains: { type: 'string' }, minContains: 0 }, [1]),
  row({ minLength: 3 }, '😀😀', '/v: length must be >= 3, but got 2'),
  row({ maxLength: 1 }, 'ab', '/v: length must be <= 1, but got 2'),
  row({ pattern: "^\\d+'$" }, 'x', "/v: does not match pattern '^\\\\d+\\'$'"),
  row({ contentEncoding: 'base64' }, '***', '/v: value is not base64 encoded'),
  row({ contentMediaType: 'application/json' }, '{', "/v: value is not of mediatype 'application/json'"),
  row({ contentMediaType: 'application/json', contentEncoding: 'base64' }, 'ew==', "/v: value is not of mediatype 'application/json'"),
  row({ contentMediaType: 'application/json', contentSchema: { type: 'string' } }, '{}', '/v: expected string, but got object'),
  row({ contentSchema: { type: 'string' } }, '{}'),
  row({ minimum: 5.5 }, 4.25, '/v: must be >= 5.5 but found 4.25'),
  row({ exclusiveMinimum: 4 }, 4, '/v: must be > 4 but found 4'),
  row({ maximum: 1 }, 123456789, '/v: must be <= 1 but found 1.23456789e+08'),
  row({ maximum: 0.00001 }, 0.0001, '/v: must be <= 1e-05 but found 0.0001'),
  row({ exclusiveMaximum: 4 }, 4, '/v: must be < 4 but found 4'),
  row({ multipleOf: 0.1 }, 0.3),
  row({ multipleOf: 0.1 }, 0.25, '/v: 0.25 not multipleOf 0.1'),
  row({ not: { type: 'string' } }, 'a', '/v: not failed'),
  row({ allOf: [{ type: 'string' }, { minimum: 3 }] }, 1, '/v: expected string, but got number', '/v: must be >= 3 but found 1'),
  row({ anyOf: [{ type: 'string' }, { minimum: 3 }] }, 1, '/v: expected string, but got number', '/v: must be >= 3 but found 1'),
  row({ oneOf: [{ type: 'string' }, { minimum: 3 }] }, 1, '/v: expected string, but got number', '/v: must be >= 3 but found 1'),
  row({ oneOf: [{ type: 'number' }, { minimum: 0 }] }, 1, '/v: valid against schemas at indexes 0 and 1'),
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  row({ if: { type: 'number' }, then: { minimum: 3 } }, 1, '/v: must be >= 3 but found 1'),
  row({ if: { type: 'string' }, else: { maximum: 0 } }, 1, '/v: must be <= 0 but found 1'),
  row({ unevaluatedProperties: false, properties: { a: {} } }, { a: 1, b: 2 }, '/v/b: not allowed'),
  row({ unevaluatedProperties: false, anyOf: [{ properties: { a: {} } }, { required: ['c'] }] }, { a: 1, b: 2 }, '/v/b: not allowed'),
  row({ unevaluatedItems: false, prefixItems: [{}] }, [1, 2], '/v/1: not allowed'),
  row(false, 1, '/v: not allowed'),
  row({ properties: { 'a/b~ c%é': false } }, { 'a/b~ c%é': 1 }, '/v/a~1b~0%20c%25%C3%A9: not allowed'),
  row({ properties: { "!*'();,?:@&=+$[]#": false } }, { "!*'();,?:@&=+$[]#": 1 }, '/v/%21%2A%27%28%29%3B%2C%3F:@&=+$%5B%5D%23: not allowed'),
]
