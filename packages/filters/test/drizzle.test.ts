import { and, ne } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/sql-js'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import initSqlJs from 'sql.js'

import { drizzleCondition } from '../src/drizzle.ts'
import { filterSuite } from './filter-suite.ts'
import { openSqlite, sqliteMapping } from './sqlite-database.ts'

const documents = sqliteTable('documents', { id: text().notNull() })

filterSuite('Drizzle', async () => {
  const { Database: Sqlite } = await initSqlJs()
  // Writes queries for SQLite, which the test sends itself.
  const drizzled = drizzle(new Sqlite())
  return openSqlite((filter) => {
    const condition = drizzleCondition(filter, sqliteMapping, 'sqlite')
    const query = drizzled
      .select({ id: documents.id })
      .from(documents)
      .where(and(ne(documents.id, 'none'), condition))
    const { sql, params } = query.toSQL()
    return { text: sql, values: params as readonly string[] } // As they were given.
  })
})
