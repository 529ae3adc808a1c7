import type { PlanFilter } from '@lockstitch/engine'

import { every } from './form.ts'
import {
  type AuthorizedList,
  authorizedList,
  type ListOptions,
  type ListPlan,
  type ListWriter,
} from './list.ts'
import type { Mapping } from './mapping.ts'
import type { Dialect } from './sql/dialect.ts'
import type { Fragment } from './sql/fragment.ts'
import { mysql } from './sql/mysql.ts'
import { postgres } from './sql/postgres.ts'
import { sqlite } from './sql/sqlite.ts'
import { write, writeOrder } from './sql/write.ts'
import { translate } from './translate.ts'

export type SqlDialect = 'sqlite' | 'postgres' | 'mysql'

/** A condition of SQL, complete in itself, and the values of its parameters in their order. */
export interface SqlCondition<Value = string | number> {
  readonly text: string
  readonly values: readonly Value[]
}

/** How a condition is to be written. */
export interface SqlOptions {
  readonly dialect: SqlDialect
  /** How many parameters the query has before this condition. PostgreSQL numbers them. */
  readonly parametersBefore?: number
}

const DIALECTS: Readonly<Record<SqlDialect, Dialect>> = { sqlite, postgres, mysql }

/**
 * The condition that keeps the rows whose resources a check allows. It is never empty: a plan that
 * allows all is `1 = 1`, and one that allows none is `1 = 0`.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function sqlCondition(
  filter: PlanFilter,
  mapping: Mapping,
  { dialect, parametersBefore = 0 }: SqlOptions,
): SqlCondition {
  return numbered(sqlFragment(filter, mapping, dialect), dialect, parametersBefore)
}

function numbered(fragment: Fragment, dialect: SqlDialect, parametersBefore: number): SqlCondition {
  const values: (string | number)[] = []
  const texts = fragment.map((part) => {
    if (typeof part === 'string') return part
    values.push(part.value)
    return dialect === 'postgres' ? `$${parametersBefore + values.length}` : '?'
  })
  return { text: texts.join(''), values }
}

/** How a list is to be written. The values of a condition of the application's come before ours. */
export interface SqlListOptions<Value> extends SqlOptions, ListOptions<SqlCondition<Value>> {}

/**
 * The query for a page of what a plan allows: what goes behind `WHERE`, `ORDER BY` and `LIMIT`.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function authorizedWhere<Value = never>(
  plan: ListPlan,
  mapping: Mapping,
  { dialect, parametersBefore = 0, ...options }: SqlListOptions<Value>,
): AuthorizedList<SqlCondition<Value | string | number>, string> {
  const written = DIALECTS[dialect]
  return authorizedList(plan, mapping, options, {
    where(allowed, after, own) {
      const form = every(allowed, after)
      const before = parametersBefore + (own?.values.length ?? 0)
      const { text, values } = numbered(write(form, written), dialect, before)
      if (own === undefined) return { text: `(${text})`, values }
      return { text: `(${own.text}) AND (${text})`, values: [...own.values, ...values] }
    },
    // Nothing in an order is a parameter.
    orderBy: (keys) => writeOrder(keys, written).join(''),
  })
}

/** The condition in pieces, for query builders that have parameters of their own. */
export function sqlFragment(filter: PlanFilter, mapping: Mapping, dialect: SqlDialect): Fragment {
  return write(translate(filter, mapping), DIALECTS[dialect])
}

/** The condition and the order of a list in pieces, for query builders. */
export function sqlListWriter<Own, Where, Order>(
  dialect: SqlDialect,
  of: {
    readonly where: (fragment: Fragment, own: Own | undefined) => Where
    readonly orderBy: (fragment: Fragment) => Order
  },
): ListWriter<Own, Where, Order> {
  return {
    where: (allowed, after, own) => of.where(write(every(allowed, after), DIALECTS[dialect]), own),
    orderBy: (keys) => of.orderBy(writeOrder(keys, DIALECTS[dialect])),
  }
}
