import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'

import { endpoints } from '../src/routes/index.ts'
import { checkAgainstDeclarations } from './contract/declarations.ts'
import { readmeParts, withParts } from './contract/readme.ts'
import { type Outcome, runContract, sdkMethods, strayCases } from './contract/run.ts'

let outcomes: readonly Outcome[] = []
beforeAll(async () => {
  outcomes = await runContract(checkAgainstDeclarations())
}, 120_000)

test('the official SDK’s methods do what they are documented to do, and fail so', () => {
  const failures = outcomes.flatMap((one) =>
    one.kind === 'failed' ? [`${one.client}.${one.path}: ${one.reason}`] : [],
  )
  expect(failures).toEqual([])
  expect(strayCases(outcomes)).toEqual([])
})

test('an answer that is not as the SDK’s declarations say is found', () => {
  const check = checkAgainstDeclarations()
  const method = { client: 'B2BClient', path: 'sessions.get' } as const
  const of = (session: object) => check(method, { member_sessions: [session], status_code: 200 })
  expect(of({ member_id: 7, memberId: 'x' })).toEqual(
    expect.arrayContaining([
      'request_id: missing',
      'member_sessions[0].member_session_id: missing',
      'member_sessions[0].member_id: expected string',
      'member_sessions[0].memberId: the declarations do not know it',
    ]),
  )
  expect(check({ client: 'Client', path: 'sessions.nothing' }, {})).toEqual([
    'the declarations have no Client.sessions.nothing',
  ])
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
