import fc from 'fast-check'

import type { CheckInput } from '../src/request.ts'

// Conditions that nobody writes, and resources that fit them badly: what is left of a condition has to
// mean in every place what the condition means there.

type Text = fc.Arbitrary<string>

/** What conditions can name of a request, its parts missing or of another type mostly. */
const NAMES =
  'R.attr.n R.attr.team R.attr.owner R.attr.flag R.attr.tags R.attr.meta R.attr.at R.attr.nothing R.attr.meta.region R.attr.meta.blue R.attr.nothing.deep R.attr["team"] R.attr.tags[0] R.id R.kind R.scope R.policyVersion R.attr P.id P.scope P.policyVersion P.attr.level P.attr.team P.attr.groups P.attr.missing P.attr P.roles G.limit G.environment G.missing C.one V.positive V.broken request.auxData.jwt.team request.auxData.jwt.missing runtime.effectiveDerivedRoles'.split(
    ' ',
  )
const CONSTANTS =
  '0 1 1u 1.0 -0.0 2.5 9007199254740993 "blue" "" "p1" null true false [] ["blue"] {} {"region":"eu"} b"x" duration("1h") timestamp("2024-06-01T00:00:00Z") now() 0.0/0.0 1.0/0.0 1/0 int double optional.none()'.split(
    ' ',
  )

const { condition } = fc.letrec<{ condition: string; value: string; list: string }>((tie) => {
  const [test, value, list]: readonly Text[] = [tie('condition'), tie('value'), tie('list')] as [
    Text,
    Text,
    Text,
  ]
  const of = (pattern: string, ...parts: readonly Text[]): Text =>
    fc
      .tuple(...parts)
      .map((given) => pattern.replace(/\$(\d)/g, (_, index: string) => given[Number(index)] ?? ''))
  const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
  const quantifier = fc.constantFrom('exists', 'all', 'exists_one')
  const element = fc.constantFrom(
    'x == P.id',
    'x == R.attr.team',
    'x != P.attr.missing',
    'x in R.attr.tags',
    'x.y == 1',
    'size(x) > 1',
    'x == "blue" || R.attr.flag',
    'R.attr.tags.exists(y, y == x)',
    'P.attr.groups.exists(y, y == x && R.attr.n > 0.0)',
  )
  return {
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('R.attr.flag', 'R.attr.owner == P.id', 'R.attr.n > 1.0', 'true', 'false'),
      of('$0 $1 $2', value, operator, value),
      of('has($0)', fc.constantFrom(...NAMES.filter((name) => /\.\w+$/.test(name)))),
      of('($0 && $1)', test, test),
      of('($0 || $1)', test, test),
      of('!($0)', test),
      of('($0 ? $1 : $2)', test, test, test),
      of('$0 in $1', value, list),
      of('$0.$1(x, $2)', list, quantifier, element),
      of('$0.$1(x, $2)', list, quantifier, test),
      of('$0.exists(i, x, $1 && i != 0)', list, element),
      of('cel.bind(b, $0, b == $1 || $2)', value, value, test),
      of('hasIntersection($0, $1)', list, list),
      of('$0.startsWith($1)', value, value),
      of('string($0).matches("^b")', value),
      of('timeSince(timestamp($0)) > duration("1h")', value),
      of('$0 == $1', test, test),
      value,
    ),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(...NAMES),
      fc.constantFrom(...CONSTANTS),
      of('($0 ? $1 : $2)', test, value, value),
      of('R.attr.?$0.orValue($1)', fc.constantFrom('team', 'n', 'nothing'), value),
      of('R.attr[?$0].orValue($1)', value, value),
      of('dyn($0)', value),
      of('($0 + $1)', value, value),
      of('($0 - $1)', value, value),
      of('-($0)', value),
      of('$1($0)', value, fc.constantFrom('string', 'int', 'double', 'size', 'type', 'timestamp')),
      of('{"a": $0}.a', value),
      of('{"blue": $0, "red": 1}[$1]', value, value),
      of('[$0, $1][$2]', value, value, fc.constantFrom('0', '1', '2', 'R.attr.n')),
      of('optional.of($0).optMap(o, o == $1).orValue(false)', value, value),
      of('math.greatest($0, $1)', value, value),
    ),
    list: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('R.attr.tags', 'P.attr.groups', 'R.attr.meta', 'P.attr', 'R.attr', 'P.roles'),
      fc.constantFrom(
        'runtime.effectiveDerivedRoles',
        '["blue", "red"]',
        '[1, 2, 3]',
        '{"blue": 1}',
      ),
      of('[$0, $1]', value, value),
      of('$0.filter(f, f != $1)', list, value),
      of('$0.map(m, m == $1, m)', list, value),
      of('$0.map(m, $1)', list, value),
      of('($0 + $1)', list, list),
      of('lists.range(size($0))', list),
      of('[?R.attr.?team, $0]', value),
    ),
  }
})

/** A condition of an expression that may be no bool, and may not compile. */
export const hostileCondition: Text = condition

const scalar = fc.constantFrom<unknown>(
  ...['blue', 'red', 'p1', '', 'eu', '2024-02-03T04:05:06Z', '2999-01-01T00:00:00Z', '1'],
  ...[0, -0, 1, 2, 2.5, -1, true, false, null],
)
const values = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>({}, { region: 'eu' }, { y: 1, blue: 2 }, [{ y: 1 }]),
  },
)

/** Attributes by the names that conditions have for them, some of the types that are meant. */
function attributes(typed: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const parts = Object.entries(typed).map(([name, arbitrary]) => [
    name,
    fc.oneof({ weight: 3, arbitrary }, { weight: 1, arbitrary: values }),
  ])
  return fc.record(Object.fromEntries(parts), { requiredKeys: [] })
}

const texts = fc.constantFrom('blue', 'red', 'p1', 'x')
const numbers = fc.constantFrom(0, 1, 2, 2.5)

type Attributes = NonNullable<CheckInput['resource']['attr']>

export const resourceAttributes = attributes({
  n: numbers,
  team: texts,
  owner: texts,
  flag: fc.boolean(),
  tags: fc.array(texts, { maxLength: 3 }),
  meta: fc.constantFrom({ region: 'eu' }, { region: 'us', blue: 1 }, {}),
  at: fc.constantFrom('2024-02-03T04:05:06Z', '2999-01-01T00:00:00Z'),
}) as fc.Arbitrary<Attributes>

export const principalAttributes = attributes({
  level: numbers,
  team: texts,
  groups: fc.array(texts, { maxLength: 3 }),
}) as fc.Arbitrary<Attributes>
