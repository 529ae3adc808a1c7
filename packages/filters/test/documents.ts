import { Engine } from '@lockstitch/engine'
import fc from 'fast-check'

import { defineMapping, type Mapping } from '../src/index.ts'

/** The rows that filters are tried on, and the conditions that they are asked with. */
export interface Member {
  readonly name: string | null
  readonly role: string
  readonly age: number | null
}

export interface Document {
  readonly id: string
  readonly title: string
  readonly owner: string | null
  readonly team: string | null
  readonly n: number | null
  readonly level: number | null
  readonly count: number
  readonly flag: boolean | null
  /** Milliseconds. */
  readonly at: number | null
  /** Undefined where the column is NULL, and not the JSON `null`. */
  readonly meta: unknown
  readonly tags: readonly unknown[] | null
  readonly groups: readonly string[] | null
  readonly members: readonly Member[]
}

const MEMBER = {
  name: { column: 'member name', type: 'string', null: 'missing' },
  role: { column: 'role', type: 'string' },
  age: { column: 'age', type: 'int', null: 'null' },
} as const

/** How the attributes are stored; the list of groups is where databases differ. */
export function mappingWith(groups: Mapping['attributes'][string]): Mapping {
  const relation = { type: 'relation', table: 'members', from: 'id', to: 'document_id' } as const
  return defineMapping({
    table: 'documents',
    id: 'id',
    attributes: {
      title: { column: 'title', type: 'string' },
      owner: { column: 'owner', type: 'string', null: 'missing' },
      team: { column: 'team', type: 'string', null: 'null' },
      n: { column: 'n', type: 'number', null: 'missing' },
      level: { column: 'level', type: 'int', null: 'null' },
      count: { column: 'count', type: 'int' },
      flag: { column: 'flag', type: 'boolean', null: 'missing' },
      at: { column: 'at', type: 'timestamp', null: 'missing' },
      meta: { column: 'meta', type: 'json', null: 'missing' },
      tags: { column: 'tags', type: 'array', null: 'missing' },
      groups,
      members: { ...relation, element: MEMBER },
      roles: { ...relation, element: MEMBER.role },
    },
  })
}

/** The attributes that `check` is given for a row. */
export function attributesOf(row: Document): Record<string, unknown> {
  const { owner, team, n, level, count, flag, at, meta, tags, groups, title, members } = row
  return {
    title,
    team,
    level,
    count,
    groups,
    ...(owner !== null && { owner }),
    ...(n !== null && { n }),
    ...(flag !== null && { flag }),
    ...(at !== null && { at: new Date(at).toISOString() }),
    ...(meta !== undefined && { meta }),
    ...(tags !== null && { tags }),
    members: members.map(({ name, role, age }) => ({ role, age, ...(name !== null && { name }) })),
    roles: members.map(({ role }) => role),
  }
}

// Texts that databases take for equal, for patterns or for ends of texts, and numbers at the edges.
// biome-ignore format: a table
const TEXTS = ['', 'a', 'A', 'ab', 'a%', 'a_b', 'axb', '\\', "'", '"', '%', '_', 'é', 'e\u0301', '😀', '\uffff', 'ß', 'ss', 'a ', ' a', 'a\t', '\u0001', 'a.b', 'a.b.c', '\ue000', 'İ', 'blue', 'u1', '1', 'true', 'null', '{"a":1}']
const NUMBERS = [
  0,
  -0,
  1,
  1.5,
  2,
  -1,
  0.1,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 53 + 2,
  1e300,
  -1e300,
  1e308,
  5e-324,
]
const INTEGERS = [0, 1, -1, 2, 7, 2 ** 31, 2 ** 53 - 1, 1 - 2 ** 53]

/** Around the day that conditions ask about, and further away than a duration can be. */
const DAY = Date.UTC(2024, 5, 1)
const MOMENTS = [
  DAY,
  DAY - 1,
  DAY + 1,
  DAY - 86_400_000,
  Date.UTC(1600, 0, 1),
  Date.UTC(9000, 0, 1),
]

const text = fc.constantFrom(...TEXTS)
const number = fc.constantFrom(...NUMBERS)
const integer = fc.constantFrom(...INTEGERS)
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null))
const empty = fc.constantFrom([], {}, [[]], [{}], [null])
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 3 })

