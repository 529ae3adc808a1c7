import { and, ne } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/sql-js'
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import initSqlJs from 'sql.js'

import { authorizedWhere, drizzleCondition } from '../src/drizzle.ts'
import type { SqlCondition } from '../src/sql.ts'
import { filterSuite } from './filter-suite.ts'
import { openSqlite, sqliteMapping } from './sqlite-database.ts'

const documents = sqliteTable('documents', {
  id: text().notNull(),
  title: text().notNull(),
  owner: text(),
  team: text(),
  count: integer(),
  n: real(),
  level: integer(),
  flag: integer({ mode: 'boolean' }),
  at: text(),
})

filterSuite('Drizzle', async () => {
  const { Database: Sqlite } = await initSqlJs()
  // Writes queries for SQLite, which the test sends itself.
  const drizzled = drizzle(new Sqlite())
  return openSqlite({
    ids(filter) {
      const condition = drizzleCondition(filter, sqliteMapping, 'sqlite')
      return written(
        drizzled
          .select({ id: documents.id })
          .from(documents)
          .where(and(ne(documents.id, 'none'), condition)),
      )
    },
    list: ({ plan, but, ...options }) =>
      authorizedWhere(plan, sqliteMapping, {
        dialect: 'sqlite',
        where: ne(documents.id, but),
        ...options,
      }),
    page: (where, orderBy, take) =>
      written(drizzled.select().from(documents).where(where).orderBy(orderBy).limit(take)),
  })
})

function written(query: { toSQL(): { sql: string; params: unknown[] } }): SqlCondition {
  const { sql, params } = query.toSQL()
  return { text: sql, values: params as readonly string[] } // As they were given.
}
