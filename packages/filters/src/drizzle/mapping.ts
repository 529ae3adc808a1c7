import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm'

import { FilterError } from '../errors.ts'
import {
  type AttributeMapping,
  defineMapping,
  type Mapping,
  type NullMeaning,
  type ScalarColumn,
  type ScalarType,
} from '../mapping.ts'

/** The names of a table's columns, as the schema has them. */
type ColumnName<T extends Table> = keyof T['_']['columns'] & string

/** An attribute that is a column of the schema. What its type is the schema says, but for what a text holds. */
export interface DrizzleColumn<Name extends string = string> {
  readonly column: Name
  /** A list in a JSON column, or a moment or JSON that SQLite has as a text. */
  readonly type?: 'array' | 'json' | 'timestamp'
  /** What `check` is given where the column is NULL; a column that is `notNull` has none. */
  readonly null?: NullMeaning
}

/** A list that the rows of another table make. */
export interface DrizzleRelation<Name extends string = string> {
  readonly type: 'relation'
  readonly table: Table
  /** The column of this table that the other's column `to` refers to. */
  readonly from: Name
  readonly to: string
  readonly element: DrizzleColumn | Readonly<Record<string, DrizzleColumn>>
}

/** Where attributes are in a table, by the names that the schema has for its columns. */
export interface DrizzleMappingInput<Name extends string = string> {
  readonly id: Name
  readonly attributes: Readonly<Record<string, DrizzleColumn<Name> | DrizzleRelation<Name>>>
}

/**
 * A mapping of attributes to the columns of a table, checked against its schema: each column is there, of
 * a type that conditions compare exactly, and says what NULL means if it can be.
 */
export function drizzleMapping<T extends Table>(
  table: T,
  { id, attributes }: DrizzleMappingInput<ColumnName<T>>,
): Mapping {
  const given: readonly (readonly [string, DrizzleColumn | DrizzleRelation])[] =
    Object.entries(attributes)
  const mapped = given.map(([attribute, each]) => [attribute, attributeOf(each, table)] as const)
  const idColumn = scalarOf({ column: id }, table)
  if (idColumn.type !== 'string') throw bad(`\`${id}\` is no text`)
  return defineMapping({
    table: getTableName(table),
    id: idColumn.column,
    attributes: Object.fromEntries(mapped),
  })
}

function attributeOf(each: DrizzleColumn | DrizzleRelation, table: Table): AttributeMapping {
  if (each.type === 'relation') return relationOf(each, table)
  const column = columnOf(each.column, table)
  const meaning = nullOf(each, column)
  if (each.type === 'json' || each.type === 'array' || column.columnType === 'PgArray') {
    return { ...listOrJson(each, column), ...meaning }
  }
  if (JSON_TYPES.has(column.columnType)) return { column: column.name, type: 'json', ...meaning }
  return scalarOf(each, table)
}

function relationOf(
  { table: other, from, to, element }: DrizzleRelation,
  table: Table,
): AttributeMapping {
  const fields = isColumn(element)
    ? scalarOf(element, other)
    : Object.fromEntries(
        Object.entries(element).map(([name, each]) => [name, scalarOf(each, other)]),
      )
  return {
    type: 'relation',
    table: getTableName(other),
    from: columnOf(from, table).name,
    to: columnOf(to, other).name,
    element: fields,
  }
}

function isColumn(element: DrizzleRelation['element']): element is DrizzleColumn {
  return typeof element.column === 'string'
}

const JSON_TYPES: ReadonlySet<string> = new Set(['PgJsonb', 'MySqlJson', 'SQLiteTextJson'])

function listOrJson(
  { type }: DrizzleColumn,
  column: Column,
): { column: string; type: 'json' } | { column: string; type: 'array'; elements?: ScalarType } {
  const { name, columnType } = column
  if (columnType === 'PgArray') {
    const base: unknown = Reflect.get(column, 'baseColumn')
    const elements = isObject(base) ? SCALARS[String(Reflect.get(base, 'columnType'))] : undefined
    const isExact = elements !== undefined && elements !== 'timestamp'
    if (type === 'json' || !isExact) throw unfit(column)
    return { column: name, type: 'array', elements }
  }
  if (!JSON_TYPES.has(columnType) && columnType !== 'SQLiteText') throw unfit(column)
  return type === 'array' ? { column: name, type } : { column: name, type: 'json' }
}

/** The types of columns that hold what `check` is given, and nothing less. */
// biome-ignore format: a table
const SCALARS: Readonly<Record<string, ScalarType | undefined>> = {
  SQLiteText: 'string', SQLiteReal: 'number', SQLiteInteger: 'int', SQLiteBoolean: 'boolean',
  PgText: 'string', PgVarchar: 'string', PgDoublePrecision: 'number', PgInteger: 'int', PgSmallInt: 'int',
  PgBigInt53: 'int', PgBoolean: 'boolean', PgTimestamp: 'timestamp', PgTimestampString: 'timestamp',
  MySqlText: 'string', MySqlVarChar: 'string', MySqlDouble: 'number', MySqlInt: 'int', MySqlSmallInt: 'int',
  MySqlTinyInt: 'int', MySqlMediumInt: 'int', MySqlBigInt53: 'int', MySqlBoolean: 'boolean',
  MySqlDateTime: 'timestamp', MySqlDateTimeString: 'timestamp',
}

function scalarOf(each: DrizzleColumn, table: Table): ScalarColumn {
  const column = columnOf(each.column, table)
  const { name, columnType } = column
  const meaning = nullOf(each, column)
  const type = Object.hasOwn(SCALARS, columnType) ? SCALARS[columnType] : undefined
  if (type === undefined) throw unfit(column)
  if (each.type === 'timestamp' && columnType === 'SQLiteText') {
    return { column: name, type: each.type, ...meaning }
  }
  if (each.type !== undefined && each.type !== type) throw unfit(column)
  // Without its zone a moment is another in each session.
  const isPostgres = columnType.startsWith('Pg')
  if (type === 'timestamp' && isPostgres && !column.getSQLType().endsWith('with time zone')) {
    throw unfit(column)
  }
  return { column: name, type, ...meaning }
}

function columnOf(name: string, table: Table): Column {
  const columns: Readonly<Record<string, Column>> = getTableColumns(table)
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column !== undefined) return column
  throw bad(`\`${getTableName(table)}\` has no column \`${name}\``)
}

/** A column that can be NULL would let rows in, or keep them out, by what nobody decided. */
function nullOf(each: DrizzleColumn, { name, notNull }: Column): { null?: NullMeaning } {
  if (notNull && each.null === undefined) return {}
  if (notNull) throw bad(`\`${name}\` is never NULL`)
  if (each.null === undefined) throw bad(`\`${name}\` can be NULL: say what \`null\` means`)
  return { null: each.null }
}

function unfit(column: Column): FilterError {
  return bad(`\`${column.name}\`: no filter says a ${column.getSQLType()} exactly`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function bad(message: string): FilterError {
  return new FilterError('bad-mapping', message)
}
