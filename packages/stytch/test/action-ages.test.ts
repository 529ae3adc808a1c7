import { type Authorizer, type AuthorizerOptions, createAuthorizer } from '@lockstitch/stytch'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'

import { acme, maya, requestWith, type Stytch, startStytch } from './fixtures.ts'

const record = { id: 'q3', organization_id: acme, owner_id: maya }

let stytch: Stytch
let authz: Authorizer
beforeAll(async () => {
  stytch = await startStytch()
})
beforeEach(async () => {
  authz = await authorizer({ 'document:edit': 0, '*:share': 60 })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await authz.close()
})
afterAll(() => stytch.emulator.close())

function authorizer(
  maxTokenAgeFor: NonNullable<AuthorizerOptions['maxTokenAgeFor']>,
): Promise<Authorizer> {
  return createAuthorizer({
    stytch: stytch.client,
    clock: stytch.now,
    roles: [],
    policies: 'packages/stytch/starter-policies',
    onWarning: () => {},
    onError: () => {}, // What it is told are the faults of these tests.
    watch: false,
    maxTokenAgeFor,
  })
}

test('an action that asks for new knowledge has Stytch asked, and no other', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  const authenticate = vi.spyOn(stytch.client.sessions, 'authenticate')
  const may = authz.for(requestWith({ jwt }))
  expect(await may.can('view', 'document', record)).toBe(true)
  expect(authenticate).toHaveBeenCalledTimes(0)
  expect(await may.can('edit', 'document', record)).toBe(true)
  expect(authenticate).toHaveBeenCalledTimes(1)
  // Once for a request, whatever else it asks; and for the next request again.
  expect(await may.actions(['view', 'edit'], 'document', record)).toMatchObject({ edit: true })
  expect(authenticate).toHaveBeenCalledTimes(1)
  await authz.for(requestWith({ jwt })).can('edit', 'document', record)
  expect(authenticate).toHaveBeenCalledTimes(2)
})

test('a session that was revoked elsewhere is over for that action at once', async () => {
  const { session_jwt: jwt, session_token } = stytch.emulator.startSession(maya)
  await stytch.client.sessions.revoke({ session_token })
  expect(await authz.for(requestWith({ jwt })).can('view', 'document', record)).toBe(true)
  const refused = authz.for(requestWith({ jwt })).can('edit', 'document', record)
  await expect(refused).rejects.toMatchObject({ status: 401 })
})

test('a minute is a minute, of every kind', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  const authenticate = vi.spyOn(stytch.client.sessions, 'authenticate')
  stytch.emulator.clock.advance(59_000)
  await authz.for(requestWith({ jwt })).can('share', 'document', record)
  expect(authenticate).toHaveBeenCalledTimes(0)
  stytch.emulator.clock.advance(2000)
  await authz.for(requestWith({ jwt })).can('share', 'document', record)
  expect(authenticate).toHaveBeenCalledTimes(1)
})

test('without Stytch that action is a 503, and the others go on', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  await authz.for(requestWith({ jwt })).can('view', 'document', record)
  stytch.emulator.faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500 })
  const may = authz.for(requestWith({ jwt }))
  await expect(may.can('edit', 'document', record)).rejects.toMatchObject({ status: 503 })
  expect(await may.can('view', 'document', record)).toBe(true)
  stytch.emulator.reset()
})

test('a name that is no action and an age that is none are refused at the start', async () => {
  await expect(authorizer({ 'edit:': 0 })).rejects.toThrow('`maxTokenAgeFor`')
  await expect(authorizer({ 'document:edit': -1 })).rejects.toThrow('`maxTokenAgeFor`')
})
