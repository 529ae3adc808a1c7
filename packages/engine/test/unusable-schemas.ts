/** A schema file that cannot be used, and what Cerbos says about it. `SELF` is its URL. */
export interface UnusableSchema {
  readonly text: string
  readonly problem: string
}

const failed = (text: string, problem: string): UnusableSchema => ({
  text,
  problem: `jsonschema SELF compilation failed: ${problem}`,
})
const notJson = (text: string, problem: string): UnusableSchema =>
  failed(text, `invalid json SELF: ${problem}`)
const notValid = (text: string, path: string, where: string, message: string): UnusableSchema =>
  failed(text, `'${path}' does not validate with ${where}: ${message}`)

const LATEST = 'https://json-schema.org/draft/2020-12/schema#'
const TYPES =
  'value must be one of "array", "boolean", "integer", "null", "number", "object", "string"'

// biome-ignore format: a table
export const UNUSABLE: readonly UnusableSchema[] = [
  notJson('', 'EOF'),
  notJson('{', 'unexpected EOF'),
  notJson('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
  notJson('{"a" 1}', "invalid character '1' after object key"),
  notJson("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
  notJson('{"a":01}', "invalid character '1' after object key:value pair"),
  notJson('{} {}', 'invalid character { after top-level value'),
  notJson('{} "a"', 'invalid character a after top-level value'),
  notJson('{"a":"\n"}', "invalid character '\\n' in string literal"),
  notJson('{"a":tru}', "invalid character '}' in literal true (expecting 'e')"),
  notJson('{"a":"\\x"}', "invalid character 'x' in string escape code"),
  notJson('{"a":"\\u12G4"}', "invalid character 'G' in \\u hexadecimal character escape"),
  notJson('{"a":-}', "invalid character '}' in numeric literal"),
  notJson('{"a":1.}', "invalid character '}' after decimal point in numeric literal"),
  notJson('{"a":1e}', "invalid character '}' in exponent of numeric literal"),
  notJson('[1 2]', "invalid character '2' after array element"),
  notJson('\u00e9', "invalid character 'Ã' looking for beginning of value"),
  notValid('[]', '', `${LATEST}/type`, 'expected object or boolean, but got array'),
  notValid('{"type":"strin"}', '/type', `${LATEST}/allOf/3/$ref/properties/type/anyOf/0/$ref/enum`, TYPES),
  notValid('{"$defs":{"a":{"type":1}}}', '/$defs/a/type', `${LATEST}/allOf/0/$ref/properties/$defs/additionalProperties/$dynamicRef/allOf/3/$ref/properties/type/anyOf/0/$ref/enum`, TYPES),
  notValid('{"pattern":"(?=a)"}', '/pattern', `${LATEST}/allOf/3/$ref/properties/pattern/format`, "'(?=a)' is not valid 'regex'"),
  notValid('{"minLength":-1}', '/minLength', `${LATEST}/allOf/3/$ref/properties/minLength/$ref/$ref/minimum`, 'must be >= 0 but found -1'),
  notValid('{"$schema":"https://json-schema.org/draft/2019-09/schema","type":""}', '/type', 'https://json-schema.org/draft/2019-09/schema#/allOf/2/$ref/properties/type/anyOf/0/$ref/enum', TYPES),
  notValid('{"$schema":"http://json-schema.org/draft-07/schema#","type":""}', '/type', 'http://json-schema.org/draft-07/schema#/properties/type/anyOf/0/$ref/enum', TYPES),
  notValid('{"$schema":"http://json-schema.org/draft-06/schema#","patternProperties":{"(":{}}}', '/patternProperties', 'http://json-schema.org/draft-06/schema#/properties/patternProperties', "patternProperty '(' is not valid regex"),
  notValid('{"$schema":"http://json-schema.org/draft-04/schema#","enum":[]}', '/enum', 'http://json-schema.org/draft-04/schema#/properties/enum/minItems', 'minimum 1 items required, but found 0 items'),
  failed('{"$schema":"nope"}', '$schema must be uri in SELF'),
  failed('{"$schema":5}', 'invalid $schema in SELF'),
  failed('{"$id":"::"}', 'parse "::": missing protocol scheme'),
  failed('{"$ref":"#/nowhere"}', 'SELF#/nowhere not found'),
  failed('{"$ref":"#nowhere"}', 'SELF#nowhere not found'),
  failed('{"$ref":"#"}', 'infinite loop SELF#/$ref'),
  failed('{"allOf":[{"$ref":"#"}]}', 'infinite loop SELF#/allOf/0/$ref'),
  failed('{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}', 'infinite loop SELF#/$ref/$ref/$ref'),
  failed('{"$ref":"ftp://x/y.json"}', 'no Loader found for ftp://x/y.json'),
  { text: '{"$ref":"nope.json"}', problem: "schema _schemas/nope.json referenced by SELF doesn't exist" },
  { text: '{"$ref":"file:///nope.json"}', problem: "schema /nope.json referenced by SELF doesn't exist" },
]
