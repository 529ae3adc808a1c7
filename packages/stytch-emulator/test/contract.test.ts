import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'

import { endpoints } from '../src/routes/index.ts'
import { readmeParts, withParts } from './contract/readme.ts'
import { type Outcome, runContract, sdkMethods, strayCases } from './contract/run.ts'

let outcomes: readonly Outcome[] = []
beforeAll(async () => {
  outcomes = await runContract()
}, 120_000)

test('the official SDK’s methods do what they are documented to do, and fail so', () => {
  const failures = outcomes.flatMap((one) =>
    one.kind === 'failed' ? [`${one.client}.${one.path}: ${one.reason}`] : [],
  )
  expect(failures).toEqual([])
  expect(strayCases(outcomes)).toEqual([])
})

test('what the table of endpoints has is covered by a case', () => {
  const uncovered = endpoints
    .flatMap(({ sdk, clients }) => clients.map((client) => ({ client, path: sdk })))
    .filter(
      ({ client, path }) =>
        !outcomes.some(
          (one) => one.client === client && one.path === path && one.kind === 'covered',
        ),
    )
  expect(uncovered).toEqual([])
})

test('the README says what is emulated and what is not (npm run emulator:readme)', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(withParts(readme, readmeParts(sdkMethods()))).toBe(readme)
})
