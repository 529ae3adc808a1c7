import * as mysql from 'drizzle-orm/mysql-core'
import * as pg from 'drizzle-orm/pg-core'
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'

import { drizzleMapping } from '../src/drizzle.ts'
import { FilterError } from '../src/index.ts'
import { sqliteMapping } from './sqlite-database.ts'

const documents = sqliteTable('documents', {
  id: text().notNull(),
  title: text().notNull(),
  owner: text(),
  team: text(),
  n: real(),
  level: integer(),
  count: integer().notNull(),
  flag: integer({ mode: 'boolean' }),
  at: text(),
  meta: text({ mode: 'json' }),
  tags: text({ mode: 'json' }),
  groups: text(),
})
const members = sqliteTable('members', {
  documentId: text('document_id').notNull(),
  name: text('member name'),
  role: text().notNull(),
  age: integer(),
})
const relation = { type: 'relation', table: members, from: 'id', to: 'documentId' } as const

test('a mapping comes of the schema', () => {
  const mapping = drizzleMapping(documents, {
    id: 'id',
    attributes: {
      title: { column: 'title' },
      owner: { column: 'owner', null: 'missing' },
      team: { column: 'team', null: 'null' },
      n: { column: 'n', null: 'missing' },
      level: { column: 'level', null: 'null' },
      count: { column: 'count' },
      flag: { column: 'flag', null: 'missing' },
      at: { column: 'at', type: 'timestamp', null: 'missing' },
      meta: { column: 'meta', null: 'missing' },
      tags: { column: 'tags', type: 'array', null: 'missing' },
      groups: { column: 'groups', type: 'array', null: 'null' },
      members: {
        type: 'relation',
        table: members,
        from: 'id',
        to: 'documentId',
        element: {
          name: { column: 'name', null: 'missing' },
          role: { column: 'role' },
          age: { column: 'age', null: 'null' },
        },
      },
      roles: { ...relation, element: { column: 'role' } },
    },
  })
  expect(mapping).toEqual(sqliteMapping)
})

test('a name that the schema does not have is none, in types and when the application starts', () => {
  const wrong = (): unknown =>
    // @ts-expect-error The table has no such column.
    drizzleMapping(documents, { id: 'id', attributes: { title: { column: 'titel' } } })
  expect(wrong).toThrow('`documents` has no column `titel`')
})

const postgres = pg.pgTable('documents', {
  id: pg.text().notNull(),
  title: pg.varchar().notNull(),
  at: pg.timestamp({ withTimezone: true, precision: 3 }).notNull(),
  tags: pg.text().array().notNull(),
  meta: pg.jsonb().notNull(),
  size: pg.bigint({ mode: 'number' }).notNull(),
  // What is not what a driver makes of it, or not the same for everybody.
  local: pg.timestamp({ precision: 3 }).notNull(),
  single: pg.real().notNull(),
  exact: pg.numeric().notNull(),
  padded: pg.char({ length: 3 }).notNull(),
  big: pg.bigint({ mode: 'bigint' }).notNull(),
  uuid: pg.uuid().notNull(),
  text: pg.json().notNull(),
  nullable: pg.text(),
})

test('the types of other databases', () => {
  const input = { id: 'id', attributes: { a: { column: 'title' } } } as const
  expect(drizzleMapping(postgres, input).attributes.a).toEqual({ column: 'title', type: 'string' })
  const attributes = {
    at: { column: 'at' },
    tags: { column: 'tags' },
    meta: { column: 'meta' },
    size: { column: 'size' },
  } as const
  expect(drizzleMapping(postgres, { id: 'id', attributes }).attributes).toEqual({
    at: { column: 'at', type: 'timestamp' },
    tags: { column: 'tags', type: 'array', elements: 'string' },
    meta: { column: 'meta', type: 'json' },
    size: { column: 'size', type: 'int' },
  })
  const table = mysql.mysqlTable('documents', {
    id: mysql.varchar({ length: 20 }).notNull(),
    at: mysql.datetime({ fsp: 3 }).notNull(),
    seen: mysql.timestamp().notNull(),
    tags: mysql.json().notNull(),
  })
  const ours = { at: { column: 'at' }, tags: { column: 'tags', type: 'array' } } as const
  expect(drizzleMapping(table, { id: 'id', attributes: ours }).attributes).toEqual({
    at: { column: 'at', type: 'timestamp' },
    tags: { column: 'tags', type: 'array' },
  })
  expect(() => drizzleMapping(table, { id: 'id', attributes: { a: { column: 'seen' } } })).toThrow(
    FilterError,
  )
})

test.each([['local'], ['single'], ['exact'], ['padded'], ['big'], ['uuid'], ['text']] as const)(
  'what a column of another type has is not compared: %s',
  (column) => {
    expect(() => drizzleMapping(postgres, { id: 'id', attributes: { a: { column } } })).toThrow(
      /no filter says a .* exactly/,
    )
  },
)

test('what NULL means is said where it can be, and nowhere else', () => {
  const of = (column: 'nullable' | 'title', meaning?: 'missing'): unknown =>
    drizzleMapping(postgres, {
      id: 'id',
      attributes: { a: { column, ...(meaning && { null: meaning }) } },
    })
  expect(() => of('nullable')).toThrow('`nullable` can be NULL: say what `null` means')
  expect(() => of('title', 'missing')).toThrow('`title` is never NULL')
  expect(of('nullable', 'missing')).toBeDefined()
})
