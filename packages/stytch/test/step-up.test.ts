import type { AddressInfo } from 'node:net'
import { guard as expressGuard } from '@lockstitch/guard/express'
import { guard as honoGuard } from '@lockstitch/guard/hono'
import { type Authorizer, createAuthorizer } from '@lockstitch/stytch'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acme, maya, type Stytch, startStytch } from './fixtures.ts'

const record = { id: 'q3', organization_id: acme, owner_id: maya }
const question = { kind: 'document', action: 'delete', resource: () => record }
const phone = '+15005550006'

let stytch: Stytch
let authz: Authorizer
beforeAll(async () => {
  stytch = await startStytch()
  authz = await createAuthorizer({
    stytch: stytch.client,
    clock: stytch.now,
    policies: 'packages/stytch/starter-policies',
    // The policies read `support_reason`, which an application adds; here nobody supports anybody.
    onWarning: () => {},
    watch: false,
  })
})
afterAll(async () => {
  await authz.close()
  await stytch.emulator.close()
})

type Send = (cookie: string) => Promise<Response>

const init = (cookie: string): RequestInit => ({ method: 'DELETE', headers: { cookie } })

const frameworks: Readonly<Record<string, (use: (send: Send) => Promise<void>) => Promise<void>>> =
  {
    async Express(use) {
      const app = express().delete('/', expressGuard(authz, question), (_, response) => {
        response.send('deleted')
      })
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      try {
        await use((cookie) => fetch(`http://127.0.0.1:${port}/`, init(cookie)))
      } finally {
        server.close()
      }
    },
    async Hono(use) {
      const app = new Hono().delete('/', honoGuard(authz, question), (c) => c.text('deleted'))
      await use(async (cookie) => app.request('/', init(cookie)))
    },
  }

test.each(Object.entries(frameworks))(
  'a deletion under the starter policies asks for a second factor, and goes through with it: %s',
  async (_, serve) => {
    stytch.emulator.reset()
    await serve(async (send) => {
      const { session_jwt, session_token } = stytch.emulator.startSession(maya)
      const challenge = await send(`stytch_session_jwt=${session_jwt}`)
      expect(challenge.status).toBe(401)
      expect(challenge.headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_user_authentication", error_description="sign in again, as the challenge says", acr_values="mfa", max_age="600"',
      )

      const member = { organization_id: acme, member_id: maya }
      await stytch.client.otps.sms.send({ ...member, mfa_phone_number: phone })
      const code = stytch.emulator.messages({ to: phone })[0]?.code ?? ''
      const answer = await stytch.client.otps.sms.authenticate({ ...member, code, session_token })
      const deleted = await send(`stytch_session_jwt=${answer.session_jwt}`)
      expect([deleted.status, await deleted.text()]).toEqual([200, 'deleted'])

      // The second factor grows old, and is asked for again.
      stytch.emulator.clock.advance(601_000)
      const again = await stytch.client.sessions.authenticate({ session_token })
      expect((await send(`stytch_session_jwt=${again.session_jwt}`)).status).toBe(401)
    })
  },
)

test('whoever could not delete with a second factor either is not asked for one', async () => {
  stytch.emulator.reset()
  const { session_jwt } = stytch.emulator.startSession(
    'member-test-ac3e0000-0000-4000-8000-000000000013',
  )
  const app = new Hono().delete('/', honoGuard(authz, question), (c) => c.text('deleted'))
  const response = await app.request('/', init(`stytch_session_jwt=${session_jwt}`))
  expect(response.status).toBe(403)
})
