import { describe, expect, test } from 'vitest'

import { createEnv } from '../src/env.ts'
import type { Overload } from '../src/functions/overload.ts'
import {
  type CelType,
  DOUBLE,
  DYN,
  formatType,
  INT,
  listType,
  mapType,
  messageType,
  openStructType,
  optionalType,
  STRING,
} from '../src/types.ts'

const person = messageType(
  'Person',
  { id: STRING, roles: listType(STRING), attr: mapType(STRING, DYN) },
  { identifier: 'id' },
)
const variables: Readonly<Record<string, CelType>> = {
  P: person,
  V: openStructType('Variables'),
  n: INT,
  x: STRING,
  maybe: optionalType(mapType(STRING, INT)),
  'a.b.c': DOUBLE,
  'ns.x': INT,
}

/** The type of an expression, or what is wrong with it: each mistake under its text, with its code. */
function typeOf(source: string, container = ''): string {
  const compiled = createEnv({ variables, container }).compile(source)
  if (compiled.ok) return formatType(compiled.program.resultType)
  const lines = compiled.diagnostics.map(({ code, message, span }) => {
    const mark = `${' '.repeat(span.start)}${'^'.repeat(span.end - span.start)}`
    return `\n${mark} ${code}: ${message}`
  })
  return source + lines.join('')
}

// biome-ignore format: a table
const types: Readonly<Record<string, readonly (readonly [source: string, type: string])[]>> = {
  'a declared variable has its type': [
    ['n', 'int'], ['P', 'Person'], ['V', 'Variables'], ['maybe', 'optional_type(map(string, int))'],
    ['a.b.c', 'double'], ['a.b.c + 1.0', 'double'], ['.n', 'int'],
  ],
  'a field has its declared type, under each of its names': [
    ['P.id', 'string'], ['P.identifier', 'string'], ['P.roles[0]', 'string'], ['P.attr.x', 'dyn'],
    ['has(P.id)', 'bool'],
  ],
  'an open struct has any field': [['V.anything', 'dyn'], ['has(V.anything)', 'bool'], ['V.a.b.c', 'dyn']],
  'reading from an optional makes an optional': [
    ['maybe.a', 'optional_type(int)'], ['maybe["a"]', 'optional_type(int)'],
    ['maybe[?"a"]', 'optional_type(int)'], ['maybe.?a', 'optional_type(int)'],
    ['maybe.a.orValue(1)', 'int'], ['P.?id', 'optional_type(string)'], ['P.attr.?x.?y', 'optional_type(dyn)'],
  ],
  'a comprehension variable hides a global one, a leading dot finds it again': [
    ['[1.5].map(x, x)', 'list(double)'], ['[1.5].map(x, .x)', 'list(string)'], ['[1].map(a, a)', 'list(int)'],
  ],
  'the name of a type is a value': [
    ['int', 'type(int)'], ['google.protobuf.Timestamp', 'type(timestamp)'], ['type(n) == int', 'bool'],
    ['type(n)', 'type(int)'],
  ],
  'an unknown type takes part in everything': [
    ['P.attr.a + P.attr.b', 'dyn'], ['P.attr.a + 1', 'int'], ['P.attr.a[0].b["c"]', 'dyn'],
    ['P.attr.a.all(e, e > 1)', 'bool'], ['P.attr.a == 1 || P.attr.a == "x"', 'bool'],
  ],
  'elements of several types make a list of dyn': [
    ['[1, "a"]', 'list(dyn)'], ['[[1], ["a"]]', 'list(dyn)'], ['[[], [1]]', 'list(list(int))'],
    ['{"a": 1, 2: true}', 'map(dyn, dyn)'], ['[]', 'list(dyn)'], ['{}', 'map(dyn, dyn)'],
  ],
}

describe.each(Object.entries(types))('%s', (_, rows) => {
  test.each(rows)('%s', (source, type) => expect(typeOf(source)).toBe(type))
})

test.each([
  ['x', '', 'string'],
  ['x', 'ns', 'int'],
  ['x', 'ns.inner', 'int'],
  ['n', 'ns', 'int'],
  ['b.c', 'a', 'double'],
  ['abs(1.5)', 'math', 'double'],
])('%s in the container `%s` is a %s', (source, container, type) => {
  expect(typeOf(source, container)).toBe(type)
})

