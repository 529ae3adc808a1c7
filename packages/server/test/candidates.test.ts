import { createRequire } from 'node:module'

import { afterAll, describe, expect, test } from 'vitest'

import { type CandidateSource, memoryCandidates, sqlCandidates } from '../src/index.ts'

const { Database } = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')

const RECORDS = [
  { id: 'b', properties: { status: 'active', size: 2 } },
  { id: 'a', properties: { status: 'archived' } },
  { id: 'Z', properties: {} },
  { id: 'é' },
  { id: `o'brien"` },
]
const SORTED = ['Z', 'a', 'b', `o'brien"`, 'é']

const database = new Database()
afterAll(() => database.close())
database.exec('CREATE TABLE "rec ords" (rid TEXT PRIMARY KEY, "st""atus" TEXT, size INTEGER)')
for (const { id, properties = {} } of RECORDS) {
  const { status = null, size = null } = properties as { status?: string; size?: number }
  database.run('INSERT INTO "rec ords" VALUES (?, ?, ?)', [id, status, size])
}

const SOURCES: Readonly<Record<string, CandidateSource>> = {
  memory: memoryCandidates({ record: RECORDS }),
  SQL: sqlCandidates({
    run: async (sql, params) => database.all(sql, [...params]) as Record<string, unknown>[],
    types: {
      record: { table: 'rec ords', id: 'rid', properties: { status: 'st"atus', size: 'size' } },
    },
  }),
}

/** What every source of candidates does. */
describe.each(Object.entries(SOURCES))('candidates in %s', (_, source) => {
  test('come in the order of their ids', async () => {
    const candidates = await source.find({ type: 'record', limit: 10 })
    expect(candidates.map(({ id }) => id)).toEqual(SORTED)
  })

  test('have the properties that are there', async () => {
    const candidates = await source.find({ type: 'record', limit: 10 })
    expect(candidates.map(({ properties = {} }) => properties)).toEqual([
      {},
      { status: 'archived' },
      { status: 'active', size: 2 },
      {},
      {},
    ])
  })

  test('come page by page', async () => {
    const page = await source.find({ type: 'record', after: 'a', limit: 2 })
    expect(page.map(({ id }) => id)).toEqual(['b', `o'brien"`])
    const rest = await source.find({ type: 'record', after: `o'brien"`, limit: 2 })
    expect(rest.map(({ id }) => id)).toEqual(['é'])
    expect(await source.find({ type: 'record', after: 'é', limit: 2 })).toEqual([])
  })

  test.each(['other', 'constructor', '__proto__', ''])(
    'of type `%s` there is none',
    async (type) => {
      expect(await source.find({ type, limit: 10 })).toEqual([])
    },
  )
})

test('parameters are written as the database wants them', async () => {
  const asked: unknown[] = []
  const source = sqlCandidates({
    parameters: '$1',
    run: async (...query) => {
      asked.push(query)
      return []
    },
    types: { record: { table: 'public.records' } },
  })
  await source.find({ type: 'record', after: 'x', limit: 3 })
  expect(asked).toEqual([
    ['SELECT "id" AS c0 FROM "public"."records" WHERE "id" > $1 ORDER BY "id" LIMIT $2', ['x', 3]],
  ])
})
