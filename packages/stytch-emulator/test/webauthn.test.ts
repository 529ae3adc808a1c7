import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import type { Client } from 'stytch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  findBrowser,
  launchBrowser,
  plugInAuthenticator,
  skippedWithoutBrowser,
} from '../../../tools/browser.ts'
import { type Authenticator, createAuthenticator, type Lies } from './authenticator.ts'
import { consumerSdk, errorType, useEmulator } from './support.ts'

const used = useEmulator()
const domain = 'localhost'
const hour = { session_duration_minutes: 60 }
let stytch: Client
beforeAll(() => {
  stytch = consumerSdk(used.emulator)
})

async function newUser(email = 'uma@home.test'): Promise<string> {
  return (await stytch.users.create({ email })).user_id
}

async function creationOptions(user_id: string, more: object = {}): Promise<string> {
  const started = await stytch.webauthn.registerStart({ user_id, domain, ...more })
  return started.public_key_credential_creation_options
}

async function requestOptions(user_id?: string, more: object = {}): Promise<string> {
  const started = await stytch.webauthn.authenticateStart({
    ...(user_id !== undefined && { user_id }),
    domain,
    ...more,
  })
  return started.public_key_credential_request_options
}

async function register(user_id: string, key: Authenticator, lies?: Lies) {
  const public_key_credential = key.create(await creationOptions(user_id), lies)
  return await stytch.webauthn.register({ user_id, public_key_credential })
}

async function authenticate(key: Authenticator, lies?: Lies, user_id?: string) {
  const public_key_credential = key.get(await requestOptions(user_id), lies)
  return await stytch.webauthn.authenticate({ public_key_credential, ...hour })
}

const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

describe('a new credential', () => {
  // biome-ignore format: table
  const lies: readonly { readonly what: string; readonly lies: Lies; readonly error: string }[] = [
    { what: 'of a page of another host', lies: { origin: 'https://evil.test' }, error: 'unable_to_register_webauthn_registration' },
    { what: 'of a page whose name only ends alike', lies: { origin: 'http://evil-localhost:4000' }, error: 'unable_to_register_webauthn_registration' },
    { what: 'for another domain', lies: { domain: 'evil.test' }, error: 'unable_to_register_webauthn_registration' },
    { what: 'with a statement that another key signed', lies: { key: otherKey }, error: 'unable_to_register_webauthn_registration' },
    { what: 'that nobody touched a key for', lies: { absent: true }, error: 'unable_to_register_webauthn_registration' },
    { what: 'for a challenge that was never given', lies: { challenge: 'AAAA' }, error: 'no_pending_webauthn_registration' },
  ]
  test.each(lies)('$what is refused', async ({ lies: told, error }) => {
    const user_id = await newUser()
    expect(await errorType(register(user_id, createAuthenticator(), told))).toBe(error)
    expect((await stytch.users.get({ user_id })).webauthn_registrations).toEqual([])
  })

  test('is not taken for another user than the one who asked', async () => {
    const uma = await newUser()
    const eve = await newUser('eve@home.test')
    const public_key_credential = createAuthenticator().create(await creationOptions(uma))
    const call = stytch.webauthn.register({ user_id: eve, public_key_credential })
    expect(await errorType(call)).toBe('no_pending_webauthn_registration')
  })

  test('is taken once, in five minutes, and has one owner', async () => {
    const user_id = await newUser()
    const key = createAuthenticator()
    const public_key_credential = key.create(await creationOptions(user_id))
    await stytch.webauthn.register({ user_id, public_key_credential })
    const again = stytch.webauthn.register({ user_id, public_key_credential })
    expect(await errorType(again)).toBe('no_pending_webauthn_registration')
    const eve = await newUser('eve@home.test')
    expect(await errorType(register(eve, key))).toBe('duplicate_webauthn_registration')
    const late = createAuthenticator().create(await creationOptions(user_id))
    used.emulator.clock.advance(5 * 60_000)
    const call = stytch.webauthn.register({ user_id, public_key_credential: late })
    expect(await errorType(call)).toBe('no_pending_webauthn_registration')
  })

  test('is not for a pending user', async () => {
    const { user_id } = await stytch.users.create({
      email: 'pending@home.test',
      create_user_as_pending: true,
    })
    const call = stytch.webauthn.registerStart({ user_id, domain })
    expect(await errorType(call)).toBe('cannot_use_webauthn_with_pending_user')
  })
})

