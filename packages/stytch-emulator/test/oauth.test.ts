import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import { landing, open } from './browser.ts'
import { acmeId, appUrl, errorType, globexId, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const welcomeUrl = 'http://127.0.0.1:4000/welcome'

type Parameters = Readonly<Record<string, string | undefined>>

function start(provider: string, parameters: Parameters = {}) {
  const { emulator } = used
  return landing(
    open(emulator, `/v1/b2b/public/oauth/${provider}/start`, {
      public_token: emulator.project.publicToken,
      organization_id: acmeId,
      login_redirect_url: appUrl,
      user: 'maya@acme.test',
      ...parameters,
    }),
  )
}

async function signIn(provider: string, parameters: Parameters = {}) {
  const { token } = await start(provider, parameters)
  return await used.stytch.oauth.authenticate({ oauth_token: token })
}

async function discover(provider: string, parameters: Parameters = {}) {
  const { emulator, stytch } = used
  const { token } = await landing(
    open(emulator, `/v1/b2b/public/oauth/${provider}/discovery/start`, {
      public_token: emulator.project.publicToken,
      discovery_redirect_url: appUrl,
      user: 'maya@acme.test',
      ...parameters,
    }),
  )
  return await stytch.oauth.discovery.authenticate({ discovery_oauth_token: token })
}

/** The proof of the address that Stytch asks for where a provider does not verify it. */
async function clickLink(intermediate_session_token: string, email_address = 'maya@acme.test') {
  const { emulator, stytch } = used
  await stytch.magicLinks.email.loginOrSignup({
    organization_id: acmeId,
    email_address,
    login_redirect_url: appUrl,
    signup_redirect_url: appUrl,
  })
  const magic_links_token = emulator.messages({ to: email_address })[0]?.token ?? ''
  return await stytch.magicLinks.authenticate({ magic_links_token, intermediate_session_token })
}

describe('the start page', () => {
  test('asks who it is, and whoever is chosen goes back to the application', async () => {
    const { emulator } = used
    const page = await open(emulator, '/v1/b2b/public/oauth/google/start', {
      public_token: emulator.project.publicToken,
      slug: 'acme',
      login_redirect_url: appUrl,
    })
    const text = await page.text()
    expect(text).toContain('Who signs in with Google?')
    const link = /href="([^"]*user=ada%40acme\.test)"/.exec(text)?.[1]?.replaceAll('&#38;', '&')
    expect(await landing(open(emulator, link ?? 'no link'))).toMatchObject({
      type: 'oauth',
      path: appUrl,
    })
  })

  test('sends new members to the signup URL', async () => {
    const { path } = await start('google', {
      user: 'new@acme.test',
      signup_redirect_url: welcomeUrl,
    })
    expect(path).toBe(welcomeUrl)
  })

  // biome-ignore format: table
  test.each([
    ['without a public token', { public_token: undefined }, 'public_token_required'],
    ['with a public token of no project', { public_token: 'public-token-test-1' }, 'public_token_not_found'],
    ['without an organization', { organization_id: undefined }, 'missing_oauth_organization_locator'],
    ['with two organizations', { slug: 'acme' }, 'too_many_oauth_organization_locators'],
    ['with an organization that does not exist', { organization_id: 'nobody' }, 'organization_not_found'],
    ['with a URL that is none', { login_redirect_url: 'nowhere' }, 'invalid_login_oauth_url'],
    ['with a signup URL that is none', { signup_redirect_url: 'nowhere' }, 'invalid_signup_oauth_url'],
    ['with a URL elsewhere', { login_redirect_url: 'https://elsewhere.example/' }, 'no_match_for_provided_oauth_url'],
    ['with a challenge that is none', { pkce_code_challenge: 'x' }, 'invalid_pkce_code_challenge'],
    ['when it is cancelled', { error: 'access_denied', user: undefined }, 'oauth_app_not_authorized'],
    ['with an address that the provider did not verify', { email_verified: 'false' }, 'oauth_unverified_email'],
    ['of someone the organization does not admit', { user: 'new@elsewhere.test' }, 'invalid_email_for_jit_provisioning'],
  ])('refuses %s', async (_rule, parameters: Parameters, expected) => {
    expect((await start('google', parameters)).type).toBe(expected)
  })

  test('refuses a provider that does not exist, in words where people read it', async () => {
    expect((await start('yahoo')).type).toBe('invalid_oauth_provider')
    const page = await fetch(`${used.emulator.url}/v1/b2b/public/oauth/google/start`, {
      headers: { accept: 'text/html' },
    })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('public_token is required.')
  })

  test('refuses a method that the organization does not allow', async () => {
    await used.stytch.organizations.update({
      organization_id: acmeId,
      auth_methods: 'RESTRICTED',
      allowed_auth_methods: ['github_oauth'],
    })
    expect((await start('google')).type).toBe('operation_restricted_by_organization_auth_methods')
    expect((await start('github')).type).toBe('oauth')
  })
})

