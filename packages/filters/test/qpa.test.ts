import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CheckInput, Engine, EngineError } from '@lockstitch/engine'
import { diskSource } from '@lockstitch/policy/node'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import initSqlJs from 'sql.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { defineMapping, FilterError } from '../src/index.ts'
import { type SqlDialect, sqlCondition } from '../src/sql.ts'
import { hasMariadb, startMariadb } from './mysql-server.ts'
import { hasPostgres, startPostgres } from './postgres-server.ts'

// The policies and rows that Cerbos's own adapters for databases are tried with.
const CORPUS = fileURLToPath(new URL('../../../../shared/conformance/', import.meta.url))

const mapping = defineMapping({
  table: 'seeds',
  id: 'id',
  attributes: {
    aBool: { column: 'aBool', type: 'boolean' },
    aString: { column: 'aString', type: 'string' },
    aNumber: { column: 'aNumber', type: 'number' },
    aDouble: { column: 'aDouble', type: 'number', null: 'missing' },
    aOptionalString: { column: 'aOptionalString', type: 'string', null: 'missing' },
    createdBy: { column: 'createdBy', type: 'string' },
    createdAt: { column: 'createdAt', type: 'timestamp', null: 'missing' },
    scope: { column: 'scope', type: 'string', null: 'missing' },
    owner: { column: 'owner', type: 'string', null: 'null' },
    coOwner: { column: 'coOwner', type: 'string', null: 'null' },
    tagNames: { column: 'tagNames', type: 'array', null: 'missing' },
    tags: { column: 'tags', type: 'array', null: 'missing' },
    categories: { column: 'categories', type: 'array', null: 'missing' },
    obj: { column: 'obj', type: 'json', null: 'missing' },
    mainCategory: { column: 'mainCategory', type: 'json', null: 'missing' },
    parent: { column: 'parent', type: 'json', null: 'missing' },
  },
})
const COLUMNS = Object.entries(mapping.attributes)

type Type = (typeof COLUMNS)[number][1]['type']
type Row = readonly (string | number | null)[]

/** A database to ask, and what it has for types. */
interface Dialect {
  readonly dialect: SqlDialect
  readonly types: Readonly<Record<Exclude<Type, 'array'>, string>>
  /** Why it is not here. */
  readonly missing?: string
  readonly open: () => Promise<Opened>
}

interface Opened {
  readonly run: (statement: string, values: Row) => Promise<readonly object[]>
  readonly close: () => Promise<void>
}

// biome-ignore format: a table
const DIALECTS: readonly Dialect[] = [
  {
    dialect: 'sqlite', open: openSqlite,
    types: { string: 'TEXT', number: 'REAL', boolean: 'INTEGER', timestamp: 'TEXT', json: 'TEXT' },
  },
  {
    dialect: 'postgres', open: openPostgres, ...(!hasPostgres && { missing: 'its programs are not on the path' }),
    types: { string: 'text', number: 'float8', boolean: 'boolean', timestamp: 'timestamptz', json: 'jsonb' },
  },
  {
    dialect: 'mysql', open: openMariadb, ...(!hasMariadb && { missing: 'its programs are not on the path' }),
    types: { string: 'TEXT', number: 'DOUBLE', boolean: 'BOOLEAN', timestamp: 'DATETIME(3)', json: 'JSON' },
  },
]

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

interface Case {
  readonly action: string
  readonly checkOracle: readonly string[]
}

/** What a database was found to keep: as many as `check`, or the operator that no filter says. */
type Found = 'exact' | { readonly refused: string } | { readonly differs: readonly string[] }

/** By operator, how many filters cannot be said, of each case in both modes of evaluation. */
// biome-ignore format: a table
const FOUND = {
  exact: 138,
  refused: { add: 20, all: 2, ancestorOf: 2, contains: 2, descendentOf: 2, div: 10, double: 8, endsWith: 4, eq: 2, exists: 6, exists_one: 4, filter: 4, in: 4, index: 4, int: 4, map: 4, matches: 2, mult: 2, overlaps: 8, size: 14, startsWith: 6, string: 2, sub: 2, timestamp: 2 },
}

