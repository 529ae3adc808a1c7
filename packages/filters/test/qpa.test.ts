import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import initSqlJs from 'sql.js'
import { describe, test } from 'vitest'

import { type SqlDialect, sqlCondition } from '../src/sql.ts'
import { hasMariadb, startMariadb } from './mysql-server.ts'
import { hasPostgres, startPostgres } from './postgres-server.ts'
import { qpaSuite, type Seed, type SeededDatabase, seedMapping, seedTally } from './qpa-suite.ts'

const COLUMNS = Object.entries(seedMapping.attributes)

type Type = (typeof COLUMNS)[number][1]['type']
type Row = readonly (string | number | null)[]

/** A database to ask, and what it has for types. */
interface Target {
  readonly dialect: SqlDialect
  readonly types: Readonly<Record<Exclude<Type, 'array'>, string>>
  readonly isHere: boolean
  readonly open: () => Promise<Opened>
}

interface Opened {
  readonly run: (statement: string, values: Row) => Promise<readonly object[]>
  readonly close: () => Promise<void>
}

// biome-ignore format: a table
const TARGETS: readonly Target[] = [
  {
    dialect: 'sqlite', open: openSqlite, isHere: true,
    types: { string: 'TEXT', number: 'REAL', boolean: 'INTEGER', timestamp: 'TEXT', json: 'TEXT' },
  },
  {
    dialect: 'postgres', open: openPostgres, isHere: hasPostgres,
    types: { string: 'text', number: 'float8', boolean: 'boolean', timestamp: 'timestamptz', json: 'jsonb' },
  },
  {
    dialect: 'mysql', open: openMariadb, isHere: hasMariadb,
    types: { string: 'TEXT', number: 'DOUBLE', boolean: 'BOOLEAN', timestamp: 'DATETIME(3)', json: 'JSON' },
  },
]

for (const target of TARGETS) {
  const { dialect, isHere } = target
  if (isHere) qpaSuite(dialect, (seeds) => openSeeded(target, seeds), seedTally)
  else describe(dialect, () => test.skip('its programs are not on the path', () => undefined))
}

async function openSeeded(target: Target, seeds: readonly Seed[]): Promise<SeededDatabase> {
  const database = await target.open()
  await insert(database, target, seeds)
  return {
    async idsOf(filter) {
      const { text, values } = sqlCondition(filter, seedMapping, target)
      const rows = await database.run(`SELECT id FROM seeds WHERE ${text}`, values)
      return rows.map((row) => String(Reflect.get(row, 'id')))
    },
    close: database.close,
  }
}

async function openSqlite(): Promise<Opened> {
  const { Database } = await initSqlJs()
  const database = new Database()
  return {
    async run(statement, values) {
      const [result] = database.exec(statement, [...values])
      return (result?.values ?? []).map(([id]) => ({ id }))
    },
    close: async () => database.close(),
  }
}

async function openPostgres(): Promise<Opened> {
  const server = startPostgres()
  const client = new pg.Client({ host: server.directory, user: 'test', database: 'postgres' })
  await client.connect()
  return {
    run: async (statement, values) => (await client.query(statement, [...values])).rows,
    async close() {
      await client.end()
      server.stop()
    },
  }
}

async function openMariadb(): Promise<Opened> {
  const server = await startMariadb()
  const connection = await createConnection({ socketPath: server.socket, user: 'root' })
  await connection.query('CREATE DATABASE test CHARACTER SET utf8mb4')
  await connection.query('USE test')
  return {
    async run(statement, values) {
      const [rows] = await connection.query(statement, [...values])
      return Array.isArray(rows) ? (rows as object[]) : [] // Rows of a query, or else what it did.
    },
    async close() {
      await connection.end()
      await server.stop()
    },
  }
}

async function insert(
  database: Opened,
  { dialect, types }: Target,
  seeds: readonly Seed[],
): Promise<void> {
  const quoted = (name: string): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const columns = COLUMNS.map(
    ([name, { type }]) => `${quoted(name)} ${types[type === 'array' ? 'json' : type]}`,
  )
  await database.run(`CREATE TABLE seeds (id VARCHAR(20) PRIMARY KEY, ${columns.join(', ')})`, [])
  const place = (at: number): string => (dialect === 'postgres' ? `$${at + 1}` : '?')
  const places = Array.from({ length: COLUMNS.length + 1 }, (_, at) => place(at)).join(', ')
  for (const { id, attr = {} } of seeds) {
    const values = COLUMNS.map(([name, { type }]) => stored(attr[name], type, dialect))
    await database.run(`INSERT INTO seeds VALUES (${places})`, [id, ...values])
  }
}

function stored(value: unknown, type: Type, dialect: SqlDialect): string | number | null {
  if (value === undefined || value === null) return null
  if (type === 'json' || type === 'array') return JSON.stringify(value)
  if (type === 'boolean') return Number(value)
  if (type !== 'timestamp') return value as string | number // As the attribute's type says.
  const moment = new Date(String(value)).toISOString()
  return dialect === 'mysql' ? moment.replace('T', ' ').replace('Z', '') : moment
}
