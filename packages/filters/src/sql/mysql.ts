import type { ArrayRange, JsonPlace, JsonType } from '../form.ts'
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
  match(how, operand, text) {
    const [subject, sought] = [bytes(operand), bytes(parameter(text))]
    const length = String(new TextEncoder().encode(text).length)
    if (how === 'contains') return sql`LOCATE(${sought}, ${subject}) > 0`
    const side = how === 'startsWith' ? 'LEFT' : 'RIGHT'
    return sql`${side}(${subject}, ${length}) = ${sought}`
  },
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
  // Not the elements, which lose their types in MariaDB, but their places from 1 on.
  elements: (range) => sql`JSON_TABLE(${listOf(range)}, '$[*]' COLUMNS (value FOR ORDINALITY))`,
  arraySize: (range) => sql`JSON_LENGTH(${listOf(range)})`,
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
  return sql`CAST(CONVERT(${operand} USING utf8mb4) AS BINARY)`
}

/** `2024-06-01T00:00:00.000Z` without what a `DATETIME` has not. */
function dateTime(moment: string): string {
  return moment.replace('T', ' ').replace('Z', '')
}

function listOf({ table, column, storage }: ArrayRange): Fragment {
  if (storage === 'native') throw noArrays('MySQL', column)
  const name = `${quoted(table)}.${quoted(column)}`
  return [`CASE WHEN JSON_TYPE(${name}) = 'ARRAY' THEN ${name} END`]
}

function at({ table, column, list, path }: JsonPlace): Fragment {
  const steps = path.map(jsonStep).join('')
  if (list === undefined || column !== undefined) {
    return sql`JSON_EXTRACT(${quoted(table)}.${quoted(column ?? 'value')}, ${parameter(`$${steps}`)})`
  }
  const place = sql`CONCAT('$[', ${quoted(table)}.${quoted('value')} - 1, ${parameter(`]${steps}`)})`
  return sql`JSON_EXTRACT(${quoted(list.table)}.${quoted(list.column)}, ${place})`
}
