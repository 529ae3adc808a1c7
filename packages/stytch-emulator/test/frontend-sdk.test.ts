import type { StytchClientOptions } from '@stytch/vanilla-js'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import {
  findBrowser,
  launchBrowser,
  plugInAuthenticator,
  skippedWithoutBrowser,
} from '../../../tools/browser.ts'
import { memberFrontend, userFrontend } from '../src/frontend/endpoints.ts'
import { lookups } from '../src/routes/frontend.ts'
import { type FrontendPage, frontendSdk, servePage } from './frontend-page.ts'
import { acmeId, adaId, appUrl, mayaId, useEmulator } from './support.ts'

/** The SDK reads `endpoints`, though its types do not know it. */
type PointedOptions = StytchClientOptions & {
  readonly endpoints: { readonly testAPIURL: string }
}

const used = useEmulator()
const email_address = 'maya@acme.test'
const password = 'seven blue lorries at dawn'
const session_duration_minutes = 30

/** Calls the SDK's client in the page, as the application's own script would. */
async function call<T>(page: Page, method: string, ...args: readonly unknown[]): Promise<T> {
  return await page.evaluate(
    async ([path, given]) => {
      const names = path.split('.')
      const name = names.pop() ?? ''
      // biome-ignore lint/suspicious/noExplicitAny: the page's own
      const owner = names.reduce((object, step) => object[step], (globalThis as any).client)
      try {
        return await owner[name](...given)
      } catch (error) {
        // biome-ignore lint/suspicious/noExplicitAny: an error of the SDK
        return { error_type: (error as any).error_type ?? String(error) }
      }
    },
    [method, [...args]] as const,
  )
}

