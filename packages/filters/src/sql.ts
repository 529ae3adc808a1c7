import type { PlanFilter } from '@lockstitch/engine'

import type { Mapping } from './mapping.ts'
import type { Dialect } from './sql/dialect.ts'
import type { Fragment } from './sql/fragment.ts'
import { postgres } from './sql/postgres.ts'
import { sqlite } from './sql/sqlite.ts'
import { write } from './sql/write.ts'
import { translate } from './translate.ts'

export type SqlDialect = 'sqlite' | 'postgres'

/** A condition of SQL, complete in itself, and the values of its parameters in their order. */
export interface SqlCondition {
  readonly text: string
  readonly values: readonly (string | number)[]
}

/** How a condition is to be written. */
export interface SqlOptions {
  readonly dialect: SqlDialect
  /** How many parameters the query has before this condition. PostgreSQL numbers them. */
  readonly parametersBefore?: number
}

const DIALECTS: Readonly<Record<SqlDialect, Dialect>> = { sqlite, postgres }

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
  const fragment = sqlFragment(filter, mapping, dialect)
  const values: (string | number)[] = []
  const texts = fragment.map((part) => {
    if (typeof part === 'string') return part
    values.push(part.value)
    return dialect === 'postgres' ? `$${parametersBefore + values.length}` : '?'
  })
  return { text: texts.join(''), values }
}

/** The condition in pieces, for query builders that have parameters of their own. */
export function sqlFragment(filter: PlanFilter, mapping: Mapping, dialect: SqlDialect): Fragment {
  return write(translate(filter, mapping), DIALECTS[dialect])
}
