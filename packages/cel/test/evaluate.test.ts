import { describe, expect, test } from 'vitest'

import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '../src/cerbos.ts'
import { NOW } from '../src/clock.ts'
import { createEnv, type EnvOptions } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import { toJson } from '../src/to-json.ts'
import { DYN, listType, mapType, messageType, openStructType, STRING } from '../src/types.ts'
import { Timestamp, type Value } from '../src/values.ts'

const auxData = messageType('AuxData', { jwt: mapType(STRING, DYN) })
const entity = messageType('Entity', {
  id: STRING,
  roles: listType(STRING),
  attr: mapType(STRING, DYN),
  scope: STRING,
})
const request = messageType(
  'Request',
  { principal: entity, resource: entity, auxData },
  { aux_data: 'auxData' },
)
const options: EnvOptions = {
  variables: { request, P: entity, R: entity, V: openStructType('cerbos.Variables') },
}
const env = createEnv({ functions: CERBOS_FUNCTIONS, folding: CERBOS_FOLDING, ...options })

const attr = JSON.parse(
  '{"s":"str","n":5,"x":null,"l":[1,2],"m":{"a":1,"b-c":2},"b":true,"e":"😀","value":"v","message":"m","__proto__":"p","none":{}}',
)
const principal = { id: 'p1', roles: ['user', 'admin'], attr: {} }
const resource = { id: 'r1', roles: [], attr, scope: '' }
const activation = {
  P: principal,
  R: resource,
  request: { principal, resource },
  V: { owner: true, none: null, broken: new CelError('division-by-zero', 'division by zero') },
  [NOW]: new Timestamp(1_780_315_200, 0),
}

/** The outcome as JSON, or the message of the error or of the first diagnostic. */
function outcome(source: string): unknown {
  const compiled = env.compile(source)
  if (!compiled.ok) return `does not compile: ${compiled.diagnostics[0]?.message}`
  const result = compiled.program.evaluate(activation)
  const json = result instanceof CelError ? result : toJson(result as Value)
  return json instanceof CelError ? `error: ${json.message}` : json
}