const found = findBrowser()
describe.skipIf('missing' in found)(
  `a page with the official frontend SDK${skippedWithoutBrowser(found)}`,
  () => {
    let browser: Browser
    let context: BrowserContext
    let page: Page
    let site: FrontendPage
    const elsewhere: string[] = []

    beforeAll(async () => {
      browser = await launchBrowser()
    })
    afterAll(() => browser.close())
    beforeEach(async () => {
      context = await browser.newContext()
      page = await context.newPage()
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url())
        if (protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname)) return
        elsewhere.push(request.url())
      })
    })
    afterEach(async () => {
      await context.close()
      site.close()
      expect(elsewhere).toEqual([])
    })

    const openPage = async (kind: 'b2b' | 'consumer'): Promise<void> => {
      const { project, url } = used.emulator
      const options: PointedOptions = { endpoints: { testAPIURL: url } }
      site = await servePage(kind, project.publicToken, options)
      await page.goto(site.url)
    }
    const newest = (): { readonly url: string; readonly code: string } => {
      const [message] = used.emulator.messages()
      return { url: message?.url ?? '', code: message?.code ?? '' }
    }

    describe('of members', () => {
      beforeEach(() => openPage('b2b'))

      const signedInMember = async (): Promise<string | undefined> =>
        (await call<{ member_id?: string } | null>(page, 'self.get'))?.member_id

      test('signs a member in by a magic link, keeps the session, and signs out', async () => {
        await call(page, 'magicLinks.email.loginOrSignup', {
          organization_id: acmeId,
          email_address,
          login_redirect_url: site.url,
        })
        await page.goto(newest().url)
        const options = { session_duration_minutes }
        expect(await call(page, 'authenticateByUrl', options)).toMatchObject({ handled: true })
        await page.goto(site.url)
        expect(await signedInMember()).toBe(mayaId)
        const cookies = await context.cookies(site.url)
        expect(cookies.map(({ name }) => name).sort()).toEqual([
          'stytch_session',
          'stytch_session_jwt',
        ])
        const session_jwt = cookies.find(({ name }) => name === 'stytch_session_jwt')?.value ?? ''
        const { member } = await used.stytch.sessions
          .authenticateJwt({ session_jwt })
          .then(() => used.stytch.sessions.authenticate({ session_jwt }))
        expect(member.member_id).toBe(mayaId)
        await call(page, 'session.revoke')
        expect(await signedInMember()).toBeUndefined()
        expect(await context.cookies(site.url)).toEqual([])
      })

      test('signs a member in by a code', async () => {
        const whom = { organization_id: acmeId, email_address }
        await call(page, 'otps.email.loginOrSignup', whom)
        const { code } = newest()
        await call(page, 'otps.email.authenticate', { ...whom, code, session_duration_minutes })
        expect(await signedInMember()).toBe(mayaId)
      })

      test('signs a member in by a password', async () => {
        await used.stytch.passwords.email.resetStart({
          organization_id: acmeId,
          email_address,
          reset_password_redirect_url: appUrl,
          login_redirect_url: appUrl,
        })
        const password_reset_token = used.emulator.messages()[0]?.token ?? ''
        await used.stytch.passwords.email.reset({ password_reset_token, password })
        await call(page, 'passwords.authenticate', {
          organization_id: acmeId,
          email_address,
          password,
          session_duration_minutes,
        })
        expect(await signedInMember()).toBe(mayaId)
      })

      test('signs a member in at a provider', async () => {
        const start = call(page, 'oauth.google.start', {
          organization_id: acmeId,
          login_redirect_url: site.url,
          signup_redirect_url: site.url,
        }).catch(() => undefined)
        await page.waitForURL(`${used.emulator.url}/**`)
        await start
        await page.getByRole('link', { name: email_address }).click()
        await page.waitForURL(`${site.url}**`)
        await call(page, 'authenticateByUrl', { session_duration_minutes })
        expect(await signedInMember()).toBe(mayaId)
      })

      test('finds the organizations of an address, and exchanges what it proved for a session', async () => {
        await call(page, 'magicLinks.email.discovery.send', {
          email_address: 'maya@acme.test',
          discovery_redirect_url: site.url,
        })
        await page.goto(newest().url)
        await call(page, 'authenticateByUrl', { session_duration_minutes })
        const listed = await call<{ discovered_organizations: object[] }>(
          page,
          'discovery.organizations.list',
        )
        expect(listed.discovered_organizations).toHaveLength(2)
        await call(page, 'discovery.intermediateSessions.exchange', {
          organization_id: acmeId,
          session_duration_minutes,
        })
        expect(await signedInMember()).toBe(mayaId)
      })

      test('asks for a second factor where the organization requires one', async () => {
        await used.stytch.organizations.update({
          organization_id: acmeId,
          mfa_policy: 'REQUIRED_FOR_ALL',
        })
        await call(page, 'magicLinks.email.loginOrSignup', {
          organization_id: acmeId,
          email_address,
          login_redirect_url: site.url,
        })
        await page.goto(newest().url)
        await call(page, 'authenticateByUrl', { session_duration_minutes })
        expect(await signedInMember()).toBeUndefined()
        const whom = { organization_id: acmeId, member_id: mayaId }
        await call(page, 'otps.sms.send', { ...whom, mfa_phone_number: '+15551234567' })
        const { code } = newest()
        await call(page, 'otps.sms.authenticate', { ...whom, code, session_duration_minutes })
        expect(await signedInMember()).toBe(mayaId)
      })

      test('is held to the member’s permissions, and decides by the project’s policy', async () => {
        await enter(mayaId)
        const created = { email_address: 'new@acme.test' }
        expect(await call(page, 'organization.members.create', created)).toMatchObject({
          error_type: 'session_authorization_error',
        })
        expect(
          await call(page, 'organization.update', { organization_name: 'Mine' }),
        ).toMatchObject({ error_type: 'session_authorization_error' })
        expect(await call(page, 'self.update', { name: 'Maya' })).toMatchObject({
          member: { name: 'Maya' },
        })
        expect(await call(page, 'rbac.isAuthorized', 'document', 'edit')).toBe(true)
        expect(await call(page, 'rbac.isAuthorized', 'document', 'burn')).toBe(false)
        await enter(adaId)
        expect(await call(page, 'organization.members.create', created)).toMatchObject({
          member: created,
        })
        expect(await call(page, 'organization.members.search', {})).toMatchObject({
          members: expect.arrayContaining([expect.objectContaining(created)]),
        })
      })

      const enter = async (memberId: string): Promise<void> => {
        const { session_token, session_jwt } = used.emulator.startSession(memberId)
        await call(page, 'session.updateSession', { session_token, session_jwt })
        await call(page, 'session.authenticate', { session_duration_minutes })
        expect(await signedInMember()).toBe(memberId)
      }
    })

    describe('of users', () => {
      beforeEach(() => openPage('consumer'))

      const addresses = async (): Promise<readonly string[] | undefined> =>
        (await call<{ emails?: { email: string }[] }>(page, 'user.get'))?.emails?.map(
          ({ email }) => email,
        )

      test('signs a user in by a magic link and by a code', async () => {
        const links = { login_magic_link_url: site.url, signup_magic_link_url: site.url }
        await call(page, 'magicLinks.email.loginOrCreate', 'uma@home.test', links)
        await page.goto(newest().url)
        await call(page, 'authenticateByUrl', { session_duration_minutes })
        expect(await addresses()).toEqual(['uma@home.test'])
        await call(page, 'session.revoke')
        const { method_id } = await call<{ method_id: string }>(
          page,
          'otps.email.loginOrCreate',
          'uma@home.test',
        )
        await call(page, 'otps.authenticate', newest().code, method_id, {
          session_duration_minutes,
        })
        expect(await addresses()).toEqual(['uma@home.test'])
      })

      test('signs a user in by a password and by a passkey', async () => {
        await plugInAuthenticator(page)
        const user = { email: 'uma@home.test', password, session_duration_minutes }
        await call(page, 'passwords.create', user)
        expect(await addresses()).toEqual(['uma@home.test'])
        expect(
          await call(page, 'webauthn.register', { is_passkey: true, session_duration_minutes }),
        ).toMatchObject({
          webauthn_registration_id: expect.any(String),
        })
        await call(page, 'session.revoke')
        await call(page, 'webauthn.authenticate', {
          is_passkey: true,
          session_duration_minutes,
          disable_input_check: true,
        })
        expect(await addresses()).toEqual(['uma@home.test'])
        expect(await call(page, 'passwords.authenticate', user)).not.toHaveProperty('error_type')
      })
    })
  },
)

