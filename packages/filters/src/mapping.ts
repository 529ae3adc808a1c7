import { FilterError } from './errors.ts'

/** Where the attributes of a kind of resource are in a database. */
export interface Mapping {
  /** The table of the resources, or what stands for it in the query: an alias. */
  readonly table: string
  /** The column that `request.resource.id` is; it is text and never NULL. */
  readonly id: string
  /** By the names of the attributes. What is not here cannot be filtered by. */
  readonly attributes: Readonly<Record<string, AttributeMapping>>
}

export type AttributeMapping = ScalarColumn | JsonColumn | ArrayColumn | Relation

/**
 * What a resource has where the column is NULL: no such attribute, or the attribute `null`. It must be
 * what `check` is given. A column without it is never NULL.
 */
export type NullMeaning = 'missing' | 'null'

export type ScalarType = 'string' | 'number' | 'int' | 'boolean' | 'timestamp'

/**
 * A column that is a string, a finite double, an integer below 2^53, a boolean or a moment, which `check`
 * is given as `toISOString` writes it. SQLite has it as that text. A `number` column
 * has double precision, since one of single precision is not what a driver makes of it.
 */
export interface ScalarColumn {
  readonly column: string
  readonly type: ScalarType
  readonly null?: NullMeaning
}

/** A column of JSON, `jsonb` in PostgreSQL, whose scalars conditions read by their paths. */
export interface JsonColumn {
  readonly column: string
  readonly type: 'json'
  readonly null?: NullMeaning
}

/** A column that is a list: of JSON, or an array of PostgreSQL's with elements of one type. */
export interface ArrayColumn {
  readonly column: string
  readonly type: 'array'
  /** What the elements of an array of PostgreSQL's are; without it the list is JSON. */
  readonly elements?: ScalarType
  readonly null?: NullMeaning
}

/**
 * A list that other rows make: those of `table` whose column `to` is what the column `from` of this
 * row is. An element is what one column has, or an object of several.
 */
export interface Relation {
  readonly type: 'relation'
  readonly table: string
  readonly from: string
  readonly to: string
  readonly element: ScalarColumn | Readonly<Record<string, ScalarColumn>>
}

const SCALARS: readonly string[] = [
  'string',
  'number',
  'int',
  'boolean',
  'timestamp',
] satisfies ScalarType[]

/** Checks a mapping when the application starts, and gives it back. */
export function defineMapping<const M extends Mapping>(mapping: M): M {
  name(mapping.table, 'table')
  name(mapping.id, 'id')
  for (const [attribute, each] of Object.entries(mapping.attributes)) {
    checkAttribute(each, `request.resource.attr.${attribute}`)
  }
  return mapping
}

function checkAttribute(each: AttributeMapping, attribute: string): void {
  if (each.type === 'relation') {
    for (const key of ['table', 'from', 'to'] as const) name(each[key], key, attribute)
    for (const column of relationColumns(each)) checkScalar(column, attribute)
    return
  }
  if (each.type === 'json' || each.type === 'array') {
    checkColumn(each, attribute)
    const elements = each.type === 'array' ? each.elements : undefined
    if (elements !== undefined && !SCALARS.includes(elements)) {
      throw bad(`no elements are of the type \`${elements}\``, attribute)
    }
    return
  }
  checkScalar(each, attribute)
}

/** Whether the elements of a relation are what one column has. */
export function isScalarColumn(element: Relation['element']): element is ScalarColumn {
  return typeof element.column === 'string'
}

function relationColumns({ element }: Relation): readonly ScalarColumn[] {
  return isScalarColumn(element) ? [element] : Object.values(element)
}

function checkScalar(each: ScalarColumn, attribute: string): void {
  checkColumn(each, attribute)
  if (!SCALARS.includes(each.type)) throw bad(`there is no type \`${each.type}\``, attribute)
}

function checkColumn(each: ScalarColumn | JsonColumn | ArrayColumn, attribute: string): void {
  name(each.column, 'column', attribute)
  const meaning: string | undefined = each.null
  if (meaning !== undefined && meaning !== 'missing' && meaning !== 'null') {
    throw bad(`NULL means \`missing\` or \`null\`, not \`${meaning}\``, attribute)
  }
}

function name(value: unknown, what: string, attribute?: string): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw bad(`\`${what}\` must be a name`, attribute)
  }
}

function bad(message: string, attribute?: string): FilterError {
  return new FilterError(
    'bad-mapping',
    attribute === undefined ? message : `${attribute}: ${message}`,
    attribute === undefined ? {} : { attribute },
  )
}
