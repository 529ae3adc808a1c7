import { FilterError } from '../errors.ts'
import type { ColumnOperand, Comparison, Constant, Form, NativeArray, Operand } from '../form.ts'
import type { PrismaField, PrismaFields, PrismaModel } from './model.ts'
import { textsAfter } from './prefix.ts'

/** A condition as Prisma has them. */
export type WhereObject = Readonly<Record<string, unknown>>

/** Whose columns a condition is about: those of the model, or of related rows. */
interface Place {
  readonly model: PrismaModel
  /** The table of the mapping, or the name that related rows have within a condition. */
  readonly table: string
  readonly fields: PrismaFields
  /** Whether texts are before each other as the database sorts them, and not by their code points. */
  readonly isSorting: boolean
}

/**
 * All rows, or none. Prisma leaves an empty `OR` out of an `AND`, so that `{ OR: [] }`, which is nothing
 * alone, would be everything beside another condition.
 */
function constant(value: boolean, { fields }: Place): WhereObject {
  const [field] = Object.keys(fields)
  if (field === undefined) throw new FilterError('bad-mapping', 'a model has no fields')
  return { [field]: value ? { notIn: [] } : { in: [] } }
}

/** Writes a form as a condition for Prisma. */
export function writeWhere(form: Form, model: PrismaModel): WhereObject {
  return holding(form, placeOf(model, false))
}

/** Writes where rows come after another, in the order that the database has. */
export function writeAfter(form: Form, model: PrismaModel): WhereObject {
  return holding(form, placeOf(model, true))
}

function placeOf(model: PrismaModel, isSorting: boolean): Place {
  return { model, table: model.mapping.table, fields: model.fields, isSorting }
}

/** Where a form is true. */
function holding(form: Form, place: Place): WhereObject {
  switch (form.kind) {
    case 'constant':
      return constant(form.value, place)
    case 'and':
      return { AND: form.of.map((part) => holding(part, place)) }
    case 'or':
      return { OR: form.of.map((part) => holding(part, place)) }
    case 'not':
      return failing(form.of, place)
    case 'compare':
      return compared(form.operator, form.left, form.right, place)
    case 'in': {
      const column = columnIn(form.operand, place, 'in')
      return { [column.column]: { in: form.values.map((each) => sent(each, column, place)) } }
    }
    case 'match':
      return matching(form, place)
    case 'is-null':
      return isNull(columnIn(form.column, place, 'is-null'), place)
    case 'is-dated':
      return { [columnIn(form.column, place, 'timestamp').column]: { gte: FIRST, lte: LAST } }
    case 'exists':
      return { [relationOf(form)]: { some: holding(form.where, within(form, place)) } }
    default:
      throw refused('a JSON value')
  }
}

/**
 * Where a form is not true. Prisma's `NOT` leaves out the rows where a part is NULL, so negation goes to
 * the leaves, which know what can be.
 */
function failing(form: Form, place: Place): WhereObject {
  switch (form.kind) {
    case 'constant':
      return constant(!form.value, place)
    case 'and':
      return { OR: form.of.map((part) => failing(part, place)) }
    case 'or':
      return { AND: form.of.map((part) => failing(part, place)) }
    case 'not':
      return holding(form.of, place)
    case 'compare': {
      const { operator, left, right } = form
      return orNull(compared(OPPOSITE[operator], left, right, place), [left, right])
    }
    case 'in': {
      const column = columnIn(form.operand, place, 'in')
      const values = form.values.map((each) => sent(each, column, place))
      return orNull({ [column.column]: { notIn: values } }, [column])
    }
    case 'match':
      return orNull({ NOT: matching(form, place) }, [columnIn(form.operand, place, form.how)])
    case 'is-null':
      return isThere(columnIn(form.column, place, 'is-null'), place)
    case 'is-dated': {
      const { column } = columnIn(form.column, place, 'timestamp')
      const beyond = { OR: [{ [column]: { lt: FIRST } }, { [column]: { gt: LAST } }] }
      return orNull(beyond, [form.column])
    }
    case 'exists':
      return { [relationOf(form)]: { none: holding(form.where, within(form, place)) } }
    default:
      throw refused('a JSON value')
  }
}