describe('signing in with a provider', () => {
  test('makes a session with the provider as its factor, and a registration', async () => {
    const answer = await signIn('google')
    expect(answer).toMatchObject({
      member_id: mayaId,
      member_authenticated: true,
      provider_type: 'Google',
      member: { oauth_registrations: [{ provider_type: 'Google' }] },
      member_session: { authentication_factors: [{ delivery_method: 'oauth_google' }] },
    })
    const [factor] = answer.member_session?.authentication_factors ?? []
    expect(factor?.google_oauth_factor?.provider_subject).toBe(answer.provider_subject)
    const again = await signIn('google')
    expect(again.member.oauth_registrations).toEqual(answer.member.oauth_registrations)
  })

  test('keeps the provider’s tokens for the application', async () => {
    const answer = await signIn('microsoft', { custom_scopes: 'Calendars.Read openid' })
    expect(answer.provider_values?.scopes).toContain('Calendars.Read')
    const { oauthProviders } = used.stytch.organizations.members
    const who = { organization_id: acmeId, member_id: mayaId }
    const tokens = await oauthProviders.microsoft({ ...who, include_refresh_token: true })
    expect(tokens).toMatchObject({
      provider_type: 'Microsoft',
      access_token: answer.provider_values?.access_token,
      refresh_token: answer.provider_values?.refresh_token,
      access_token_expires_in: expect.any(Number),
    })
    expect(await errorType(oauthProviders.google(who))).toBe('member_oauth_token_not_found')
  })

  test('makes a member where the domain of the address allows it', async () => {
    const { member } = await signIn('google', { user: 'new@acme.test', name: 'New' })
    expect(member).toMatchObject({ status: 'active', name: 'New', email_address_verified: true })
  })

  test('makes a member where the tenant at the provider allows it', async () => {
    await used.stytch.organizations.update({
      organization_id: globexId,
      oauth_tenant_jit_provisioning: 'RESTRICTED',
      allowed_oauth_tenants: { slack: ['T1'] },
    })
    const stranger = { organization_id: globexId, user: 'new@elsewhere.test' }
    expect((await start('slack', { ...stranger, tenants: 'T2' })).type).toBe(
      'invalid_oauth_tenant_for_jit_provisioning',
    )
    expect((await start('github', { ...stranger, tenants: 'T1' })).type).toBe(
      'invalid_oauth_tenant_for_jit_provisioning',
    )
    expect((await start('slack', { ...stranger, tenants: 'T2,T1' })).type).toBe('oauth')
  })

  test.each(['github', 'slack', 'hubspot'])(
    'with %s asks for a proof of the address the first time',
    async (provider) => {
      const first = await signIn(provider)
      expect(first).toMatchObject({
        member_authenticated: false,
        session_token: '',
        member: { oauth_registrations: [] },
        primary_required: {
          allowed_auth_methods: ['magic_link', 'email_otp', 'google_oauth', 'microsoft_oauth'],
        },
      })
      const stillNot = await signIn(provider)
      expect(stillNot.member_authenticated).toBe(false)
      const done = await clickLink(first.intermediate_session_token)
      expect(done.member_session?.authentication_factors.map((one) => one.type)).toEqual([
        'oauth',
        'magic_link',
      ])
      expect(await signIn(provider)).toMatchObject({ member_authenticated: true })
    },
  )

  test('with GitHub, the registrations name the organizations there', async () => {
    const { intermediate_session_token } = await signIn('github', { tenants: '11,12' })
    await clickLink(intermediate_session_token)
    const { registrations } = await used.stytch.organizations.members.oauthProviders.github({
      organization_id: acmeId,
      member_id: mayaId,
    })
    expect(registrations).toMatchObject([{ provider_tenant_ids: ['11', '12'] }])
  })

  test('adds the factor to a session of the same member', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    const { token } = await start('google')
    const answer = await used.stytch.oauth.authenticate({ oauth_token: token, session_token })
    expect(answer.session_token).toBe(session_token)
    expect(answer.member_session?.authentication_factors).toHaveLength(2)
  })

  test('a token works once, for five minutes, and for its own endpoint', async () => {
    const { stytch, emulator } = used
    const { token } = await start('google')
    expect(
      await errorType(stytch.oauth.discovery.authenticate({ discovery_oauth_token: token })),
    ).toBe('oauth_token_not_found')
    await stytch.oauth.authenticate({ oauth_token: token })
    expect(await errorType(stytch.oauth.authenticate({ oauth_token: token }))).toBe(
      'oauth_token_not_found',
    )
    const late = await start('google')
    emulator.clock.advance(5 * 60_000)
    expect(await errorType(stytch.oauth.authenticate({ oauth_token: late.token }))).toBe(
      'oauth_token_not_found',
    )
  })

  test('a flow that began with a challenge ends with its verifier', async () => {
    const { oauth } = used.stytch
    const verifier = 'v'.repeat(43)
    const pkce_code_challenge = createHash('sha256').update(verifier).digest('base64url')
    const { token: oauth_token } = await start('google', { pkce_code_challenge })
    expect(await errorType(oauth.authenticate({ oauth_token }))).toBe('pkce_expected_code_verifier')
    expect(
      await errorType(oauth.authenticate({ oauth_token, pkce_code_verifier: 'w'.repeat(43) })),
    ).toBe('pkce_mismatch')
    const answer = await oauth.authenticate({ oauth_token, pkce_code_verifier: verifier })
    expect(answer.member_authenticated).toBe(true)
  })

  test('a member who is deleted meanwhile does not get in', async () => {
    const { token } = await start('google')
    await used.stytch.organizations.members.delete({ organization_id: acmeId, member_id: mayaId })
    expect(await errorType(used.stytch.oauth.authenticate({ oauth_token: token }))).toBe(
      'oauth_token_not_found',
    )
  })
})

