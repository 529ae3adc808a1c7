import pg from 'pg'
import { describe, test } from 'vitest'

import { authorizedWhere, sqlCondition } from '../src/sql.ts'
import { columnsOf } from './columns.ts'
import { type Document, mappingWith } from './documents.ts'
import { type Database, filterSuite, pageFrom } from './filter-suite.ts'
import { hasPostgres, startPostgres } from './postgres-server.ts'

const mapping = mappingWith({ column: 'groups', type: 'array', elements: 'string', null: 'null' })

async function openPostgres(): Promise<Database> {
  const server = startPostgres()
  const client = new pg.Client({ host: server.directory, user: 'test', database: 'postgres' })
  await client.connect()
  await client.query(`CREATE TABLE documents (id text PRIMARY KEY, title text, owner text, team text, n float8,
    level bigint, count bigint, flag boolean, at timestamptz, meta jsonb, tags jsonb, groups text[])`)
  await client.query(
    'CREATE TABLE members (document_id text, "member name" text, role text, age bigint)',
  )
  await client.query('CREATE INDEX ON members (document_id)')
  return {
    async insert(rows) {
      await client.query('BEGIN')
      for (const row of rows) {
        const values = valuesOf(row)
        const places = values.map((_, index) => `$${index + 1}`).join(', ')
        await client.query(`INSERT INTO documents VALUES (${places})`, values)
        for (const { name, role, age } of row.members) {
          const member = [row.id, name, role, age]
          await client.query('INSERT INTO members VALUES ($1, $2, $3, $4)', member)
        }
      }
      await client.query('COMMIT')
      await client.query('ANALYZE')
    },
    async idsOf(filter) {
      const options = { dialect: 'postgres', parametersBefore: 1 } as const
      const { text, values } = sqlCondition(filter, mapping, options)
      const query = `SELECT id FROM documents WHERE id <> $1 AND (${text})`
      const { rows } = await client.query<{ id: string }>(query, ['none', ...values])
      return rows.map(({ id }) => id)
    },
    page({ plan, but, ...options }) {
      const list = authorizedWhere(plan, mapping, {
        dialect: 'postgres',
        where: { text: 'id <> $1 OR false', values: [but] },
        ...options,
      })
      return pageFrom(list, async ({ where: { text, values }, orderBy, take }) => {
        const query = `SELECT * FROM documents WHERE ${text} ORDER BY ${orderBy} LIMIT ${take}`
        return (await client.query(query, [...values])).rows
      })
    },
    async close() {
      await client.end()
      server.stop()
    },
  }
}

function valuesOf(row: Document): unknown[] {
  return columnsOf(row, momentOf, row.groups)
}

/** A moment within the millisecond, as PostgreSQL writes those of more than four digits and before Christ. */
function momentOf(millis: number): string {
  const [, year = '', rest = ''] = /^([+-]?\d+)(.*)Z$/.exec(new Date(millis).toISOString()) ?? []
  const number = Number(year)
  const [since, era] = number > 0 ? [number, ''] : [1 - number, ' BC']
  return `${String(since).padStart(4, '0')}${rest}4Z${era}`
}

if (hasPostgres) filterSuite('PostgreSQL', openPostgres)
else describe('PostgreSQL', () => test.skip('its programs are not on the path', () => undefined))