describe('what a page may do', () => {
  const emulator = () => used.emulator

  async function ask(
    method: string,
    path: string,
    { body, headers }: { readonly body?: object; readonly headers?: Record<string, string> } = {},
  ) {
    const { publicToken } = emulator().project
    const basic = (second: string) => `Basic ${btoa(`${publicToken}:${second}`)}`
    const answer = await fetch(`${emulator().url}/sdk/v1${path}`, {
      method,
      headers: { authorization: basic(publicToken), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const read = text === '' ? {} : (JSON.parse(text) as { error_type?: string; data?: object })
    return { status: answer.status, headers: answer.headers, body: read, basic }
  }
  const as = (token: string) => ({
    authorization: `Basic ${btoa(`${emulator().project.publicToken}:${token}`)}`,
  })

  test.each([
    ['http://localhost:3000', 204],
    ['http://127.0.0.1:3000', 204],
    ['http://app.localhost:3000', 204],
    ['https://evil.example', 400],
    ['http://localhost.evil.example', 400],
    ['http://192.0.2.7', 400],
    ['null', 400],
  ])('a page of %s is answered %i before it asks', async (origin, status) => {
    const answer = await ask('OPTIONS', '/b2b/sessions/authenticate', { headers: { origin } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(status === 204 ? origin : null)
  })

  test('the backend’s endpoints are for no page', async () => {
    const answer = await fetch(`${emulator().url}/v1/b2b/rbac/policy`, {
      headers: { origin: 'http://localhost:3000' },
    })
    expect(answer.status).toBe(400)
  })

  test('without a session nothing that needs one is done', async () => {
    const open = ['anyone', 'sign-in']
    for (const { method, path, as: kind } of [...memberFrontend, ...userFrontend]) {
      if (open.includes(kind)) continue
      const url = path.replace(/:\w+/g, 'x')
      const body = { organization_id: acmeId, member_id: mayaId, user_id: 'x', code: '000000' }
      const { status, body: read } = await ask(method, url, method === 'GET' ? {} : { body })
      expect([method, path, status, read.error_type]).toEqual([
        method,
        path,
        404,
        'session_not_found',
      ])
    }
  })

  test('a page says neither whose session it is nor what only the server may', async () => {
    const { session_token } = emulator().startSession(mayaId)
    const other = { member_id: adaId, organization_id: acmeId, trusted_metadata: { admin: true } }
    const refused = await ask('PUT', '/b2b/organizations/members/update', {
      body: other,
      headers: as(session_token),
    })
    expect(refused.body.error_type).toBe('cannot_update_trusted_metadata')
    const { trusted_metadata, ...rest } = other
    const changed = await ask('PUT', '/b2b/organizations/members/update', {
      body: { ...rest, name: 'Changed' },
      headers: as(session_token),
    })
    expect(changed.body.data).toMatchObject({ member_id: mayaId })
    const claims = await ask('POST', '/b2b/sessions/authenticate', {
      body: { session_custom_claims: { admin: true } },
      headers: as(session_token),
    })
    expect(claims.body.data).toMatchObject({ member_session: { custom_claims: {} } })
  })

  test('a user cannot take a factor from another', async () => {
    const sign = async (email: string) => {
      const { body } = await ask('POST', '/passwords', {
        body: { email, password, session_duration_minutes },
      })
      return body.data as { session_token: string; user: { emails: { email_id: string }[] } }
    }
    const [uma, ugo] = [await sign('uma@home.test'), await sign('ugo@home.test')]
    const path = `/users/emails/${uma.user.emails[0]?.email_id}`
    const { body } = await ask('DELETE', path, { headers: as(ugo.session_token) })
    expect(body.error_type).toBe('user_not_found')
    const roles = await ask('PUT', '/users/me', {
      body: { roles: ['owner'], trusted_metadata: { a: 1 }, untrusted_metadata: { b: 2 } },
      headers: as(ugo.session_token),
    })
    expect(roles.body.data).toMatchObject({
      __user: { roles: ['stytch_user'], trusted_metadata: {}, untrusted_metadata: { b: 2 } },
    })
  })

  test.each(['b2b', 'consumer'] as const)('what the %s SDK calls is there', (kind) => {
    const urls = [...frontendSdk(kind).matchAll(/[`"'](\/?(?:b2b|idp|\w+)\/[\w${}./()]*)/g)].map(
      ([, url = '']) =>
        `/${url.replace(/^\//, '')}`.replace(/\$\{[^}]*\}/g, ':x').replace(/\/$/, '/:x'),
    )
    const own =
      /^\/(b2b|idp|magic_links|otps|passwords|oauth|totps|webauthn|sessions|users|impersonation|crypto_wallets|projects)\//
    const known = [...memberFrontend, ...userFrontend, ...lookups].map(({ path }) =>
      path.replace(/:\w+/g, ':x'),
    )
    const missing = urls.filter((url) => own.test(url) && !known.includes(url))
    expect([...new Set(missing)].sort()).toEqual(notEmulated[kind])
  })
})

/** What is not there, or has a route of its own: `bootstrap`. */
const notEmulated = {
  b2b: [
    // Google's own button, which asks Google.
    '/b2b/oauth/google/onetap/discovery/submit',
    '/b2b/oauth/google/onetap/start',
    '/b2b/oauth/google/onetap/submit',
    // Signing out of connected apps.
    '/b2b/oauth/logout/start',
    '/projects/bootstrap/:x',
  ],
  consumer: [
    '/crypto_wallets/authenticate',
    '/crypto_wallets/authenticate/start/primary',
    '/crypto_wallets/authenticate/start/secondary',
    '/oauth/logout/start',
    '/projects/bootstrap/:x',
    '/users/biometric_registrations/:x',
    '/users/crypto_wallets/:x',
  ],
}