describe('discovery with a provider', () => {
  test('finds the organizations, and the exchange signs in', async () => {
    const found = await discover('google', { name: 'Maya' })
    expect(found).toMatchObject({ email_address: 'maya@acme.test', full_name: 'Maya' })
    expect(found.discovered_organizations.map((one) => one.member_authenticated)).toEqual([
      true,
      true,
    ])
    const { intermediate_session_token } = found
    const answer = await used.stytch.discovery.intermediateSessions.exchange({
      intermediate_session_token,
      organization_id: globexId,
    })
    expect(answer.member_session?.authentication_factors).toMatchObject([
      { type: 'oauth', delivery_method: 'oauth_exchange_google' },
    ])
  })

  test('an account at a provider that verifies no address lets nobody into an account', async () => {
    const { intermediate_session_token } = await discover('slack', { tenants: 'T1' })
    const answer = await used.stytch.discovery.intermediateSessions.exchange({
      intermediate_session_token,
      organization_id: acmeId,
    })
    expect(answer).toMatchObject({ member_authenticated: false, session_token: '' })
  })

  test('shows where the tenant at the provider lets one join', async () => {
    await used.stytch.organizations.update({
      organization_id: globexId,
      oauth_tenant_jit_provisioning: 'RESTRICTED',
      allowed_oauth_tenants: { hubspot: ['77'] },
    })
    const found = await discover('hubspot', { user: 'new@elsewhere.test', tenants: '77' })
    expect(found).toMatchObject({ provider_tenant_id: '77', provider_tenant_ids: ['77'] })
    expect(found.discovered_organizations).toMatchObject([
      {
        membership: {
          type: 'eligible_to_join_by_oauth_tenant',
          details: { provider: 'hubspot', tenant: '77' },
        },
      },
    ])
    const { member } = await used.stytch.discovery.intermediateSessions.exchange({
      intermediate_session_token: found.intermediate_session_token,
      organization_id: globexId,
    })
    expect(member.email_address).toBe('new@elsewhere.test')
  })
})