/** The moments that there are in CEL. */
const FIRST = new Date('0001-01-01T00:00:00.000Z')
const LAST = new Date('9999-12-31T23:59:59.999Z')

/** A field that is required is not asked for `null`, which Prisma refuses. */
function isNull({ column, isNullable }: ColumnOperand, place: Place): WhereObject {
  return isNullable ? { [column]: null } : constant(false, place)
}

function isThere({ column, isNullable }: ColumnOperand, place: Place): WhereObject {
  return isNullable ? { [column]: { not: null } } : constant(true, place)
}

const OPPOSITE = { eq: 'ne', ne: 'eq', lt: 'ge', le: 'gt', gt: 'le', ge: 'lt' } as const
const NAMES = { eq: 'equals', ne: 'not', lt: 'lt', le: 'lte', gt: 'gt', ge: 'gte' } as const

function orNull(where: WhereObject, operands: readonly Operand[]): WhereObject {
  const nullable = operands
    .filter((each) => each.kind === 'column')
    .filter((each) => each.isNullable)
  const nulls = nullable.map(({ column }) => ({ [column]: null }))
  return nulls.length === 0 ? where : { OR: [where, ...nulls] }
}

function compared(operator: Comparison, left: Operand, right: Operand, place: Place): WhereObject {
  if (left.kind === 'size') return sized(operator, left, right, place)
  const column = columnIn(left, place, operator)
  const isOrder = operator !== 'eq' && operator !== 'ne'
  const isByLanguage = place.model.provider !== 'sqlite' && !place.isSorting
  if (column.type === 'string' && isOrder && isByLanguage) {
    throw refused('the order of texts, which a database sorts by a language', operator)
  }
  if (right.kind !== 'value') {
    const other = otherField(column, right, place, operator)
    // `not` takes no field.
    if (operator === 'ne') return { NOT: { [column.column]: { equals: other } } }
    return { [column.column]: { [NAMES[operator]]: other } }
  }
  if (column.type === 'boolean') return comparedFlag(operator, column, right, place)
  const known = beyondInt(operator, column, right, place)
  if (known !== undefined) return known
  return { [column.column]: { [NAMES[operator]]: sent(right, column, place) } }
}

/** The values that a boolean may have, because Prisma has no order of them. */
function comparedFlag(
  operator: Comparison,
  operand: ColumnOperand,
  { value }: Constant,
  place: Place,
): WhereObject {
  const kept = [false, true].filter((flag) => isSo(operator, Number(flag), Number(value)))
  if (kept.length === 0) return constant(false, place)
  if (kept.length === 1) return { [operand.column]: kept[0] }
  return isThere(operand, place)
}

/** A column that is an `Int` is not asked for what no `Int` is. */
function beyondInt(
  operator: Comparison,
  operand: ColumnOperand,
  { value }: Constant,
  place: Place,
): WhereObject | undefined {
  const limit = Number(value)
  if (fieldOf(operand, place).typeName !== 'Int' || (limit >= -(2 ** 31) && limit < 2 ** 31))
    return undefined
  if (!isSo(operator, 0, limit)) return constant(false, place)
  return isThere(operand, place)
}

/** Whether there are related rows is all that Prisma says of how many there are. */
function sized(
  operator: Comparison,
  left: Operand & { readonly kind: 'size' },
  right: Operand,
  place: Place,
): WhereObject {
  const { range, where } = left
  const isAny = where.kind === 'constant' && where.value
  const isOwn = range.kind === 'relation' && range.outer === place.table
  if (!isAny || !isOwn || right.kind !== 'value') throw refused('the size of a list', 'size')
  const limit = Number(right.value)
  const sizes = [1, 2, limit - 1, limit, limit + 1, Number.MAX_SAFE_INTEGER]
  const [some, ...others] = sizes
    .filter((size) => size >= 1)
    .map((size) => isSo(operator, size, limit))
  if (others.some((each) => each !== some)) throw refused('how many rows are related', 'size')
  const none = isSo(operator, 0, limit)
  if (some === none) return constant(none, place)
  return { [range.table]: none ? { none: {} } : { some: {} } }
}

