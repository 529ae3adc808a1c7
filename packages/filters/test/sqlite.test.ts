import initSqlJs from 'sql.js'
import { expect, test } from 'vitest'

import { FilterError } from '../src/index.ts'
import { authorizedWhere, sqlCondition } from '../src/sql.ts'
import { mappingWith } from './documents.ts'
import { filterSuite } from './filter-suite.ts'
import { openSqlite, sqliteMapping } from './sqlite-database.ts'

filterSuite('SQLite', () =>
  openSqlite({
    ids(filter) {
      const { text, values } = sqlCondition(filter, sqliteMapping, { dialect: 'sqlite' })
      return { text: `SELECT id FROM documents WHERE ${text}`, values }
    },
    list: ({ plan, but, ...options }) =>
      authorizedWhere(plan, sqliteMapping, {
        dialect: 'sqlite',
        where: { text: 'id <> ? OR 0', values: [but] },
        ...options,
      }),
    page: ({ text, values }, orderBy, take) => ({
      text: `SELECT * FROM documents WHERE ${text} ORDER BY ${orderBy} LIMIT ${take}`,
      values,
    }),
  }),
)

test('an array of PostgreSQL is none of SQLite', () => {
  const native = mappingWith({ column: 'groups', type: 'array', elements: 'string' })
  const condition = {
    kind: 'expression',
    operator: 'in',
    operands: [
      { kind: 'value', value: 'a' },
      { kind: 'variable', name: 'request.resource.attr.groups' },
    ],
  } as const
  const ask = (): unknown => {
    return sqlCondition({ kind: 'conditional', condition }, native, { dialect: 'sqlite' })
  }
  expect(ask).toThrow(FilterError)
})

test('a text that has a NUL in it is counted whole', async () => {
  const { Database } = await initSqlJs()
  const database = new Database()
  database.run('CREATE TABLE documents (id TEXT, title TEXT)')
  const titles = ['', '\0', 'é😀', '\0\0a', 'a\0é😀\0']
  for (const title of titles) database.run('INSERT INTO documents VALUES (?, ?)', [title, title])
  const sizes = titles.map((title) => {
    const length = [...title].length
    const condition = {
      kind: 'expression',
      operator: 'eq',
      operands: [
        {
          kind: 'expression',
          operator: 'size',
          operands: [{ kind: 'variable', name: 'request.resource.attr.title' }],
        },
        { kind: 'value', value: length },
      ],
    } as const
    const filter = { kind: 'conditional', condition } as const
    const { text, values } = sqlCondition(filter, sqliteMapping, { dialect: 'sqlite' })
    return database.exec(`SELECT id FROM documents WHERE ${text}`, [...values])[0]?.values.length
  })
  expect(sizes).toEqual([1, 1, 1, 1, 1])
})
