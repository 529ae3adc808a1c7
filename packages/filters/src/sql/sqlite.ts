import type { JsonKey, JsonPlace, JsonType } from '../form.ts'
import type { ScalarType } from '../mapping.ts'
import type { Dialect } from './dialect.ts'
import { type Fragment, parameter, separated, sql } from './fragment.ts'
import { jsonStep, noArrays } from './json-path.ts'

/**
 * SQLite, 3.38 or later, in UTF-8. Booleans are 0 and 1. `LIKE` is not used, since it takes `a` for `A`;
 * texts are searched as bytes, because a text may have a NUL in it, where SQLite's lengths end.
 */
export const sqlite: Dialect = {
  name: quoted,
  constant: ({ value }) => parameter(typeof value === 'boolean' ? Number(value) : value),
  comparable: exact,
  // A moment is a text, too.
  sortable: (operand, type) => exact(operand, type === 'timestamp' ? 'string' : type),
  // Other years have a sign, which is before all digits.
  isDated: (operand) => sql`${operand} >= '0001'`,
  match(how, operand, text) {
    const [subject, sought] = [bytes(operand), bytes(text)]
    if (how === 'contains') return sql`instr(${subject}, ${sought}) > 0`
    const length = sql`length(${sought})`
    const start = how === 'startsWith' ? '1' : sql`length(${subject}) - ${length} + 1`
    const isLong = sql`length(${subject}) >= ${length}`
    // Nothing of a text is NULL, not an empty one.
    const isThere = sql`${length} = 0 OR substr(${subject}, ${start}, ${length}) = ${sought}`
    return sql`(${isLong} AND (${isThere}))`
  },
  concat: (parts) => sql`(${separated(parts, ' || ')})`,
  length: codePoints,
  jsonType: (json, types) => sql`${typeOf(json)} IN (${names(types)})`,
  jsonValue({ json, type }) {
    const value = valueAt(json)
    if (type === 'string') return sql`CASE WHEN ${typeOf(json)} = 'text' THEN ${value} END`
    if (type === 'boolean') {
      return sql`CASE ${typeOf(json)} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`
    }
    return sql`CASE WHEN ${typeOf(json)} IN (${names(['number'])}) THEN CAST(${value} AS REAL) END`
  },
  rows(range, alias) {
    if (range.kind === 'array') throw noArrays('SQLite', range.column)
    const { kind, json } = range
    // `json_each` makes a row of what is no list, too.
    const type = kind === 'keys' ? 'object' : 'array'
    const each = sql`json_each(CASE WHEN ${typeOf(json)} = '${type}' THEN ${valueAt(json)} END)`
    return kind === 'keys'
      ? sql`(SELECT "key" AS "value" FROM ${each}) AS ${alias}`
      : sql`${each} AS ${alias}`
  },
}

const TYPES: Readonly<Record<JsonType, readonly string[]>> = {
  string: ['text'],
  number: ['integer', 'real'],
  boolean: ['true', 'false'],
  null: ['null'],
  array: ['array'],
  object: ['object'],
}

function names(types: readonly JsonType[]): Fragment {
  const quotes = types.flatMap((type) => TYPES[type]).map((type): Fragment => [`'${type}'`])
  return separated(quotes, ', ')
}

function exact(operand: Fragment, type: ScalarType): Fragment {
  return type === 'string' ? sql`${operand} COLLATE BINARY` : operand
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function bytes(operand: Fragment): Fragment {
  return sql`CAST(${operand} AS BLOB)`
}

/** `length` ends at a NUL: a text is counted up to each, and behind the last. */
function codePoints(operand: Fragment): Fragment {
  const zero = `instr("rest", x'00')`
  return sql`(WITH RECURSIVE "counted"("rest", "count") AS (SELECT ${bytes(operand)}, 0 UNION ALL
    SELECT substr("rest", ${zero} + 1), "count" + 1 + length(CAST(substr("rest", 1, ${zero} - 1) AS TEXT))
    FROM "counted" WHERE ${zero} > 0) SELECT "count" + length(CAST("rest" AS TEXT)) FROM "counted" WHERE ${zero} = 0)`
}

function typeOf({ table, column, path }: JsonPlace): Fragment {
  const name = quoted(table)
  if (column !== undefined) return sql`json_type(${name}.${quoted(column)}, ${pathOf(path)})`
  if (path.length === 0) return [`${name}."type"`]
  // The value of an element is JSON if it is an object or a list, and may look like JSON if it is a text.
  return sql`CASE WHEN ${name}."type" IN (${names(['object', 'array'])}) THEN json_type(${name}."value", ${pathOf(path)}) END`
}

function valueAt({ table, column, path }: JsonPlace): Fragment {
  const name = quoted(table)
  if (column === undefined && path.length === 0) return [`${name}."value"`]
  return sql`json_extract(${name}.${quoted(column ?? 'value')}, ${pathOf(path)})`
}

function pathOf(path: readonly JsonKey[]): Fragment {
  return parameter(`$${path.map(jsonStep).join('')}`)
}
