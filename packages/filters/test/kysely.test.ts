import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'

import { kyselyCondition } from '../src/kysely.ts'
import { filterSuite } from './filter-suite.ts'
import { openSqlite, sqliteMapping } from './sqlite-database.ts'

interface Tables {
  readonly documents: { readonly id: string }
}

/** Writes queries for SQLite, which the test sends itself. */
const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

filterSuite('Kysely', () =>
  openSqlite((filter) => {
    const { sql, parameters } = kysely
      .selectFrom('documents')
      .select('id')
      .where('id', '<>', 'none')
      .where(kyselyCondition(filter, sqliteMapping, 'sqlite'))
      .compile()
    return { text: sql, values: parameters as readonly string[] } // As they were given.
  }),
)
