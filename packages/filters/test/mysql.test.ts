import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { describe, test } from 'vitest'

import { authorizedWhere, sqlCondition } from '../src/sql.ts'
import { columnsOf } from './columns.ts'
import { type Document, mappingWith } from './documents.ts'
import { type Database, filterSuite, pageFrom } from './filter-suite.ts'
import { hasMariadb, startMariadb } from './mysql-server.ts'

const mapping = mappingWith({ column: 'groups', type: 'array', null: 'null' })

/** How statements are sent: prepared ones have values beside them, others have them written into them. */
type Sending = 'execute' | 'query'

async function openMariadb(sending: Sending): Promise<Database> {
  const server = await startMariadb()
  const connection = await createConnection({
    socketPath: server.socket,
    user: 'root',
    charset: 'utf8mb4',
    timezone: 'Z',
  })
  // Collations of the columns' own must not decide what is equal.
  for (const statement of [
    'CREATE DATABASE test CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
    'USE test',
    `CREATE TABLE documents (id VARCHAR(20) PRIMARY KEY, title VARCHAR(100), owner VARCHAR(100) COLLATE utf8mb4_unicode_ci, team TEXT,
      n DOUBLE, level BIGINT, count BIGINT, flag BOOLEAN, at DATETIME(6), meta JSON, tags JSON, \`groups\` JSON)`,
    'CREATE TABLE members (document_id VARCHAR(20), `member name` VARCHAR(100), role VARCHAR(100), age BIGINT, INDEX (document_id))',
  ])
    await connection.query(statement)
  const ask = async (text: string, values: readonly unknown[]): Promise<RowDataPacket[]> => {
    const given = [...values] as string[] // Or numbers.
    const [rows] = await (sending === 'execute'
      ? connection.execute<RowDataPacket[]>(text, given)
      : connection.query<RowDataPacket[]>(text, given))
    return rows
  }
  return {
    async insert(rows) {
      await connection.query('BEGIN')
      for (const row of rows) {
        const values = valuesOf(row)
        const places = values.map(() => '?').join(', ')
        await connection.query(`INSERT INTO documents VALUES (${places})`, values)
        for (const { name, role, age } of row.members)
          await connection.query('INSERT INTO members VALUES (?)', [[row.id, name, role, age]])
      }
      await connection.query('COMMIT')
    },
    async idsOf(filter) {
      const { text, values } = sqlCondition(filter, mapping, { dialect: 'mysql' })
      const rows = await ask(`SELECT id FROM documents WHERE ${text}`, values)
      return rows.map(({ id }) => String(id))
    },
    page({ plan, but, ...options }) {
      const where = { text: 'id <> ? OR 0', values: [but] }
      const list = authorizedWhere(plan, mapping, { dialect: 'mysql', where, ...options })
      return pageFrom(list, ({ where: { text, values }, orderBy, take }) =>
        ask(`SELECT * FROM documents WHERE ${text} ORDER BY ${orderBy} LIMIT ${take}`, values),
      )
    },
    async close() {
      await connection.end()
      await server.stop()
    },
  }
}

function valuesOf(row: Document): unknown[] {
  // A moment within the millisecond.
  return columnsOf(row, (at) => new Date(at).toISOString().replace('T', ' ').replace('Z', '25'))
}

if (hasMariadb) {
  filterSuite('MariaDB, prepared statements', () => openMariadb('execute'), { isNear: true })
  filterSuite('MariaDB', () => openMariadb('query'), { isNear: true })
} else {
  describe('MariaDB', () => test.skip('its programs are not on the path', () => undefined))
}