// biome-ignore format: a table
const cases: Record<string, readonly (readonly [source: string, outcome: unknown])[]> = {
  'a field that is not there is an error, of anything but a list by its name': [
    ['R.attr.nope', 'error: no such key: nope'],
    ['R.attr.nope.deeper', 'error: no such key: nope'],
    ['R.attr["zz"]', 'error: no such key: zz'],
    ['R.attr.s.foo', 'error: no such key: foo'],
    ['R.attr.n.foo', 'error: no such key: foo'],
    ['R.attr.x.foo', 'error: no such key: foo'],
    ['R.attr.l.foo', "error: unsupported index type 'string' in list"],
    ['R.attr.m[1]', 'error: no such key: 1'],
    ['R.attr.l[5]', 'error: index out of bounds: 5'],
    ['R.attr.l[-1]', 'error: index out of bounds: -1'],
    ['R.attr.l[1.5]', 'error: unsupported index value 1.5 in list'],
    ['R.attr.l[0.0]', 1],
  ],
  'has() is false of a scalar, true of null, an error of an error': [
    ['has(R.attr.s.foo)', false],
    ['has(R.attr.x)', true],
    ['has(R.attr.x.foo)', false],
    ['has(R.attr.m.a)', true],
    ['has(R.attr.m.`b-c`)', true],
    ['has(R.attr.nope.foo)', 'error: no such key: nope'],
    ['has(R.attr.l.foo)', "error: unsupported index type 'string' in list"],
    ['"x" in R.attr', true],
  ],
  'names that mean something in JavaScript are just names': [
    ['R.attr.constructor', 'error: no such key: constructor'],
    ['R.attr.toString', 'error: no such key: toString'],
    ['R.attr.__proto__', 'p'],
    ['P.attr.__proto__', 'error: no such key: __proto__'],
    ['R.attr["hasOwnProperty"]', 'error: no such key: hasOwnProperty'],
    ['has(R.attr.valueOf)', false],
    ['"toString" in R.attr', false],
    ['R.attr.l.length', "error: unsupported index type 'string' in list"],
    ['R.attr.s.length', 'error: no such key: length'],
    ['{"constructor": 1}.constructor', 1],
    ['{"__proto__": 1}', JSON.parse('{"__proto__":1}')],
    ['R.attr.value', 'v'],
    ['R.attr.nope.message', 'error: no such key: nope'],
    ['dyn(timestamp(0)).seconds', 'error: no such key: seconds'],
    ['dyn(1u).value', 'error: no such key: value'],
  ],
  'a field of a message has its zero value where it is not set': [
    ['P.scope', ''],
    ['has(P.scope)', false],
    ['has(R.scope)', false],
    ['has(P.id)', true],
    ['has(P.attr)', false],
    ['request.auxData.jwt.sub', 'error: no such key: sub'],
    ['request.aux_data.jwt', {}],
    ['has(request.auxData)', false],
    ['request.principal.id == P.id', true],
  ],
  'a record of variables yields what is set': [
    ['V.owner', true],
    ['has(V.owner)', true],
    ['V.none == null && has(V.none)', true],
    ['has(V.other)', false],
    ['V.other', "error: undefined field 'other'"],
    ['V.broken', 'error: division by zero'],
    ['has(V.broken)', false],
    ['V.toString', "error: undefined field 'toString'"],
  ],
  'attributes are doubles and do not mix with ints in arithmetic': [
    ['R.attr.s[0]', 'error: no such key: 0'],
    ['dyn(1)["a"]', 'error: no such key: a'],
    ['R.attr.n[[1]]', 'error: invalid qualifier type: list'],
    ['R.attr.n + 1', 'error: no such overload'],
    ['R.attr.n + 1.0', 6],
    ['R.attr.n == 5 && R.attr.n >= 5 && R.attr.n in [1, 5] && 5 == R.attr.n', true],
    ['int(R.attr.n) + 1', 6],
    ['R.attr.n % 2', 'error: no such overload'],
    ['1 in R.attr.l && 1u in R.attr.l', true],
    ['R.attr.s < R.attr.n', 'error: no such overload'],
  ],
  'int arithmetic is exact and does not overflow silently': [
    ['9223372036854775807 + 1', 'error: integer overflow'],
    ['-(-9223372036854775808)', 'error: integer overflow'],
    ['9007199254740993 * 3 - 1', '27021597764222978'],
    ['9007199254740991 + 2', '9007199254740993'],
    ['(9007199254740991 + 2) - 3 == 9007199254740990', true],
    ['-9223372036854775808 / -1', 'error: integer overflow'],
    ['-7 / 2', -3],
    ['-7 % 2', -1],
    ['0 * -1 == 0 && string(0 * -1) == "0"', true],
    ['1.0 / double(0 * -1)', 'error: Infinity cannot be written as JSON'],
    ['1 / 0', 'error: division by zero'],
    ['1 % 0', 'error: modulus by zero'],
    ['0u - 1u', 'error: unsigned integer overflow'],
    ['dyn(9007199254740993) > 9007199254740992.0', false],
    ['int(1e30)', 'error: integer overflow'],
    ['uint(-1)', 'error: unsigned integer overflow'],
    ['9223372036854775808', 'does not compile: the int literal does not fit into 64 bits'],
  ],
  'an error is outweighed by the other side': [
    ['R.attr.nope || true', true],
    ['R.attr.nope && false', false],
    ['R.attr.nope && true', 'error: no such key: nope'],
    ['R.attr.s || true', true],
    ['R.attr.s && true', 'error: no such overload'],
    ['[1, 2].exists(i, i / 0 == 1 || i == 2)', true],
    ['R.attr.l.all(i, i.y == 1 && i < 2)', false],
    ['R.attr.l.exists(i, i.y)', 'error: no such key: y'],
    ['[1, 2].exists_one(i, i / (i - 1) == 2)', 'error: division by zero'],
    ['R.attr.n.all(i, true)', "error: got 'double', expected iterable type"],
  ],
  'comprehensions': [
    ['[3, 1, 2].filter(i, i > 1).map(i, i * 2)', [6, 4]],
    ['[1, 2, 3].map(i, i > 1, i + 1)', [3, 4]],
    ['{"a": 1, "b": 2}.filter(k, k != "a")', ['b']],
    ['[1, 2].map(i, [3, 4].map(j, i * j))', [[3, 4], [6, 8]]],
    ['[[1], [2, 3]].all(i, i.all(j, j > 0) && size(i) > 0)', true],
    ['[1].map(i, [2].map(i, i))', [[2]]],
    ['[10, 20].transformList(i, v, i > 0, v + i)', [21]],
    ['cel.bind(x, 2, [1, 2].exists(i, i == x))', true],
  ],
  'strings are sequences of code points': [
    ["size(R.attr.e)", 1],
    ["'\\uFFFF' < '\\U0001F600'", true],
    ["'a\\u00e9' > 'az'", true],
    ["'ab' < 'abc'", true],
  ],
  'matches has the meaning of RE2 and its linear time': [
    ["'abc'.matches('(?i)ABC')", true],
    ["'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')", false],
    ["'a\\nb'.matches('a.b')", false],
    ['R.attr.s.matches("^s[a-z]r$")', true],
    ['R.attr.s.matches("(")', 'does not compile: invalid matches argument: error parsing regexp: missing closing ): `(`'],
    ['R.attr.s.matches(R.attr.s + "(")', 'error: error parsing regexp: missing closing ): `str(`'],
  ],
  'times': [
    ['timestamp("2024-01-01T00:30:00+02:00").getHours()', 22],
    ['string(timestamp("2024-01-01T00:30:00+02:00"))', '2024-01-01T00:30:00+02:00'],
    ['timestamp("2024-03-10T02:30:00Z").getHours("America/New_York")', 21],
    ['timestamp("2024-07-01T00:30:00Z").getDayOfYear()', 182],
    ['timestamp("2024-07-01T00:30:00Z").getHours("-05:30")', 19],
    ['timestamp("2024-01-01T00:30:00Z").getHours("Nope/Zone")', 'error: unknown time zone Nope/Zone'],
    ['timestamp("2024-01-01T00:00:00.123456789Z") == timestamp("2024-01-01T00:00:00.123Z")', false],
    ['string(timestamp("2024-01-01T00:00:00.120Z"))', '2024-01-01T00:00:00.12Z'],
    ['timestamp("2024-01-01T00:00:00.999Z").getMilliseconds()', 999],
    ['timestamp("9999-12-31T23:59:59Z") + duration("1h")', 'error: timestamp overflow'],
    ['timestamp(R.attr.s)', 'error: invalid RFC 3339 timestamp "str"'],
    ['timestamp("2023-02-29T00:00:00Z") == now()', 'does not compile: invalid timestamp argument: invalid RFC 3339 timestamp "2023-02-29T00:00:00Z"'],
    ['duration("1h1.5s")', '3601.5s'],
    ['duration("3750s").getMilliseconds()', 3750000],
    ['duration(R.attr.s)', "error: type conversion error from 'string' to 'google.protobuf.Duration'"],
    ['now()', '2026-06-01T12:00:00Z'],
    ['timestamp("2026-06-01T10:30:00Z").timeSince() == duration("90m")', true],
  ],
  'conversions': [
    ['string(1.0)', '1'], ['string(1e20)', '1e+20'], ['string(123456789.0)', '1.23456789e+08'],
    ['string(0.000001)', '1e-06'], ['string(0.0001)', '0.0001'], ['string(-0.0)', '-0'],
    ['string(duration("90s"))', '90s'], ["string(b'\\xff')", 'error: invalid UTF-8 in bytes, cannot convert to string'],
    ['int("x")', "error: type conversion error from 'string' to 'int'"],
    ['double("1e2")', 100], ['bool("1")', true], ['bool("x")', "error: type conversion error from 'string' to 'bool'"],
    ['int(-1.9)', -1], ['b"a" + b"b"', 'YWI='],
    ['9007199254740993', '9007199254740993'], ['0.0 / 0.0', 'error: NaN cannot be written as JSON'],
    ['{1: 2}', "error: unsupported type conversion from 'int' to string"],
  ],
  'maps': [
    ['{1: "a"}[1]', 'a'], ['{1: "a"}[dyn(1.0)]', 'a'], ['{1u: "a"}[dyn(1)]', 'a'],
    ["size({1: 'a', '1': 'b'})", 2], ['{"a": 1, "a": 2}', { a: 2 }],
    ['{"a": [1, 2]} == {"a": [1, 2]} && {"a": 1} != {"b": 1}', true],
  ],
  'what does not compile': [
    ['P.nosuch', "does not compile: undefined field 'nosuch'"],
    ['R.atr', "does not compile: undefined field 'atr'; did you mean `attr`?"],
    ['X.y', "does not compile: undeclared reference to 'X' (in container '')"],
    ['siz(R.attr)', "does not compile: undeclared reference to 'siz' (in container ''); did you mean `size`?"],
    ['startsWith("a", "b")', "does not compile: found no matching overload for 'startsWith' applied to '(string, string)'; it is called as `….startsWith(…)`"],
    ['"a".startsWith("b", "c")', "does not compile: found no matching overload for 'startsWith' applied to 'string.(string, string)'"],
    ['R.attr.size > 10MB', 'does not compile: expected `&&`, `||` or the end of the expression, got `MB`'],
    ['Msg{a: 1}', "does not compile: undeclared reference to 'Msg' (in container '')"],
  ],
}

