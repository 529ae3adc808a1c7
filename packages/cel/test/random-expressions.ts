import fc from 'fast-check'

import { ALL_FUNCTIONS } from '../src/functions/library.ts'
import type { Overload } from '../src/functions/overload.ts'
import type { CelType } from '../src/types.ts'

type Text = fc.Arbitrary<string>

// biome-ignore format: a table
const LITERALS: Readonly<Record<string, readonly string[]>> = {
  null: ['null'],
  bool: ['true', 'false'],
  int: ['0', '1', '2', '-1', '3', '9007199254740993', '9223372036854775807', '-9223372036854775808', '1717243200'],
  uint: ['0u', '1u', '2u', '18446744073709551615u'],
  double: ['0.0', '1.0', '-0.0', '2.5', '-1.5', '1e300', '9007199254740992.0', 'double("NaN")', 'double("Infinity")'],
  string: ['""', '"a"', '"b"', '"a.b"', '"a.b.c"', '"A b"', '"\\uFFFF"', '"😀é"', '"1"', '"2.5"', '"true"', '"1h"', '"2024-02-29T23:59:59.5Z"', '"America/New_York"', '"10.0.0.1"', '"10.0.0.0/8"', '"::1"', '"spiffe://a.b/c"', '"/a/b/*"', '"/a/b/c.txt"', '"(a+)b?"', '"(?i)[a-c]+"', '"%s-%d"', '"%.2f"', '"C:\\\\a"', '"YWI="'],
  bytes: ['b""', 'b"a"', 'b"\\xff"', 'b"ab"'],
  timestamp: ['timestamp("2024-02-29T23:59:59.5Z")', 'timestamp(0)', 'now()', 'timestamp("2024-01-01T00:30:00+02:00")'],
  duration: ['duration("1h")', 'duration("-1.5s")', 'duration("0s")'],
  type: ['int', 'string', 'type(1)', 'list'],
  list: ['[]', '[1, 2]', '["a", "b", "a"]', '[1, "a", null]', '[[1], [2, 3]]', '[1.0, 2.0]', '[true, false]', 'R.attr.list', 'P.roles'],
  map: ['{}', '{"a": 1}', '{1: "a", 2u: "b"}', '{"a": {"b": 2.0}, "list": [1]}', 'R.attr', 'P.attr', 'R.attr.map'],
  optional_type: ['optional.none()', 'optional.of(1)', 'optional.of("a")', 'R.attr.?a', 'P.attr[?"b"]'],
  'net.IP': ['ip("10.0.0.1")', 'ip("::1")'],
  'net.CIDR': ['cidr("10.0.0.0/8")', 'cidr("::/0")'],
  'cerbos.lib.hierarchy': ['hierarchy("a.b")', 'hierarchy("a")', 'hierarchy("a.b.c")'],
  'cerbos.lib.spiffeID': ['spiffeID("spiffe://a.b/c")'],
  'cerbos.lib.spiffeTrustDomain': ['spiffeTrustDomain("a.b")'],
  'cerbos.lib.spiffeMatcher': ['spiffeMatchAny()', 'spiffeMatchExact("spiffe://a.b/c")'],
  dyn: ['R.attr.a', 'R.attr.b', 'P.attr.name', 'P.attr.a.b', 'R.attr.list[0]', 'R.attr["a"]', 'dyn(1)', 'V.a', 'V.b', 'C.a', 'request.auxData.jwt.sub', 'P.id', 'P.scope', 'R.kind', 'x', 'y'],
}
const FIELDS = ['a', 'b', 'name', 'list', 'map', 'constructor', 'length']
const KINDS = Object.keys(LITERALS)
// biome-ignore format: a table
const OPERATORS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  '!_': ([a]) => `!${a}`, '-_': ([a]) => `-(${a})`, '_?_:_': ([a, b, c]) => `(${a} ? ${b} : ${c})`,
  '_[_]': ([a, b]) => `${a}[${b}]`, '_[?_]': ([a, b]) => `${a}[?${b}]`, '@in': ([a, b]) => `(${a} in ${b})`,
}

/** Texts of expressions; about one argument in eight is of any type instead of the one that is asked for. */
export function randomExpressions(maxDepth: number): Text {
  const { any } = fc.letrec<Record<string, string>>((tie) => {
    const of = (type: CelType): Text => {
      const key = keyOf(type)
      const wanted = tie(KINDS.includes(key) ? key : 'any')
      return fc.oneof({ weight: 7, arbitrary: wanted }, { weight: 1, arbitrary: tie('any') })
    }
    const made: Record<string, Text> = {}
    for (const kind of KINDS) {
      const leaf = fc.oneof(
        fc.constantFrom(...(LITERALS[kind] ?? [])),
        fc.constantFrom(...(LITERALS.dyn ?? [])),
      )
      const calls = ALL_FUNCTIONS.filter((each) => isOffered(each) && keyOf(each.result) === kind)
      const forms = [...calls.map((each) => callOf(each, of)), ...macros(kind, tie)]
      made[kind] = fc.oneof({ maxDepth, depthSize: 'small' }, leaf, ...forms)
    }
    made.any = fc.oneof(...KINDS.map((kind) => tie(kind)))
    return made
  })
  return any as Text
}

