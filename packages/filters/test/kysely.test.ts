import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'

import { authorizedWhere, kyselyCondition } from '../src/kysely.ts'
import type { SqlCondition } from '../src/sql.ts'
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
  openSqlite({
    ids: (filter) =>
      written(
        kysely
          .selectFrom('documents')
          .select('id')
          .where('id', '<>', 'none')
          .where(kyselyCondition(filter, sqliteMapping, 'sqlite')),
      ),
    list: ({ plan, but, ...options }) =>
      authorizedWhere(plan, sqliteMapping, {
        dialect: 'sqlite',
        where: sql<boolean>`id <> ${but}`,
        ...options,
      }),
    page: (where, orderBy, take) =>
      written(kysely.selectFrom('documents').selectAll().where(where).orderBy(orderBy).limit(take)),
  }),
)

function written(query: { compile(): CompiledQuery }): SqlCondition {
  const { sql: text, parameters } = query.compile()
  return { text, values: parameters as readonly string[] } // As they were given.
}
