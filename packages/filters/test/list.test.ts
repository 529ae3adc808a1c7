import { expect, test } from 'vitest'

import { FilterError, type ListPlan } from '../src/index.ts'
import { authorizedWhere } from '../src/sql.ts'
import { sqliteMapping } from './sqlite-database.ts'

const allowed: ListPlan = { filter: { kind: 'allowed' } }

function list(
  plan: ListPlan,
  options: object = {},
): Exclude<Found, { kind: 'denied' | 'bad-cursor' }> {
  const found = authorizedWhere(plan, sqliteMapping, { dialect: 'sqlite', ...options })
  if (found.kind === 'denied' || found.kind === 'bad-cursor') throw new Error(found.kind)
  return found
}
type Found = ReturnType<typeof authorizedWhere>

test('a plan that allows all has a condition, too', () => {
  expect(list(allowed)).toMatchObject({ kind: 'allowed', where: { text: '(1 = 1)', values: [] } })
})

test("the application's condition stays one, whatever it is made of", () => {
  const where = { text: 'a = ? OR b = ?', values: [new Date(0), null] }
  const known = { title: 'x' }
  expect(list({ ...allowed, known }, { where }).where).toEqual({
    text: '(a = ? OR b = ?) AND ("documents"."title" COLLATE BINARY = ? COLLATE BINARY)',
    values: [new Date(0), null, 'x'],
  })
})

test('there is a next page where there is a row more than a page has', () => {
  const { take, pageOf } = list(allowed, { limit: 2 })
  expect(take).toBe(3)
  const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
  expect(pageOf(rows.slice(0, 2))).toEqual({ rows: rows.slice(0, 2), next: undefined })
  expect(pageOf(rows)).toEqual({ rows: rows.slice(0, 2), next: expect.any(String) })
  expect(pageOf([])).toEqual({ rows: [], next: undefined })
})

test('a row without what it is ordered by ends the list loudly, not early', () => {
  const { pageOf } = list(allowed, { limit: 1, orderBy: [{ attribute: 'team' }] })
  const rows = [{ id: 'a' }, { id: 'b' }]
  expect(() => pageOf(rows)).toThrow(FilterError)
  expect(pageOf(rows, (row) => ({ ...row, team: null })).next).toBeDefined()
})

test.each([[0], [-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
  'no page has %d rows',
  (limit) => {
    expect(() => list(allowed, { limit })).toThrow(RangeError)
  },
)

test.each([
  ['a list', { tags: ['a'] }],
  ['an object', { meta: {} }],
  ['nothing', { title: undefined }],
  ['an attribute that no column is', { nothing: 'a' }],
  ['a path', { 'meta.a': 'a' }],
  ['half a character', { title: '\ud83d' }],
  ['a moment', { at: '2024-06-01T00:00:00Z' }],
])('what is known must be something to ask for: not %s', (_, known) => {
  expect(() => list({ ...allowed, known })).toThrow(FilterError)
  expect(() => list({ filter: { kind: 'denied' }, known })).toThrow(FilterError)
})
