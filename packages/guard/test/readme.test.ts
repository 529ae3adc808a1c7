import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

import { app } from './readme-example.ts'

const get = async (path: string, user?: string): Promise<[number, string]> => {
  const headers = user === undefined ? {} : { 'x-demo-user': user }
  const response = await app.request(path, { headers })
  return [response.status, await response.text()]
}

test('the README shows the example that is tested here', () => {
  const read = (path: string): string =>
    readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts')}\`\`\``)
})

test('the example answers as the README says', async () => {
  expect(await get('/documents/q3', 'maya')).toEqual([200, 'Q3 plan'])
  expect(await get('/documents/q3', 'otto')).toEqual([403, expect.stringContaining('document/q3')])
  expect(await get('/documents/q5', 'otto')).toEqual([403, expect.stringContaining('document/q5')])
  expect(await get('/documents/q3')).toEqual([401, expect.stringContaining('no-session')])
  expect(await get('/documents', 'otto')).toEqual([200, '["Q4 plan"]'])
})