const NOW = Date.parse('2026-01-01T00:00:00Z')
const { principal, resourceKind } = existsSync(CORPUS)
  ? readFixture<{ principal: CheckInput['principal']; resourceKind: string }>('seeds.json')
  : { principal: { id: '', roles: [] }, resourceKind: '' }

function readFixture<Content>(name: string): Content {
  // The format of the fixtures, which their README describes.
  return JSON.parse(readFileSync(`${CORPUS}fixtures/qpa/${name}`, 'utf8')) as Content
}

function read(name: string): Case {
  return JSON.parse(readFileSync(`${CORPUS}qpa/${name}`, 'utf8')) as Case
}

if (!existsSync(CORPUS)) {
  describe('the seeds of query-plan-adapters', () =>
    test.skip('are not beside the project', () => undefined))
} else {
  describe.each(DIALECTS)('the seeds of query-plan-adapters in $dialect', (given) => {
    if (given.missing !== undefined) {
      test.skip(given.missing, () => undefined)
      return
    }
    const cases = readdirSync(`${CORPUS}qpa`).sort().map(read)
    const resources = existsSync(CORPUS)
      ? readFixture<readonly CheckInput['resource'][]>('check-resources.json')
      : []
    let database: Opened
    let engines: readonly Engine[] = []
    beforeAll(async () => {
      database = await given.open()
      await insert(database, given, resources)
      const files = await diskSource(`${CORPUS}fixtures/qpa/policies`).read()
      const options = { clock: () => NOW, lenientScopeSearch: false }
      engines = [true, false].map((strictEvaluation) =>
        Engine.fromFiles(files, { ...options, strictEvaluation }),
      )
    })
    afterAll(() => database.close())

    test('every filter keeps what a check allows, or names what it cannot say', async () => {
      const refused = new Map<string, number>()
      const differing: unknown[] = []
      let exact = 0
      for (const { action, checkOracle } of cases) {
        for (const engine of engines) {
          const found = await find(engine, action, checkOracle)
          if (found === 'exact') exact += 1
          else if ('refused' in found)
            refused.set(found.refused, (refused.get(found.refused) ?? 0) + 1)
          else differing.push({ action, ...found })
        }
      }
      expect(differing).toEqual([])
      expect({ exact, refused: Object.fromEntries(refused) }).toEqual(FOUND)
    })

    async function find(engine: Engine, action: string, oracle: readonly string[]): Promise<Found> {
      const allowed = resources
        .filter((resource) => engine.isAllowed({ principal, resource, action }))
        .map(({ id }) => id)
        .sort()
      // What the real Cerbos was found to allow, which is lenient.
      if (engine === engines[1]) expect(allowed).toEqual([...oracle].sort())
      try {
        const asked = { principal, resource: { kind: resourceKind }, actions: [action] }
        const { filter } = engine.plan(asked)
        const { text, values } = sqlCondition(filter, mapping, given)
        const rows = await database.run(`SELECT id FROM seeds WHERE ${text}`, values)
        const kept = rows.map((row) => String(Reflect.get(row, 'id'))).sort()
        return kept.join() === allowed.join() ? 'exact' : { differs: [text, ...kept] }
      } catch (error) {
        if (error instanceof FilterError) return { refused: error.operator ?? error.code }
        if (error instanceof EngineError) return { refused: error.code }
        throw error
      }
    }
  })
}

async function insert(
  database: Opened,
  { dialect, types }: Dialect,
  resources: readonly CheckInput['resource'][],
): Promise<void> {
  const quoted = (name: string): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const columns = COLUMNS.map(
    ([name, { type }]) => `${quoted(name)} ${types[type === 'array' ? 'json' : type]}`,
  )
  await database.run(`CREATE TABLE seeds (id VARCHAR(20) PRIMARY KEY, ${columns.join(', ')})`, [])
  const place = (at: number): string => (dialect === 'postgres' ? `$${at + 1}` : '?')
  const places = Array.from({ length: COLUMNS.length + 1 }, (_, at) => place(at)).join(', ')
  for (const { id, attr = {} } of resources) {
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
