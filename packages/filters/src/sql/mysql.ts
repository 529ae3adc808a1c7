import type { JsonKey, JsonPlace, JsonType } from '../form.ts'
import type { Dialect } from './dialect.ts'
import { type Fragment, parameter, separated, sql } from './fragment.ts'
import { jsonStep, noArrays } from './json-path.ts'

/**
 * MySQL 8.0.17 or later, and MariaDB 10.6 or later. Texts are compared as their bytes in UTF-8, because
 * collations take `a` for `A` and for `a `; so are those that are sent, for which the connection must be
 * in `utf8mb4`. Moments are `DATETIME` in UTC.
 */
export const mysql: Dialect = {
  name: quoted,
  constant({ value, type }) {
    if (type === 'boolean') return parameter(Number(value))
    if (type === 'string') return parameter(String(value))
    if (type === 'timestamp') return sql`CAST(${parameter(dateTime(String(value)))} AS DATETIME(6))`
    return sql`CAST(${parameter(Number(value))} AS ${type === 'int' ? 'SIGNED' : 'DOUBLE'})`
  },
  comparable: (operand, type) => (type === 'string' ? bytes(operand) : operand),
  sortable(operand, type) {
    if (type === 'string') return bytes(operand)
    if (type !== 'timestamp') return operand
    return sql`(${operand} - INTERVAL (MICROSECOND(${operand}) MOD 1000) MICROSECOND)`
  },
  // There are no later ones.
  isDated: (operand) => sql`${operand} >= CAST('0001-01-01' AS DATETIME)`,
  match(how, operand, text) {
    const [subject, sought] = [bytes(operand), bytes(text)]
    if (how === 'contains') return sql`LOCATE(${sought}, ${subject}) > 0`
    const side = how === 'startsWith' ? 'LEFT' : 'RIGHT'
    return sql`${side}(${subject}, LENGTH(${sought})) = ${sought}`
  },
  concat: (parts) => sql`CONCAT(${separated(parts.map(unicode), ', ')})`,
  length: (operand) => sql`CHAR_LENGTH(${unicode(operand)})`,
  jsonType: (json, types) => sql`JSON_TYPE(${at(json)}) IN (${names(types)})`,
  jsonValue({ json, type }) {
    const value = at(json)
    const text = sql`JSON_UNQUOTE(${value})`
    const found = {
      string: text,
      boolean: sql`${text} = 'true'`,
      number: sql`CAST(${value} AS DOUBLE)`,
    }
    return sql`CASE WHEN JSON_TYPE(${value}) IN (${names([type])}) THEN ${found[type]} END`
  },
  rows(range, alias) {
    if (range.kind === 'array') throw noArrays('MySQL', range.column)
    const { kind, json } = range
    const value = at(json)
    const listed = (type: string, list: Fragment): Fragment =>
      sql`CASE WHEN JSON_TYPE(${value}) = '${type}' THEN ${list} END`
    if (kind === 'keys') {
      const keys = listed('OBJECT', sql`JSON_KEYS(${value})`)
      return sql`JSON_TABLE(${keys}, '$[*]' COLUMNS (value LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS ${alias}`
    }
    // Not the elements, which lose their types in MariaDB, but their places from 1 on.
    return sql`JSON_TABLE(${listed('ARRAY', value)}, '$[*]' COLUMNS (value FOR ORDINALITY)) AS ${alias}`
  },
}

const TYPES: Readonly<Record<JsonType, readonly string[]>> = {
  string: ['STRING'],
  number: ['INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'],
  boolean: ['BOOLEAN'],
  null: ['NULL'],
  array: ['ARRAY'],
  object: ['OBJECT'],
}

function names(types: readonly JsonType[]): Fragment {
  const quotes = types.flatMap((type) => TYPES[type]).map((type): Fragment => [`'${type}'`])
  return separated(quotes, ', ')
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Bytes are not padded, and are in the order of code points. */
function bytes(operand: Fragment): Fragment {
  return sql`CAST(${unicode(operand)} AS BINARY)`
}

function unicode(operand: Fragment): Fragment {
  return sql`CONVERT(${operand} USING utf8mb4)`
}

/** `2024-06-01T00:00:00.000Z` without what a `DATETIME` has not. */
function dateTime(moment: string): string {
  return moment.replace('T', ' ').replace('Z', '')
}

/** A value where each list on the way to it is one: MySQL takes anything else for a list of itself. */
function at(json: JsonPlace): Fragment {
  const value = extracted(json, json.path)
  const guards = json.path.flatMap((key, index) => {
    if (typeof key !== 'number') return []
    return [sql`JSON_TYPE(${extracted(json, json.path.slice(0, index))}) = 'ARRAY'`]
  })
  if (guards.length === 0) return value
  return sql`CASE WHEN ${separated(guards, ' AND ')} THEN ${value} END`
}

function extracted(json: JsonPlace, path: readonly JsonKey[]): Fragment {
  return sql`JSON_EXTRACT(${rootOf(json)}, ${pathOf(json, path)})`
}

/** The column that a value is in. */
function rootOf({ table, column, list }: JsonPlace): string {
  if (column === undefined && list !== undefined) return rootOf(list)
  return `${quoted(table)}.${quoted(column ?? 'value')}`
}

/** The way from the column, through the places of the elements around. */
function pathOf({ table, column, list }: JsonPlace, path: readonly JsonKey[]): Fragment {
  const steps = path.map(jsonStep).join('')
  if (column !== undefined || list === undefined) return parameter(`$${steps}`)
  const element = `${quoted(table)}.${quoted('value')} - 1`
  return sql`CONCAT(${pathOf(list, list.path)}, '[', ${element}, ${parameter(`]${steps}`)})`
}
