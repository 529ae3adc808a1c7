import type { PlanFilter } from '@lockstitch/engine'
import initSqlJs, { type SqlValue } from 'sql.js'

import type { AuthorizedList } from '../src/index.ts'
import type { SqlCondition } from '../src/sql.ts'
import { columnsOf } from './columns.ts'
import { type Document, mappingWith } from './documents.ts'
import { type Database, type ListQuestion, pageFrom } from './filter-suite.ts'

export const sqliteMapping = mappingWith({ column: 'groups', type: 'array', null: 'null' })

/** A query of what `where` and `orderBy` came to. */
type Query = SqlCondition<SqlValue>

interface Queries<Where, Order> {
  readonly ids: (filter: PlanFilter) => Query
  readonly list: (question: ListQuestion) => AuthorizedList<Where, Order>
  readonly page: (where: Where, orderBy: Order, take: number) => Query
}

/** A database in memory, asked with the queries that are made of filters. */
export async function openSqlite<Where, Order>(queries: Queries<Where, Order>): Promise<Database> {
  const { Database: Sqlite } = await initSqlJs()
  const database = new Sqlite()
  // A collation of the column's own must not decide what is equal.
  database.run(`CREATE TABLE documents (id TEXT PRIMARY KEY, title TEXT COLLATE NOCASE, owner TEXT, team TEXT, n REAL,
    level INTEGER, count INTEGER, flag INTEGER, at TEXT, meta TEXT, tags TEXT, groups TEXT);
    CREATE TABLE members (document_id TEXT, "member name" TEXT, role TEXT, age INTEGER);
    CREATE INDEX members_of ON members (document_id)`)
  const recordsOf = ({ text, values }: Query): Record<string, SqlValue>[] => {
    const [result] = database.exec(text, [...values])
    return (result?.values ?? []).map((row) =>
      Object.fromEntries(row.map((value, at) => [result?.columns[at] ?? '', value])),
    )
  }
  return {
    async insert(rows) {
      database.run('BEGIN')
      for (const row of rows) {
        database.run(`INSERT INTO documents VALUES (${'?,'.repeat(11)}?)`, valuesOf(row))
        for (const { name, role, age } of row.members) {
          database.run('INSERT INTO members VALUES (?, ?, ?, ?)', [row.id, name, role, age])
        }
      }
      database.run('COMMIT')
    },
    async idsOf(filter) {
      return recordsOf(queries.ids(filter)).map(({ id }) => String(id))
    },
    page: (question) =>
      pageFrom(queries.list(question), async ({ where, orderBy, take }) =>
        recordsOf(queries.page(where, orderBy, take)),
      ),
    async close() {
      database.close()
    },
  }
}

function valuesOf(row: Document): (string | number | null)[] {
  const values = columnsOf(row, (at) => new Date(at).toISOString())
  // It has no booleans.
  return values.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as never[]
}