describe.each(Object.entries(cases))('%s', (_, rows) => {
  test.each(rows)('%s', (source, expected) => {
    expect(outcome(source)).toEqual(expected)
  })
})

test('a hostile expression ends with an error', () => {
  const list = `[${'1,'.repeat(200)}]`
  const nested = `${list}.all(a, ${list}.all(b, ${list}.all(c, ${list}.all(d, a + b + c + d > 0))))`
  expect(outcome(nested)).toBe('error: the expression takes too many comprehension steps')
  const doubled = Array.from({ length: 30 }, (_, i) => `cel.bind(v${i + 1}, v${i} + v${i}, `)
  const long = `cel.bind(v0, "0123456789", ${doubled.join('')}size(v30)${')'.repeat(31)}`
  expect(outcome(long)).toBe('error: a value is longer than 10000000')
  expect(outcome('('.repeat(300) + ')'.repeat(300))).toMatch(/nests deeper than 250/)
  expect(outcome(`"${'x'.repeat(100_001)}"`)).toMatch(/at most 100000/)
})

test('a missing instant is an error', () => {
  const compiled = env.compile('now()')
  const result = compiled.ok && compiled.program.evaluate({})
  expect(result).toMatchObject({ code: 'unbound-variable' })
})

test('the paths that an expression reads are listed, without comprehension variables', () => {
  const compiled = env.compile(
    'R.attr.owner_id == P.id && V.owner && R.attr.l.exists(v, v == R.attr["k"]) && has(P.attr.x)',
  )
  expect(compiled.ok && compiled.program.references).toEqual([
    ['R', 'attr', 'owner_id'],
    ['P', 'id'],
    ['V', 'owner'],
    ['R', 'attr', 'l'],
    ['R', 'attr', 'k'],
    ['P', 'attr', 'x'],
  ])
})
