import { FilterError } from '../errors.ts'
import type { Constant, JsonPlace } from '../form.ts'
import type { ScalarType } from '../mapping.ts'
import type { Dialect } from './dialect.ts'
import { type Fragment, parameter, separated, sql } from './fragment.ts'

/**
 * PostgreSQL, 14 or later, in UTF-8. Texts are compared in the collation `C`, by code points, since
 * others take different texts for equal or have an order of their own. JSON is `jsonb`.
 */
export const postgres: Dialect = {
  name: quoted,
  constant: ({ value, type }) => {
    if (type === 'string') return text(String(value))
    return sql`${parameter(String(value))}::${CASTS[type]}`
  },
  comparable: exact,
  sortable: (operand, type) =>
    type === 'timestamp' ? sql`date_trunc('milliseconds', ${operand})` : exact(operand, type),
  isDated: (operand) =>
    sql`${operand} >= '0001-01-01Z'::timestamptz AND ${operand} < '10000-01-01Z'::timestamptz`,
  match(how, operand, sought) {
    const subject = sql`${operand} COLLATE "C"`
    if (how === 'contains') return sql`strpos(${subject}, ${sought}) > 0`
    if (how === 'startsWith') return sql`starts_with(${subject}, ${sought})`
    return sql`right(${subject}, length(${sought})) = ${sought}`
  },
  concat: (parts) => sql`(${separated(parts, ' || ')})`,
  length: (operand) => sql`length(${operand})`,
  jsonType(json, types) {
    const quotes = types.map((type): Fragment => [`'${type}'`])
    return sql`jsonb_typeof(${at(json)}) IN (${separated(quotes, ', ')})`
  },
  jsonValue({ json, type }) {
    const value = sql`(${at(json)} #>> '{}')`
    const cast = type === 'string' ? value : sql`${value}::${CASTS[type]}`
    return sql`CASE WHEN jsonb_typeof(${at(json)}) = '${type}' THEN ${cast} END`
  },
  rows(range, alias) {
    if (range.kind === 'array') {
      const { table, column } = range
      return [`unnest(${quoted(table)}.${quoted(column)}) AS ${alias}("value")`]
    }
    const { kind, json } = range
    const type = kind === 'keys' ? 'object' : 'array'
    const value = sql`CASE WHEN jsonb_typeof(${at(json)}) = '${type}' THEN ${at(json)} END`
    const rows = kind === 'keys' ? 'jsonb_object_keys' : 'jsonb_array_elements'
    return sql`${rows}(${value}) AS ${alias}("value")`
  },
}

const CASTS: Readonly<Record<Exclude<Constant['type'], 'string'>, string>> = {
  number: 'float8',
  int: 'int8',
  boolean: 'boolean',
  timestamp: 'timestamptz',
}

function exact(operand: Fragment, type: ScalarType): Fragment {
  return type === 'string' ? sql`${operand} COLLATE "C"` : operand
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function text(value: string): Fragment {
  if (value.includes('\0')) {
    throw new FilterError('unsupported-value', 'PostgreSQL has no texts with a NUL in them')
  }
  return sql`${parameter(value)}::text`
}

function at({ table, column, path }: JsonPlace): Fragment {
  const root = `${quoted(table)}.${quoted(column ?? 'value')}`
  // A step of digits would be a place in a list, where CEL has an error.
  return path.reduce<Fragment>(
    (value, key) => sql`(${value} -> ${typeof key === 'number' ? String(key) : text(key)})`,
    [root],
  )
}
