import type { ArrayRange, JsonPlace, JsonType } from '../form.ts'
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
  match(how, operand, text) {
    const bytes = sql`CAST(${parameter(text)} AS BLOB)`
    const subject = sql`CAST(${operand} AS BLOB)`
    const length = String(new TextEncoder().encode(text).length)
    if (how === 'contains') return sql`instr(${subject}, ${bytes}) > 0`
    const start = how === 'startsWith' ? `1, ${length}` : `-${length}`
    return sql`substr(${subject}, ${start}) = ${bytes}`
  },
  jsonType: (json, types) => sql`${typeOf(json)} IN (${names(types)})`,
  jsonValue({ json, type }) {
    const value = valueAt(json)
    if (type === 'string') return sql`CASE WHEN ${typeOf(json)} = 'text' THEN ${value} END`
    if (type === 'boolean') {
      return sql`CASE ${typeOf(json)} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`
    }
    return sql`CASE WHEN ${typeOf(json)} IN (${names(['number'])}) THEN CAST(${value} AS REAL) END`
  },
  elements: (range) => sql`json_each(${listOf(range)})`,
  arraySize: (range) => sql`json_array_length(${listOf(range)})`,
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

/** `json_each` makes a row of what is no list, too. */
function listOf({ table, column, storage }: ArrayRange): Fragment {
  if (storage === 'native') throw noArrays('SQLite', column)
  const name = `${quoted(table)}.${quoted(column)}`
  return [`CASE WHEN json_type(${name}) = 'array' THEN ${name} END`]
}

function typeOf({ table, column, path }: JsonPlace): Fragment {
  const name = quoted(table)
  if (column !== undefined) return sql`json_type(${name}.${quoted(column)}, ${pathOf(path)})`
  if (path.length === 0) return [`${name}."type"`]
  // The value of an element is JSON if it is an object, and may look like JSON if it is a text.
  return sql`CASE WHEN ${name}."type" = 'object' THEN json_type(${name}."value", ${pathOf(path)}) END`
}

function valueAt({ table, column, path }: JsonPlace): Fragment {
  const name = quoted(table)
  if (column === undefined && path.length === 0) return [`${name}."value"`]
  return sql`json_extract(${name}.${quoted(column ?? 'value')}, ${pathOf(path)})`
}

function pathOf(path: readonly string[]): Fragment {
  return parameter(`$${path.map(jsonStep).join('')}`)
}
