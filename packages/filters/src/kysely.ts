import type { PlanFilter } from '@lockstitch/engine'
import { type RawBuilder, type SqlBool, sql } from 'kysely'

import type { Mapping } from './mapping.ts'
import { type SqlDialect, sqlFragment } from './sql.ts'

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
  const parts = sqlFragment(filter, mapping, dialect).map((part) => {
    return typeof part === 'string' ? sql.raw(part) : sql.val(part.value)
  })
  return sql`(${sql.join(parts, sql.raw(''))})`
}
