import type { PlanFilter } from '@lockstitch/engine'
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'

import { type AuthorizedList, authorizedList, type ListOptions, type ListPlan } from './list.ts'
import type { Mapping } from './mapping.ts'
import type { Fragment } from './sql/fragment.ts'
import { type SqlDialect, sqlFragment, sqlListWriter } from './sql.ts'

export { type KyselyMappingInput, kyselyMapping } from './kysely/mapping.ts'

/**
 * The condition for Kysely's `where` that keeps the rows whose resources a check allows.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function kyselyCondition(
  filter: PlanFilter,
  mapping: Mapping,
  dialect: SqlDialect,
): RawBuilder<SqlBool> {
  return sql`(${raw(sqlFragment(filter, mapping, dialect))})`
}

/** How a list is to be written for Kysely. */
export interface KyselyListOptions extends ListOptions<Expression<SqlBool>> {
  readonly dialect: SqlDialect
}

/**
 * The query for a page of what a plan allows: for Kysely's `where`, `orderBy` and `limit`.
 *
 * @throws FilterError where no condition says exactly what the plan does
 */
export function authorizedWhere(
  plan: ListPlan,
  mapping: Mapping,
  { dialect, ...options }: KyselyListOptions,
): AuthorizedList<Expression<SqlBool>, RawBuilder<unknown>> {
  const writer = sqlListWriter<Expression<SqlBool>, Expression<SqlBool>, RawBuilder<unknown>>(
    dialect,
    {
      where: (fragment, own) =>
        own === undefined
          ? sql<SqlBool>`(${raw(fragment)})`
          : sql<SqlBool>`((${own}) AND (${raw(fragment)}))`,
      orderBy: raw,
    },
  )
  return authorizedList(plan, mapping, options, writer)
}

function raw(fragment: Fragment): RawBuilder<unknown> {
  const parts = fragment.map((part) =>
    typeof part === 'string' ? sql.raw(part) : sql.val(part.value),
  )
  return sql.join(parts, sql.raw(''))
}