const object = fc.record(
  {
    a: fc.oneof(
      { weight: 3, arbitrary: scalar },
      { weight: 3, arbitrary: fc.record({ b: scalar }, { requiredKeys: [] }) },
      { weight: 1, arbitrary: empty },
    ),
    b: scalar,
    '': text,
    'é"\\.': text,
    list: fc.array(fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: empty }), {
      maxLength: 2,
    }),
    items: fc.array(
      fc.record({ b: scalar, list: fc.array(text, { maxLength: 2 }) }, { requiredKeys: [] }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)

const document: fc.Arbitrary<Omit<Document, 'id'>> = fc.record({
  title: text,
  owner: orNull(text),
  team: orNull(text),
  n: orNull(number),
  level: orNull(integer),
  count: integer,
  flag: orNull(fc.boolean()),
  at: orNull(fc.constantFrom(...MOMENTS)),
  meta: fc.option(
    fc.oneof(
      { weight: 6, arbitrary: object },
      { weight: 1, arbitrary: text },
      { weight: 1, arbitrary: scalar },
      { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
    ),
    { freq: 3, nil: undefined },
  ),
  tags: orNull(
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: scalar },
        { weight: 3, arbitrary: object },
        { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
      ),
      { maxLength: 3 },
    ),
  ),
  groups: orNull(fc.array(text, { maxLength: 3 })),
  members: fc.array(fc.record({ name: orNull(text), role: text, age: orNull(integer) }), {
    maxLength: 2,
  }),
})

/** Random rows, told apart by their ids. */
export function documents(count: number): fc.Arbitrary<readonly Document[]> {
  return fc
    .array(document, { minLength: count, maxLength: count })
    .map((rows) => rows.map((row, index) => ({ ...row, id: `d${index}` })))
}

const literal = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  number.map((value) => celDouble(value)),
  fc.constantFrom('1', '2', 'true', 'false', 'null', '7u', '9007199254740991'),
)

function celDouble(value: number): string {
  const written = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(written) ? written : `${written}.0`
}

const PATHS = [...'title owner team n level count flag meta meta.a meta.a.b meta.b'.split(' ')].map(
  (name) => `R.attr.${name}`,
)
const path = fc.constantFrom(...PATHS, 'R.id', 'R.attr["owner"]', 'R.attr.meta["b"]')
const place = fc.constantFrom(...PATHS)
const column = fc.constantFrom(
  ...'title owner team n level count flag'.split(' ').map((name) => `R.attr.${name}`),
)
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const list = fc.constantFrom('R.attr.tags', 'R.attr.groups', 'R.attr.roles')
const literals = fc.array(literal, { maxLength: 4 }).map((each) => `[${each.join(', ')}]`)
const method = fc.constantFrom('startsWith', 'endsWith', 'contains')
const quoted = text.map((value) => JSON.stringify(value))
const macro = fc.constantFrom('exists', 'all')

const moment = fc
  .constantFrom(
    '00:00:00Z',
    '00:00:00.001Z',
    '00:00:00.0005Z',
    '02:00:00+02:00',
    '00:00:00.000000001Z',
  )
  .map((time) => `timestamp("2024-06-01T${time}")`)

