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
