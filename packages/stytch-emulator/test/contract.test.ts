import { beforeAll, expect, test } from 'vitest'

import { endpoints } from '../src/routes/index.ts'
import { type Outcome, runContract, strayCases } from './contract/run.ts'

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
    .map(({ sdk }) => sdk)
    .filter((path) => !outcomes.some((one) => one.path === path && one.kind === 'covered'))
  expect(uncovered).toEqual([])
})
