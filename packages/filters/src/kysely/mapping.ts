import type { Kysely, Selectable } from 'kysely'

import { type AttributeMapping, defineMapping, type Mapping, type NullMeaning } from '../mapping.ts'

/** The names of tables that a database has. */
type TableName<Database> = keyof Database & string

type ColumnName<Table> = keyof Selectable<Table> & string

/**
 * The types that a column may have in a mapping, by what is selected of it. Drivers have large integers
 * as texts, and databases without booleans, moments or JSON have them as numbers and texts.
 */
type ScalarTypeOf<Value> = [Value] extends [string]
  ? 'string' | 'timestamp' | 'int'
  : [Value] extends [number]
    ? 'number' | 'int' | 'boolean'
    : [Value] extends [boolean]
      ? 'boolean'
      : [Value] extends [Date]
        ? 'timestamp'
        : [Value] extends [bigint]
          ? 'int'
          : never

/** A text may be JSON, which databases without such a type have in texts. */
type OpenTypeOf<Value> = [Value] extends [number | bigint | boolean | Date]
  ? never
  : { readonly type: 'json' } | { readonly type: 'array'; readonly elements?: ElementTypeOf<Value> }

type ElementTypeOf<Value> = Value extends readonly (infer Element)[]
  ? ScalarTypeOf<NonNullable<Element>>
  : never

/** A column that can be NULL says what that means; another says nothing of it. */
type NullOf<Value> = null extends Value
  ? { readonly null: NullMeaning }
  : { readonly null?: undefined }

type ScalarOf<Table> = {
  [Name in ColumnName<Table>]: {
    readonly column: Name
    readonly type: ScalarTypeOf<NonNullable<Selectable<Table>[Name]>>
  } & NullOf<Selectable<Table>[Name]>
}[ColumnName<Table>]

type OpenOf<Table> = {
  [Name in ColumnName<Table>]: { readonly column: Name } & OpenTypeOf<
    NonNullable<Selectable<Table>[Name]>
  > &
    NullOf<Selectable<Table>[Name]>
}[ColumnName<Table>]

/** A list that the rows of another table make. */
type RelationOf<Database, Table> = {
  [Other in TableName<Database>]: {
    readonly type: 'relation'
    readonly table: Other
    /** The column of this table that the other's column `to` refers to. */
    readonly from: ColumnName<Table>
    readonly to: ColumnName<Database[Other]>
    readonly element:
      | ScalarOf<Database[Other]>
      | Readonly<Record<string, ScalarOf<Database[Other]>>>
  }
}[TableName<Database>]

/** Where attributes are in a table, by the names and types that a database's interface has. */
export interface KyselyMappingInput<Database, Name extends TableName<Database>> {
  readonly table: Name
  readonly id: ColumnName<Database[Name]>
  readonly attributes: Readonly<
    Record<
      string,
      ScalarOf<Database[Name]> | OpenOf<Database[Name]> | RelationOf<Database, Database[Name]>
    >
  >
}

/**
 * A mapping of attributes to the columns of a table. The compiler checks it against the interface of the
 * database: each column is there, of a type that it can be, and says what NULL means if it can be.
 */
export function kyselyMapping<Database, Name extends TableName<Database>>(
  _kysely: Kysely<Database>,
  { table, id, attributes }: KyselyMappingInput<Database, Name>,
): Mapping {
  // What the types above allow is what a mapping has.
  const mapped = attributes as unknown as Readonly<Record<string, AttributeMapping>>
  return defineMapping({ table, id, attributes: mapped })
}