const leaf = fc.oneof(
  fc.tuple(path, comparison, literal).map((parts) => parts.join(' ')),
  fc.tuple(literal, comparison, path).map((parts) => parts.join(' ')),
  fc.tuple(column, comparison, path).map((parts) => parts.join(' ')),
  fc.tuple(path, literals).map((parts) => parts.join(' in ')),
  fc.tuple(literal, list).map((parts) => parts.join(' in ')),
  fc.tuple(path, list).map((parts) => parts.join(' in ')),
  fc.tuple(path, method, quoted).map(([subject, name, sought]) => `${subject}.${name}(${sought})`),
  fc.tuple(list, literals).map(([a, b]) => `hasIntersection(${a}, ${b})`),
  place.map((each) => `has(${each})`),
  path,
  fc.tuple(list, comparison, fc.constantFrom(0, 1, 2)).map(([a, b, c]) => `size(${a}) ${b} ${c}`),
  fc
    .tuple(list, macro, fc.constantFrom('==', '!=', '<', '>'), literal)
    .map(([range, name, operator, value]) => `${range}.${name}(t, t ${operator} ${value})`),
  fc
    .tuple(list, macro, comparison, path)
    .map(([range, name, operator, other]) => `${range}.${name}(t, t ${operator} ${other})`),
  fc
    .tuple(macro, quoted, comparison, literal)
    .map(
      ([name, a, operator, b]) =>
        `R.attr.members.${name}(m, m.name == ${a} || m.age ${operator} ${b})`,
    ),
  fc
    .tuple(macro, macro, quoted)
    .map(
      ([a, b, c]) => `R.attr.members.${a}(m, R.attr.tags.${b}(t, t == m.name || m.role == ${c}))`,
    ),
  fc
    .tuple(macro, macro, literal)
    .map(([a, b, c]) => `R.attr.tags.${a}(t, R.attr.tags.${b}(s, s == ${c} || t.a == ${c}))`),
  fc
    .tuple(macro, literal)
    .map(([name, value]) => `R.attr.tags.${name}(t, has(t.b) && t.b != ${value})`),
  fc.tuple(moment, comparison, fc.constantFrom(true, false)).map(([a, operator, isFirst]) => {
    return isFirst
      ? `timestamp(R.attr.at) ${operator} ${a}`
      : `${a} ${operator} timestamp(R.attr.at)`
  }),
  fc
    .tuple(moment, comparison, fc.constantFrom('24h', '86400.001s', '1ms', '-1h30m', '0s'))
    .map(([a, operator, span]) => `${a} - timestamp(R.attr.at) ${operator} duration("${span}")`),
  fc.tuple(macro, literals, path).map(([name, range, each]) => `${range}.${name}(x, x == ${each})`),
)

const numberPath = fc.constantFrom(
  ...'n level count meta.a meta.b'.split(' ').map((name) => `R.attr.${name}`),
)
const double = number.map(celDouble)
const computation = fc.oneof(
  fc.tuple(numberPath, fc.constantFrom(...'+-*/'), double).map((parts) => parts.join(' ')),
  fc.tuple(double, fc.constantFrom(...'+-*/'), numberPath).map((parts) => parts.join(' ')),
  fc
    .tuple(numberPath, fc.constantFrom(...'+-*/'), double, fc.constantFrom(...'+-*/'), double)
    .map(([a, first, b, second, c]) => `(${a} ${first} ${b}) ${second} ${c}`),
  numberPath.map((each) => `int(${each})`),
  fc
    .tuple(numberPath, fc.constantFrom(...'+-*/%'), fc.constantFrom('2', '-3', '9223372036854775'))
    .map(([a, operator, b]) => `int(${a}) ${operator} ${b}`),
  numberPath.map((each) => `-${each}`),
  numberPath.map((each) => `${each} / ${each}`),
  numberPath.map((each) => `double(int(${each})) * 0.5`),
)
const textPath = fc.constantFrom(
  ...'title owner team meta.b meta.a.b'.split(' ').map((name) => `R.attr.${name}`),
  'R.id',
)
const inner = fc.constantFrom(
  ...'tags meta.list meta.items meta meta.a meta.b'.split(' ').map((name) => `R.attr.${name}`),
)
const TEXT_LITERALS = ['a', 'a.b', 'a%', '.b', '', 'a.b.c', '_'] as const
const kin = fc
  .tuple(
    fc.constantFrom(...TEXT_LITERALS),
    fc.constantFrom('ancestorOf', 'descendentOf', 'overlaps'),
    textPath,
    fc.constantFrom('', ', "%"', ', "_"', ', "."'),
    fc.boolean(),
  )
  .map(([known, name, path_, delimiter, isFirst]) => {
    const [a, b] = [
      `hierarchy(${JSON.stringify(known)}${delimiter})`,
      `hierarchy(${path_}${delimiter})`,
    ]
    return isFirst ? `${a}.${name}(${b})` : `${b}.${name}(${a})`
  })
/** Hierarchies of what may be a list of their parts. */
const listKin = fc
  .tuple(
    fc.constantFrom('"a"', '"a.b"', '["a", "%"]', '["", "A"]', '["a.b"]'),
    fc.constantFrom('ancestorOf', 'descendentOf', 'overlaps'),
    fc.constantFrom('meta', 'meta.list', 'meta.a', 'meta.b'),
    fc.boolean(),
  )
  .map(([known, name, path_, isFirst]) => {
    const [a, b] = [`hierarchy(${known})`, `hierarchy(R.attr.${path_})`]
    return isFirst ? `${a}.${name}(${b})` : `${b}.${name}(${a})`
  })
