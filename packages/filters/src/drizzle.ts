import type { PlanFilter } from '@lockstitch/engine'
import { type SQL, sql } from 'drizzle-orm'

import { type AuthorizedList, authorizedList, type ListOptions, type ListPlan } from './list.ts'
import type { Mapping } from './mapping.ts'
import type { Fragment } from './sql/fragment.ts'
import { type SqlDialect, sqlFragment, sqlListWriter } from './sql.ts'

export {
  type DrizzleColumn,
  type DrizzleMappingInput,
  type DrizzleRelation,
  drizzleMapping,
} from './drizzle/mapping.ts'

/**
 * The condition for Drizzle's `where` that keeps the rows whose resources a check allows.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function drizzleCondition(
  filter: PlanFilter,
  mapping: Mapping,
  dialect: SqlDialect,
): SQL<boolean> {
  return sql<boolean>`(${raw(sqlFragment(filter, mapping, dialect))})`
}

/** How a list is to be written for Drizzle. */
export interface DrizzleListOptions extends ListOptions<SQL> {
  readonly dialect: SqlDialect
}

/**
 * The query for a page of what a plan allows: for Drizzle's `where`, `orderBy` and `limit`.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function authorizedWhere(
  plan: ListPlan,
  mapping: Mapping,
  { dialect, ...options }: DrizzleListOptions,
): AuthorizedList<SQL, SQL> {
  const writer = sqlListWriter<SQL, SQL, SQL>(dialect, {
    where: (fragment, own) =>
      own === undefined ? sql`(${raw(fragment)})` : sql`((${own}) AND (${raw(fragment)}))`,
    orderBy: raw,
  })
  return authorizedList(plan, mapping, options, writer)
}

function raw(fragment: Fragment): SQL {
  return sql.join(
    fragment.map((part) => (typeof part === 'string' ? sql.raw(part) : sql`${part.value}`)),
  )
}
