import { describe, expect, test } from 'vitest'

import { endpoints } from './index.ts'
import { RouteIndex } from './route-index.ts'

describe('the index of endpoints', () => {
  const index = new RouteIndex(endpoints)

  test.each(endpoints.map((row) => [`${row.method} ${row.path}`, row] as const))(
    'finds %s',
    (_, row) => {
      const path = row.path.replaceAll(/:\w+/g, (name) => `an%20${name.slice(1)}`)
      const names = [...row.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
      expect(index.find(row.method, path)).toEqual({
        row,
        params: Object.fromEntries(names.map((name) => [name, `an ${name}`])),
      })
      expect(index.find('TRACE', path)).toBeUndefined()
      expect(index.find(row.method, `${path}/more`)?.row).not.toBe(row)
    },
  )
})

test('a name comes before a parameter, wherever it stands in the table', () => {
  const paths = ['/:one/list', '/a/:two', '/a/:two/c', '/a/b', '/:one/b/c']
  const index = new RouteIndex(paths.map((path) => ({ method: 'GET', path })))
  const found = (path: string): string | undefined => index.find('GET', path)?.row.path
  expect(found('/a/b')).toBe('/a/b')
  expect(found('/a/list')).toBe('/a/:two')
  expect(found('/x/list')).toBe('/:one/list')
  expect(found('/a/b/c')).toBe('/a/:two/c')
  expect(found('/x/b/c')).toBe('/:one/b/c')
  expect(found('/x/y')).toBeUndefined()
})