const regex = fc
  .tuple(
    textPath,
    fc.constantFrom('^a', 'B$', '^ab$', 'a', '', '^$', '^a%', '\\\\$', '^\\{', '_', 'é$'),
  )
  .map(([a, b]) => `${a}.matches("${b}")`)
const anyList = fc.oneof(list, inner)
const filter = fc
  .tuple(anyList, fc.constantFrom('==', '!=', '<'), literal)
  .map(([range, operator, value]) => `${range}.filter(t, t ${operator} ${value})`)
const map = fc.oneof(
  fc.constantFrom('R.attr.tags', 'R.attr.meta.items').map((range) => `${range}.map(t, t.b)`),
  fc.constantFrom('name', 'age').map((field) => `R.attr.members.map(m, m.${field})`),
)

const someList = fc.oneof(anyList, filter, map)

/** What was added last, put together. */
const mixed = fc.oneof(
  fc.tuple(path, someList).map((parts) => parts.join(' in ')),
  fc.tuple(someList, someList).map(([a, b]) => `hasIntersection(${a}, ${b})`),
  fc.tuple(someList, someList).map(([a, b]) => `${a}.isSubset(${b})`),
  fc
    .tuple(someList, macro, someList, comparison, literal)
    .map(([a, name, b, operator, c]) => `${a}.${name}(x, x in ${b} || x ${operator} ${c})`),
  fc
    .tuple(anyList, fc.constantFrom('exists', 'all', 'exists_one'), textPath, quoted)
    .map(([a, name, b, c]) => `${a}.${name}(x, x + ${c} == ${b} || ${b}.startsWith(x))`),
  fc
    .tuple(anyList, macro, computation, comparison, double)
    .map(([a, name, b, operator, c]) => `${a}.${name}(x, x == ${c} || ${b} ${operator} ${c})`),
  fc
    .tuple(
      anyList,
      fc.constantFrom('exists_one', 'all', 'exists'),
      fc.constantFrom(...'+-*/'),
      double,
      comparison,
      double,
    )
    .map(([a, name, on, b, operator, c]) => `${a}.${name}(x, x ${on} ${b} ${operator} ${c})`),
  fc
    .tuple(
      anyList,
      fc.constantFrom('exists_one', 'all', 'exists'),
      comparison,
      fc.constantFrom(0, 1, 2),
    )
    .map(([a, name, operator, b]) => `${a}.${name}(x, size(x) ${operator} ${b})`),
  fc
    .tuple(anyList, fc.constantFrom('exists_one', 'exists', 'all'), kin)
    .map(([a, name, b]) => `${a}.${name}(x, hierarchy(x).overlaps(hierarchy("a.b")) || ${b})`),
  fc
    .tuple(someList, comparison, fc.constantFrom(0, 1, 2))
    .map(([a, operator, b]) => `size(${a}.filter(x, x != null)) ${operator} ${b}`),
  fc
    .tuple(someList, literal, comparison, fc.constantFrom(0, 1))
    .map(([a, b, operator, c]) => `${a}.filter(x, x == ${b}).size() ${operator} ${c}`),
  fc
    .tuple(fc.constantFrom('list', 'items', 'a', 'b'), macro, quoted)
    .map(
      ([field, name, c]) => `R.attr.tags.${name}(t, ${c} in t.${field} || size(t.${field}) > 1)`,
    ),
  fc
    .tuple(quoted, textPath, textPath, method, quoted)
    .map(([a, b, c, name, d]) => `(${a} + ${b} + ${c}).${name}(${d})`),
  fc
    .tuple(textPath, quoted, textPath, quoted)
    .map(([a, b, c, d]) => `(${a} + ${b}) in [${c} == ${d} ? ${d} : ${b}, ${d}]`),
  fc
    .tuple(quoted, textPath, comparison, fc.constantFrom(0, 1, 3))
    .map(([a, b, operator, c]) => `size(${a} + ${b}) ${operator} ${c}`),
  fc
    .tuple(quoted, textPath, fc.constantFrom('^a', 'b$', '^aa$', '%'))
    .map(([a, b, c]) => `(${a} + ${b}).matches("${c}")`),
  fc.tuple(computation, comparison, computation).map((parts) => parts.join(' ')),
)

