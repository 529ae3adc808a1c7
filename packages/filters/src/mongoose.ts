import type { PlanFilter } from '@lockstitch/engine'

import { FilterError } from './errors.ts'
import type { Comparison, Constant, Form } from './form.ts'
import type { SortKey } from './keyset.ts'
import { type AuthorizedList, authorizedList, type ListOptions, type ListPlan } from './list.ts'
import type { Mapping } from './mapping.ts'
import { DATED, writeExpression } from './mongo/expression.ts'
import { translate } from './translate.ts'

export {
  type MongooseMappingInput,
  type MongooseModel,
  mongooseMapping,
} from './mongo/mapping.ts'

/** A condition of MongoDB's: for Mongoose's `find`, or the driver's. */
export type MongoCondition = Readonly<Record<string, unknown>>

/**
 * The condition for `Model.find` that keeps the documents whose resources a check allows. The columns of
 * the mapping are fields of the document; the id is a field with a text.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function mongoCondition(filter: PlanFilter, mapping: Mapping): MongoCondition {
  return write(translate(filter, mapping))
}

/** How MongoDB is told an order. It has what is missing or null before all else. */
export type MongoOrder = Readonly<Record<string, 1 | -1>>

/**
 * The query for a page of what a plan allows: for `find`, `sort` and `limit`. MongoDB has no order with
 * NULL last, so that only fields are ordered by that always are there.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function authorizedWhere(
  plan: ListPlan,
  mapping: Mapping,
  options: ListOptions<MongoCondition> = {},
): AuthorizedList<MongoCondition, MongoOrder> {
  return authorizedList<MongoCondition, MongoCondition, MongoOrder>(plan, mapping, options, {
    where(allowed, after, own) {
      const ours = [write(allowed), write(after)]
      return { $and: own === undefined ? ours : [own, ...ours] }
    },
    orderBy: (keys) => Object.fromEntries(keys.map(ordered)),
  })
}

function ordered({ column: { column, isNullable }, direction }: SortKey): [string, 1 | -1] {
  if (!isNullable) return [column, direction === 'desc' ? -1 : 1]
  const message = `\`${column}\` may be missing, and MongoDB puts that first`
  throw new FilterError('unsupported-operator', message, { operator: 'orderBy' })
}

/** Comparisons of a field with a value are written so that an index serves them. */
function write(form: Form): MongoCondition {
  switch (form.kind) {
    case 'constant':
      return { $expr: { $literal: form.value } }
    case 'and':
      return { $and: form.of.map(write) }
    case 'or':
      return { $or: form.of.map(write) }
    case 'not':
      return { $nor: [write(form.of)] }
    case 'compare': {
      const { operator, left, right } = form
      if (left.kind !== 'column' || right.kind !== 'value' || operator === 'ne') break
      return { [left.column]: { [OPERATORS[operator]]: sent(right) } }
    }
    case 'in':
      if (form.operand.kind !== 'column') break
      return { [form.operand.column]: { $in: form.values.map(sent) } }
    case 'is-null':
      if (form.column.kind !== 'column') break
      return { [form.column.column]: null }
    case 'is-dated':
      return { [form.column.column]: DATED }
    default:
  }
  return { $expr: writeExpression(form, new Map()) }
}

const OPERATORS = {
  eq: '$eq',
  lt: '$lt',
  le: '$lte',
  gt: '$gt',
  ge: '$gte',
} as const satisfies Record<Exclude<Comparison, 'ne'>, string>

function sent({ value, type }: Constant): unknown {
  return type === 'timestamp' ? new Date(String(value)) : value
}