function keyOf(type: CelType): string {
  if (type.kind === 'opaque') return type.name
  return type.kind === 'param' ? 'dyn' : type.kind
}

function isOffered({ name }: Overload): boolean {
  return !/@(?!in$)/.test(name)
}

function callOf({ name, member, args }: Overload, of: (type: CelType) => Text): Text {
  const operator = OPERATORS[name] ?? binary(name)
  return fc.tuple(...args.map(of)).map((texts) => {
    if (operator !== undefined) return operator(texts)
    const [target, ...others] = texts
    return member ? `(${target}).${name}(${others.join(', ')})` : `${name}(${texts.join(', ')})`
  })
}

function binary(name: string): ((args: readonly string[]) => string) | undefined {
  const sign = /^_(.+)_$/.exec(name)?.[1]
  return sign === undefined ? undefined : ([a, b]) => `(${a} ${sign} ${b})`
}

type Tie = (key: string) => Text

function macros(kind: string, tie: Tie): readonly Text[] {
  const range = fc.oneof(tie('list'), tie('list'), tie('map'))
  const name = fc.constantFrom('x', 'x', 'y', 'P')
  const field = fc.constantFrom(...FIELDS)
  const any = tie('any')
  const bool = tie('bool')
  const fold = (names: readonly string[], ...bodies: Text[]): Text =>
    fc
      .tuple(range, fc.constantFrom(...names), name, ...bodies)
      .map(
        ([over, macro, variable, ...rest]) =>
          `(${over}).${macro}(${[variable, ...rest].join(', ')})`,
      )
  const fold2 = (names: readonly string[], ...bodies: Text[]): Text =>
    fc
      .tuple(range, fc.constantFrom(...names), ...bodies)
      .map(([over, macro, ...rest]) => `(${over}).${macro}(x, y, ${rest.join(', ')})`)
  switch (kind) {
    case 'bool':
      return [
        fold(['all', 'exists', 'exists_one'], bool),
        fold2(['all', 'exists', 'exists_one', 'existsOne'], bool),
        fc.tuple(any, field).map(([operand, each]) => `has((${operand}).${each})`),
      ]
    case 'list':
      return [
        fold(['map', 'sortBy'], any),
        fold(['filter'], bool),
        fold(['map'], bool, any),
        fold2(['transformList'], any),
        fold2(['transformList'], bool, any),
        fc.array(any, { maxLength: 3 }).map((elements) => `[${elements.join(', ')}]`),
        fc.tuple(any, tie('optional_type')).map(([a, b]) => `[${a}, ?${b}]`),
      ]
    case 'map':
      return [
        fold2(['transformMap'], any),
        fold2(['transformMap'], bool, any),
        fold2(['transformMapEntry'], tie('map')),
        fc.tuple(any, any, tie('string'), any).map(([a, b, c, d]) => `{${a}: ${b}, ${c}: ${d}}`),
        fc.tuple(tie('string'), tie('optional_type')).map(([a, b]) => `{?${a}: ${b}}`),
      ]
    case 'optional_type':
      return [
        fc.tuple(any, field).map(([operand, each]) => `(${operand}).?${each}`),
        fc
          .tuple(tie('optional_type'), fc.constantFrom('optMap', 'optFlatMap'), any)
          .map(([operand, macro, body]) => `(${operand}).${macro}(x, ${body})`),
      ]
    case 'dyn':
      return [
        fc.tuple(any, field).map(([operand, each]) => `(${operand}).${each}`),
        fc.tuple(name, any, any).map(([n, init, body]) => `cel.bind(${n}, ${init}, ${body})`),
        fc
          .tuple(fc.constantFrom('greatest', 'least'), any, any)
          .map(([macro, a, b]) => `math.${macro}(${a}, ${b})`),
      ]
    default:
      return []
  }
}

const scalar = fc.constantFrom<unknown>(null, true, false, 0, 1, 2.5, -1, '', 'a', 'b', 'a.b', '😀')

/** JSON attributes under the names that random expressions read. */
export function randomAttributes(): fc.Arbitrary<Record<string, unknown>> {
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 2 },
      scalar,
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...FIELDS), tie('json'), { maxKeys: 3 }),
    ),
  }))
  const list = fc.array(json, { maxLength: 4 })
  const map = fc.dictionary(fc.constantFrom(...FIELDS), json, { maxKeys: 3 })
  return fc.record({ a: json, b: json, name: json, list, map }, { requiredKeys: [] })
}