test.each([
  `P.nmae == 1 && [1].all(e, e == "a")
  ^^^^ undefined-field: undefined field 'nmae'
                          ^^^^^^^^ no-matching-overload: found no matching overload for '_==_' applied to '(int, string)'`,
  `has(P.role)
      ^^^^ undefined-field: undefined field 'role'; did you mean \`roles\`?`,
  `P.\`x-y\`
  ^^^^^ undefined-field: undefined field 'x-y'`,
  `P.?nmae
   ^^^^ undefined-field: undefined field 'nmae'`,
  `maybi + siz(nn)
^^^^^ undeclared-reference: undeclared reference to 'maybi' (in container ''); did you mean \`maybe\`?
        ^^^ unknown-function: undeclared reference to 'siz' (in container ''); did you mean \`size\`?
            ^^ undeclared-reference: undeclared reference to 'nn' (in container '')`,
  `true && n || x
        ^ type-mismatch: expected type 'bool' but found 'int'
             ^ type-mismatch: expected type 'bool' but found 'string'`,
  `n.size() + contains(x, x)
^^^^^^^^ no-matching-overload: found no matching overload for 'size' applied to 'int.()'
           ^^^^^^^^^^^^^^ no-matching-overload: found no matching overload for 'contains' applied to '(string, string)'; it is called as \`….contains(…)\``,
  `n.exists(e, e)
^ not-a-range: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)`,
  `[?n]
  ^ type-mismatch: expected type 'optional_type(int)' but found 'int'`,
  `n.field
^^^^^^^ no-field-selection: type 'int' does not support field selection`,
  `int{}
^^^^^ not-a-message: 'int' is not a message type`,
  `Person{id: 1, nmae: x}
           ^ type-mismatch: expected type of field 'id' is 'string' but provided type is 'int'
                    ^ undefined-field: undefined field 'nmae'`,
  `x.matches("(") && timestamp("x") > timestamp(0)
          ^^^ invalid-literal: invalid matches argument: error parsing regexp: missing closing ): \`(\`
                            ^^^ invalid-literal: invalid timestamp argument: invalid RFC 3339 timestamp "x"`,
  `"%d %z".format([x, 1])
                ^ invalid-literal: error during formatting: decimal clause can only be used on ints, uints, and doubles, was given string`,
])('each mistake is told at its place: %s', (text) => {
  const [source = ''] = text.split('\n', 1)
  expect(typeOf(source)).toBe(text)
})

test('a function of the application is checked as the built-in ones are', () => {
  const twice: Overload = {
    name: 'twice',
    id: 'twice_int',
    member: true,
    args: [INT],
    result: INT,
    implementation: (value: number | bigint) => BigInt(value) * 2n,
    readsClock: false,
    doc: 'the value doubled',
  }
  const env = createEnv({ variables, functions: [twice] })
  const good = env.compile('n.twice()')
  expect(good.ok && formatType(good.program.resultType)).toBe('int')
  expect(good.ok && good.program.evaluate({ n: 21n })).toBe(42n)
  expect(env.compile('x.twice()').ok).toBe(false)
})

test('without the check a wrong type is an error of the evaluation', () => {
  const env = createEnv({ variables, check: false })
  const program = env.compile('1 == "a" || n + x == 2')
  expect(program.ok && formatType(program.program.resultType)).toBe('dyn')
})

test.each([
  ['a map that contains itself as key and value', nestedMaps(40)],
  ['type variables that stand for each other', nestedVariables(40)],
])('types that grow exponentially end the check: %s', (_, source) => {
  const compiled = createEnv({ variables }).compile(source)
  const codes = compiled.ok ? [] : compiled.diagnostics.map(({ code }) => code)
  expect(codes).toEqual(['expression-too-deep'])
})

function nestedMaps(depth: number): string {
  const binds = Array.from({ length: depth }, (_, i) => `cel.bind(v${i + 1}, {v${i}: v${i}}, `)
  return `cel.bind(v0, [], ${binds.join('')}size(v${depth}) == 1${')'.repeat(depth + 1)}`
}

function nestedVariables(depth: number): string {
  const names = Array.from({ length: depth }, (_, i) => `v${i}`)
  const pairs = names.slice(1).map((name, i) => `[v${i}, {${name}: ${name}}]`)
  return names.reduceRight((body, name) => `[].map(${name}, ${body})`, `[${pairs.join(', ')}]`)
}
