import { FilterError } from './errors.ts'
import { type ColumnOperand, type Constant, every, type Form, NEVER, some } from './form.ts'
import type { Mapping, ScalarType } from './mapping.ts'
import { columnOperand, variableTerm } from './term.ts'

/** What rows are ordered by: an attribute that is one column, or `id`. NULL comes last, either way. */
export interface OrderBy {
  readonly attribute: string
  readonly direction?: 'asc' | 'desc'
}

/** A column that rows are ordered by; NULL comes last, whichever the direction. */
export interface SortKey {
  /** The attribute's name, or `id`. */
  readonly name: string
  readonly direction: 'asc' | 'desc'
  readonly column: ColumnOperand
}

/** What a row has for a key, as the database is asked for it. */
export type KeyValue = Constant['value'] | null

/** The keys of an order, the id last of all. */
export function sortKeys(orderBy: readonly OrderBy[], mapping: Mapping): readonly SortKey[] {
  const keys = orderBy.map((each) => sortKey(each, mapping))
  const isOrdered = keys.some(({ name }) => name === 'id')
  // One direction for both, so that an index over both is read one way.
  const direction = keys.at(-1)?.direction ?? 'asc'
  return isOrdered ? keys : [...keys, sortKey({ attribute: 'id', direction }, mapping)]
}

function sortKey({ attribute, direction = 'asc' }: OrderBy, mapping: Mapping): SortKey {
  const isId = attribute === 'id'
  const name = isId ? 'request.resource.id' : `request.resource.attr.${attribute}`
  const term = attribute.includes('.')
    ? undefined
    : variableTerm(name, { mapping, locals: new Map() })
  if (term?.kind !== 'column') {
    const message = `\`${name}\` is no column to order by`
    throw new FilterError('unsupported-operator', message, { operator: 'orderBy', attribute: name })
  }
  return { name: attribute, direction, column: columnOperand(term) }
}

/** Where a row comes after the one that has these values. */
export function afterPosition(keys: readonly SortKey[], values: readonly KeyValue[]): Form {
  const alternatives = keys.map((key, index) => {
    const same = keys.slice(0, index).map((each, at) => isSame(each, values[at] ?? null))
    return every(...same, isAfter(key, values[index] ?? null))
  })
  return some(...alternatives)
}

function isSame(key: SortKey, value: KeyValue): Form {
  if (value === null) return { kind: 'is-null', column: key.column }
  if (key.column.type !== 'timestamp') return compared('eq', key, value)
  return every(compared('ge', key, value), compared('lt', key, nextMilli(value)))
}

function isAfter(key: SortKey, value: KeyValue): Form {
  if (value === null) return NEVER
  const isNull: Form = { kind: 'is-null', column: key.column }
  const later = key.direction === 'desc' ? compared('lt', key, value) : isGreater(key, value)
  return key.column.isNullable ? some(later, isNull) : later
}

/** Moments are those of their milliseconds, which are all that a cursor has of them. */
function isGreater(key: SortKey, value: NonNullable<KeyValue>): Form {
  return key.column.type === 'timestamp'
    ? compared('ge', key, nextMilli(value))
    : compared('gt', key, value)
}

function nextMilli(moment: NonNullable<KeyValue>): string {
  return new Date(Date.parse(String(moment)) + 1).toISOString()
}

function compared(
  operator: 'eq' | 'lt' | 'gt' | 'ge',
  { column }: SortKey,
  value: NonNullable<KeyValue>,
): Form {
  const right: Constant = { kind: 'value', value, type: column.type }
  return { kind: 'compare', operator, left: column, right }
}

/** What a value is for a key of its type; undefined where it is no such value. */
export function keyValue(value: unknown, type: ScalarType): Constant['value'] | undefined {
  return READERS[type](value)
}

type Reader = (value: unknown) => Constant['value'] | undefined

const READERS: Readonly<Record<ScalarType, Reader>> = {
  string: (value) => (typeof value === 'string' && isText(value) ? value : undefined),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  // Drivers have large integers as texts or as bigints.
  int(value) {
    const isInteger = typeof value === 'bigint' || /^-?\d{1,16}$/.test(String(value))
    const integer = isInteger ? Number(value) : Number.NaN
    return Number.isSafeInteger(integer) ? integer : undefined
  },
  // Databases without booleans have 0 and 1.
  boolean: (value) =>
    value === 0 || value === 1 || typeof value === 'boolean'
      ? value === true || value === 1
      : undefined,
  timestamp(value) {
    const millis =
      value instanceof Date ? value.getTime() : Date.parse(typeof value === 'string' ? value : '')
    const moment = Number.isNaN(millis) ? '' : new Date(millis).toISOString()
    return /^\d{4}-/.test(moment) ? moment : undefined
  },
}

/** No half of a character, and nothing that PostgreSQL has no text for. */
function isText(value: string): boolean {
  return !/\p{Surrogate}|\0/u.test(value)
}
