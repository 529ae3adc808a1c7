import { expect, test } from 'vitest'

import { FilterError } from '../src/index.ts'
import { sqlCondition } from '../src/sql.ts'
import { mappingWith } from './documents.ts'
import { filterSuite } from './filter-suite.ts'
import { openSqlite, sqliteMapping } from './sqlite-database.ts'

filterSuite('SQLite', () =>
  openSqlite((filter) => {
    const { text, values } = sqlCondition(filter, sqliteMapping, { dialect: 'sqlite' })
    return { text: `SELECT id FROM documents WHERE ${text}`, values }
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