/** What is computed, and what is made of lists. */
const making = fc.oneof(
  kin,
  listKin,
  regex,
  fc.tuple(computation, comparison, fc.oneof(double, literal)).map((parts) => parts.join(' ')),
  fc.tuple(double, comparison, computation).map((parts) => parts.join(' ')),
  fc
    .tuple(numberPath, double, comparison, double)
    .map(([path_, a, operator, b]) => `${path_} + ${a} ${operator} ${path_} * ${b}`),
  fc.tuple(textPath, method, textPath).map(([a, name, b]) => `${a}.${name}(${b})`),
  fc.tuple(quoted, method, textPath).map(([a, name, b]) => `${a}.${name}(${b})`),
  fc
    .tuple(textPath, textPath, comparison, textPath)
    .map(([a, b, operator, c]) => `${a} + ${b} ${operator} ${c}`),
  fc
    .tuple(quoted, textPath, comparison, fc.oneof(textPath, quoted))
    .map(([a, b, operator, c]) => `${a} + ${b} ${operator} ${c}`),
  fc
    .tuple(fc.oneof(textPath, anyList, filter, map), comparison, fc.constantFrom(0, 1, 2, 1.5))
    .map(([a, operator, b]) => `size(${a}) ${operator} ${b}`),
  fc
    .tuple(anyList, fc.constantFrom('==', '!=', '<'), literal)
    .map(([range, operator, value]) => `${range}.exists_one(t, t ${operator} ${value})`),
  quoted.map((value) => `R.attr.members.exists_one(m, m.name == ${value})`),
  fc
    .tuple(inner, macro, comparison, literal)
    .map(([range, name, operator, value]) => `${range}.${name}(t, t ${operator} ${value})`),
  fc.tuple(literal, fc.oneof(inner, filter, map)).map((parts) => parts.join(' in ')),
  fc.tuple(textPath, fc.oneof(inner, filter, map)).map((parts) => parts.join(' in ')),
  fc.tuple(fc.oneof(map, filter, inner), literals).map(([a, b]) => `hasIntersection(${a}, ${b})`),
  fc.tuple(fc.oneof(map, filter, list), literals).map(([a, b]) => `${a}.isSubset(${b})`),
  fc.tuple(literals, fc.oneof(map, filter, inner)).map(([a, b]) => `${a}.isSubset(${b})`),
  fc
    .tuple(macro, macro, quoted)
    .map(([a, b, c]) => `R.attr.meta.items.${a}(t, t.list.${b}(s, s == ${c} || t.b == s))`),
  fc
    .tuple(
      fc.constantFrom('tags', 'meta.list', 'meta.items'),
      fc.constantFrom(0, 1),
      comparison,
      literal,
    )
    .map(([a, at, operator, b]) => `R.attr.${a}[${at}] ${operator} ${b}`),
  fc
    .tuple(fc.constantFrom(0, 1), comparison, quoted)
    .map(([at, operator, b]) => `R.attr.meta.items[${at}].list[0] ${operator} ${b}`),
  fc
    .tuple(leaf, numberPath, double, comparison, double)
    .map(([a, b, c, operator, d]) => `((${a}) ? ${b} : ${c}) + 1.0 ${operator} ${d}`),
)

/** Random conditions over the attributes of documents. */
export { making as makingCondition, mixed as mixedCondition }

export const condition: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    making,
    mixed,
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) || (${b})`),
    tie('tree').map((a) => `!(${a})`),
    fc.tuple(leaf, tie('tree'), tie('tree')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
    fc
      .tuple(leaf, path, path, comparison, literal)
      .map(([a, b, c, operator, d]) => `((${a}) ? ${b} : ${c}) ${operator} ${d}`),
  ),
})).tree

/** An engine with a rule that allows where the condition holds, and one that denies there. */
export function engineWith(expr: string, strictEvaluation: boolean): Engine {
  const rule = (name: string, effect: string, match: boolean): string => `
    - actions: ['${name}']
      effect: EFFECT_${effect}
      roles: ['user']${match ? `\n      condition: { match: { expr: ${JSON.stringify(expr)} } }` : ''}`
  const policy = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:${rule('allow', 'ALLOW', true)}${rule('deny', 'ALLOW', false)}${rule('deny', 'DENY', true)}
`
  return Engine.fromFiles([{ path: 'document.yaml', text: policy }], { strictEvaluation })
}