function isSo(operator: Comparison, a: number, b: number): boolean {
  return {
    eq: a === b,
    ne: a !== b,
    lt: a < b,
    le: a <= b,
    gt: a > b,
    ge: a >= b,
  }[operator]
}

/**
 * Prisma makes `LIKE` of these without escapes, and SQLite's takes `a` for `A`. There, what begins with a
 * text is what is in order from it up to the next that does not.
 */
function matching(
  { how, operand, text: sought }: Form & { readonly kind: 'match' },
  place: Place,
): WhereObject {
  const { column } = columnIn(operand, place, how)
  if (sought.kind !== 'value') throw refused('a search for what a field has', how)
  const text = String(sought.value)
  if (place.model.provider === 'postgresql') {
    if (/[%_\\]/.test(text)) throw refused('a search for `%`, `_` or a backslash', how)
    return { [column]: { [how]: askable(text, place) } }
  }
  if (how !== 'startsWith') throw refused('a search within texts', how)
  const end = textsAfter(text)
  return { [column]: { gte: text, ...(end !== undefined && { lt: end }) } }
}

function within(
  { range, alias }: Form & { readonly kind: 'exists' },
  { model, table, isSorting }: Place,
): Place {
  const fields = range.kind === 'relation' ? model.related.get(range.table) : undefined
  // Related rows of related rows are in no mapping.
  if (range.kind !== 'relation' || range.outer !== table || fields === undefined) {
    throw refused('a list within a list', 'exists')
  }
  return { model, table: alias, fields, isSorting }
}

function relationOf({ range }: Form & { readonly kind: 'exists' }): string {
  if (range.kind === 'relation') return range.table
  throw refused('a list in a column', 'exists')
}

function columnIn(operand: Operand | NativeArray, place: Place, operator: string): ColumnOperand {
  if (operand.kind !== 'column') throw refused(`this of \`${operand.kind}\``, operator)
  if (operand.table === place.table) return operand
  throw refused(`\`${operand.column}\` of another row`, operator)
}

function fieldOf({ column }: ColumnOperand, { fields }: Place): PrismaField {
  const field = fields[column]
  if (field !== undefined) return field
  throw new FilterError('bad-mapping', `the model has no field \`${column}\``)
}

/** Two fields of a row are compared where the schema has one type for them. */
function otherField(
  left: ColumnOperand,
  right: Operand,
  place: Place,
  operator: Comparison,
): PrismaField {
  const own = fieldOf(left, place)
  const other = fieldOf(columnIn(right, place, operator), place)
  if (own.typeName === other.typeName) return other
  throw refused(`a ${own.typeName} and a ${other.typeName}`, operator)
}

function sent({ value, type }: Constant, column: ColumnOperand, place: Place): unknown {
  if (column.type === 'timestamp') return new Date(String(value))
  if (column.type === 'boolean') return value === true
  if (typeof value === 'string') return askable(value, place)
  const isBig = type === 'int' && fieldOf(column, place).typeName === 'BigInt'
  return isBig ? BigInt(value) : askableNumber(Number(value))
}

/** Prisma sends large numbers with sixteen digits, which are those of another number. */
function askableNumber(value: number): number {
  const isExact =
    Math.abs(value) <= Number.MAX_SAFE_INTEGER || Number(value.toPrecision(16)) === value
  if (isExact) return value
  throw new FilterError('unsupported-value', 'Prisma rounds large numbers of seventeen digits')
}

function askable(text: string, { model }: Place): string {
  if (model.provider !== 'postgresql' || !text.includes('\0')) return text
  throw new FilterError('unsupported-value', 'PostgreSQL has no texts with a NUL in them')
}

function refused(what: string, operator = 'json'): FilterError {
  return new FilterError('unsupported-operator', `no condition of Prisma's says ${what} exactly`, {
    operator,
  })
}