describe('a sign-in', () => {
  // biome-ignore format: table
  const lies: readonly { readonly what: string; readonly lies: Lies }[] = [
    { what: 'on a page of another host', lies: { origin: 'https://evil.test' } },
    { what: 'on a page without HTTPS elsewhere', lies: { origin: 'http://home.test' } },
    { what: 'for another domain', lies: { domain: 'evil.test' } },
    { what: 'that another key signed', lies: { key: otherKey } },
    { what: 'that nobody touched the key for', lies: { absent: true } },
    { what: 'that says it is another user’s', lies: { userHandle: 'ZXZl' } },
    { what: 'for a challenge that was never given', lies: { challenge: 'AAAA' } },
  ]
  test.each(lies)('$what is refused', async ({ lies: told }) => {
    const user_id = await newUser()
    const key = createAuthenticator()
    await register(user_id, key)
    expect(await errorType(authenticate(key, told))).toBe('unable_to_auth_webauthn_registration')
    expect((await stytch.sessions.get({ user_id })).sessions).toEqual([])
    expect((await authenticate(key)).user_id).toBe(user_id)
  })

  test('with an answer that was used is refused', async () => {
    const user_id = await newUser()
    const key = createAuthenticator()
    await register(user_id, key)
    const public_key_credential = key.get(await requestOptions())
    await stytch.webauthn.authenticate({ public_key_credential })
    const again = stytch.webauthn.authenticate({ public_key_credential })
    expect(await errorType(again)).toBe('unable_to_auth_webauthn_registration')
  })

  test('with a counter that went back is refused: the key may have been copied', async () => {
    const user_id = await newUser()
    const key = createAuthenticator()
    await register(user_id, key)
    await authenticate(key, { counter: 7 })
    const copied = authenticate(key, { counter: 7 })
    expect(await errorType(copied)).toBe('unable_to_auth_webauthn_registration')
    expect((await authenticate(key, { counter: 8 })).user_id).toBe(user_id)
  })

  test('with the credential of another user than the one named is refused', async () => {
    const uma = await newUser()
    await register(uma, createAuthenticator())
    const eve = createAuthenticator()
    await register(await newUser('eve@home.test'), eve)
    const call = authenticate(eve, {}, uma)
    expect(await errorType(call)).toBe('unable_to_auth_webauthn_registration')
  })

  test('adds to a session of the same user only, and nothing is used up where it does not', async () => {
    const user_id = await newUser()
    const key = createAuthenticator()
    await register(user_id, key)
    const other = createAuthenticator()
    await register(await newUser('eve@home.test'), other)
    const { session_token } = await authenticate(other)
    const public_key_credential = key.get(await requestOptions())
    const call = stytch.webauthn.authenticate({ public_key_credential, session_token })
    expect(await errorType(call)).toBe('session_not_found')
    expect((await stytch.webauthn.authenticate({ public_key_credential })).user_id).toBe(user_id)
  })

  test('with a credential that was deleted is refused', async () => {
    const user_id = await newUser()
    const key = createAuthenticator()
    const { webauthn_registration_id } = await register(user_id, key)
    await stytch.users.deleteWebAuthnRegistration({ webauthn_registration_id })
    expect(await errorType(authenticate(key))).toBe('webauthn_registration_not_found')
  })
})

test('what is not a credential is refused, not an internal error', async () => {
  const user_id = await newUser()
  const key = createAuthenticator()
  await register(user_id, key)
  const honest = JSON.parse(key.get(await requestOptions()))
  const answers = [
    '',
    'null',
    '[]',
    '{"response":7}',
    JSON.stringify({ ...honest, id: 7 }),
    JSON.stringify({ ...honest, response: { ...honest.response, authenticatorData: 'AA' } }),
  ]
  for (const public_key_credential of answers)
    expect(await errorType(stytch.webauthn.authenticate({ public_key_credential }))).toMatch(
      /^(unable_to_auth_webauthn_registration|webauthn_registration_not_found|bad_request)$/,
    )
})

describe.skipIf('missing' in findBrowser())(
  `in a browser with an authenticator of its own${skippedWithoutBrowser()}`,
  () => {
    let site: Server
    let browser: Browser
    let page: Page

    beforeAll(async () => {
      site = createServer((_request, response) => {
        response.setHeader('content-type', 'text/html')
        response.end('<title>Site</title>')
      })
      await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve))
      browser = await launchBrowser()
      page = await browser.newPage()
      await plugInAuthenticator(page)
      await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      site?.close()
    })

    async function ask(operation: 'create' | 'get', options: string): Promise<string> {
      const method = operation === 'create' ? 'Creation' : 'Request'
      return await page.evaluate(
        `(async () => {
          const publicKey = PublicKeyCredential.parse${method}OptionsFromJSON(${options})
          const credential = await navigator.credentials.${operation}({ publicKey })
          return JSON.stringify(credential.toJSON())
        })()`,
      )
    }

    test.each([
      { what: 'a passkey signs in without a user being named', passkey: true },
      { what: 'a security key signs in the user who is named', passkey: false },
    ])(
      '$what',
      async ({ passkey }) => {
        const more = { use_base64_url_encoding: true, return_passkey_credential_options: passkey }
        const user_id = await newUser()
        const created = await ask('create', await creationOptions(user_id, more))
        await stytch.webauthn.register({ user_id, public_key_credential: created })
        const named = passkey ? undefined : user_id
        const got = await ask('get', await requestOptions(named, more))
        const answer = await stytch.webauthn.authenticate({ public_key_credential: got, ...hour })
        expect(answer.user_id).toBe(user_id)
        expect(answer.session?.authentication_factors.map((factor) => factor.type)).toEqual([
          'webauthn',
        ])
      },
      60_000,
    )
  },
)
