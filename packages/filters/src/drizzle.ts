import type { PlanFilter } from '@lockstitch/engine'
import { type SQL, sql } from 'drizzle-orm'

import type { Mapping } from './mapping.ts'
import { type SqlDialect, sqlFragment } from './sql.ts'

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
  const parts = sqlFragment(filter, mapping, dialect).map((part) => {
    return typeof part === 'string' ? sql.raw(part) : sql`${part.value}`
  })
  return sql<boolean>`(${sql.join(parts)})`
}
