import {
  type ColumnType,
  DummyDriver,
  type Generated,
  type JSONColumnType,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { expect, test } from 'vitest'

import { FilterError } from '../src/index.ts'
import { type KyselyMappingInput, kyselyMapping } from '../src/kysely.ts'

interface Tables {
  readonly documents: {
    readonly id: Generated<string>
    readonly title: 'draft' | 'final'
    readonly owner_id: string | null
    readonly size: number
    readonly count: ColumnType<string, bigint, bigint>
    readonly open: boolean
    readonly updated_at: ColumnType<Date, string, string>
    readonly meta: JSONColumnType<{ readonly region: string }> | null
    readonly tags: string[]
  }
  readonly members: {
    readonly document_id: string
    readonly user_id: string
    readonly age: number | null
  }
}

const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

const members = { type: 'relation', table: 'members', from: 'id', to: 'document_id' } as const

test('a mapping is made of what the interface of the database has', () => {
  const attributes = {
    title: { column: 'title', type: 'string' },
    owner: { column: 'owner_id', type: 'string', null: 'missing' },
    size: { column: 'size', type: 'number' },
    count: { column: 'count', type: 'int' },
    open: { column: 'open', type: 'boolean' },
    updated: { column: 'updated_at', type: 'timestamp' },
    meta: { column: 'meta', type: 'json', null: 'missing' },
    tags: { column: 'tags', type: 'array', elements: 'string' },
    members: { ...members, element: { column: 'user_id', type: 'string' } },
    people: { ...members, element: { age: { column: 'age', type: 'int', null: 'null' } } },
  } as const
  const mapping = kyselyMapping(kysely, { table: 'documents', id: 'id', attributes })
  expect(mapping).toEqual({ table: 'documents', id: 'id', attributes })
})

type Attribute = KyselyMappingInput<Tables, 'documents'>['attributes'][string]

test('what the interface does not have does not compile', () => {
  const map = (a: Attribute): unknown =>
    kyselyMapping(kysely, { table: 'documents', id: 'id', attributes: { a } })
  const wrong = (): unknown => [
    // @ts-expect-error There is no such table.
    kyselyMapping(kysely, { table: 'document', id: 'id', attributes: {} }),
    // @ts-expect-error The table has no such id.
    kyselyMapping(kysely, { table: 'documents', id: 'ids', attributes: {} }),
    // @ts-expect-error The table has no such column.
    map({ column: 'titel', type: 'string' }),
    // @ts-expect-error A number is no text.
    map({ column: 'size', type: 'string' }),
    // @ts-expect-error A number is no JSON.
    map({ column: 'size', type: 'json' }),
    // @ts-expect-error A list of texts is none of numbers.
    map({ column: 'tags', type: 'array', elements: 'number' }),
    // @ts-expect-error The column can be NULL, and what that means is not said.
    map({ column: 'owner_id', type: 'string' }),
    // @ts-expect-error The column is never NULL.
    map({ column: 'title', type: 'string', null: 'null' }),
    // @ts-expect-error The related table has no such column.
    map({ ...members, element: { column: 'users', type: 'string' } }),
    // @ts-expect-error The related table has no such column to refer with.
    map({ ...members, to: 'user', element: { column: 'user_id', type: 'string' } }),
  ]
  expect(wrong).toBeTypeOf('function')
})

test('what the compiler was not asked about is checked when the application starts', () => {
  const attributes = { a: { column: '', type: 'string' } } as object as Record<string, never>
  expect(() => kyselyMapping(kysely, { table: 'documents', id: 'id', attributes })).toThrow(
    FilterError,
  )
})
