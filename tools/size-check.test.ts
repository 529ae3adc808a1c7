import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { repositoryRoot } from './architecture.ts'
import { measure, readSizeLimits, type SizeLimit } from './size-check.ts'

const limit = readSizeLimits().find(({ path }) => path === 'packages/cel/dist/index.js')

function celLimit(path: string): SizeLimit {
  if (limit === undefined) throw new Error('no size limit for packages/cel')
  return { ...limit, name: path, path }
}

const source = JSON.stringify(join(repositoryRoot, 'packages/cel/src/index.ts'))
const files = {
  'small.js': `export { NOW } from ${source}\n`,
  'whole.js': `export * from ${source}\n`,
  'planted.js': `export * from ${source}\nexport { planted } from './ballast.js'\n`,
  // Random, so that gzip makes 150 kB of it.
  'ballast.js': `export const planted = '${randomBytes(150_000).toString('base64')}'\n`,
}

test('the size check of the CEL package leaves RE2 out and fails when 200 kB are planted', () => {
  const paths = ['small.js', 'whole.js', 'planted.js']
  const { ok, sizes } = measure(paths.map(celLimit), files)
  const [small, whole, planted] = sizes
  expect(small?.passed).toBe(true)
  expect(whole?.passed).toBe(true)
  expect(planted?.passed).toBe(false)
  expect((planted?.size ?? 0) - (whole?.size ?? 0)).toBeGreaterThan(140_000)
  expect(ok).toBe(false)
  expect(limit).toMatchObject({ gzip: true, ignore: ['@bufbuild/re2'], limit: '40 kB' })
})

test('the size check passes what is small', () => {
  expect(measure([celLimit('small.js')], files).ok).toBe(true)
})

test('the engine is measured without the YAML reader and RE2, with the one and with both', () => {
  const measured = readSizeLimits().filter(({ path }) =>
    path.includes('packages/engine/dist/index.js'),
  )
  expect(measured.map(({ ignore }) => ignore)).toEqual([
    ['yaml', '@bufbuild/re2'],
    ['@bufbuild/re2'],
    undefined,
  ])
  expect(measured[0]).toMatchObject({ gzip: true, limit: '120 kB' })
})
