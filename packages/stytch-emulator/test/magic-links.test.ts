import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import {
  acmeId,
  appUrl,
  errorType,
  globexId,
  mayaId,
  sdk,
  startEmulator,
  useEmulator,
} from './support.ts'

const minute = 60_000
const used = useEmulator()

async function mailedToken(to = 'maya@acme.test', more: object = {}): Promise<string> {
  await used.stytch.magicLinks.email.loginOrSignup({
    organization_id: acmeId,
    email_address: to,
    login_redirect_url: appUrl,
    signup_redirect_url: appUrl,
    ...more,
  })
  return newestToken()
}

function newestToken(): string {
  return used.emulator.messages()[0]?.token ?? 'no message'
}

describe('sign-in by magic link', () => {
  test('an active member gets a login link that leads to the application', async () => {
    await mailedToken('maya@acme.test', { login_redirect_url: `${appUrl}?next=%2Fhome` })
    const [message] = used.emulator.messages({ to: 'MAYA@acme.test' })
    expect(message).toMatchObject({
      kind: 'login',
      to: 'maya@acme.test',
      subject: 'Sign in to Acme',
    })
    const url = new URL(message?.url ?? '')
    expect(url.origin + url.pathname).toBe(appUrl)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      next: '/home',
      stytch_token_type: 'multi_tenant_magic_links',
      token: message?.token,
    })
  })

  test('the token signs in with an e-mail factor and roles', async () => {
    const answer = await used.stytch.magicLinks.authenticate({
      magic_links_token: await mailedToken(),
      session_duration_minutes: 30,
      session_custom_claims: { plan: 'pro' },
    })
    expect(answer).toMatchObject({
      status_code: 200,
      member_id: mayaId,
      organization_id: acmeId,
      member_authenticated: true,
      reset_sessions: false,
      member_session: {
        member_id: mayaId,
        organization_slug: 'acme',
        roles: ['stytch_member', 'editor'],
        custom_claims: { plan: 'pro' },
        authentication_factors: [
          {
            type: 'magic_link',
            delivery_method: 'email',
            email_factor: { email_address: 'maya@acme.test' },
          },
        ],
      },
    })
  })

  test('a token works once', async () => {
    const magic_links_token = await mailedToken()
    await used.stytch.magicLinks.authenticate({ magic_links_token })
    const again = used.stytch.magicLinks.authenticate({ magic_links_token })
    expect(await errorType(again)).toBe('unable_to_auth_magic_link')
  })

  test.each([
    ['works in the 60th minute', 59, {}, 'no error'],
    ['has expired after an hour', 60, {}, 'unable_to_auth_magic_link'],
    [
      'expires when it was asked to',
      5,
      { login_expiration_minutes: 5 },
      'unable_to_auth_magic_link',
    ],
  ])('a token %s', async (_rule, minutes, more, expected) => {
    const magic_links_token = await mailedToken('maya@acme.test', more)
    used.emulator.clock.advance(minutes * minute)
    const call = used.stytch.magicLinks.authenticate({ magic_links_token })
    expect(await errorType(call)).toBe(expected)
  })

  test('a token that was never sent is not found', async () => {
    const call = used.stytch.magicLinks.authenticate({ magic_links_token: 'made-up' })
    expect(await errorType(call)).toBe('magic_link_not_found')
  })

  test('a refused call does not use the token up', async () => {
    const magic_links_token = await mailedToken()
    const wrong = { magic_links_token, session_token: 'a', session_jwt: 'b' }
    expect(await errorType(used.stytch.magicLinks.authenticate(wrong))).toBe(
      'too_many_session_arguments',
    )
    expect(await errorType(used.stytch.magicLinks.authenticate({ magic_links_token }))).toBe(
      'no error',
    )
  })

  test('a session of the same member has the factor anew; one of another member is ignored', async () => {
    const { stytch } = used
    const first = await stytch.magicLinks.authenticate({ magic_links_token: await mailedToken() })
    const { session_token } = first
    used.emulator.clock.advance(10 * minute)
    const second = await stytch.magicLinks.authenticate({
      magic_links_token: await mailedToken(),
      session_token,
    })
    expect(second.session_token).toBe(session_token)
    const { authentication_factors: factors = [] } = second.member_session ?? {}
    expect(factors).toHaveLength(1)
    expect(Date.parse(factors[0]?.last_authenticated_at ?? '')).toBeGreaterThan(
      Date.parse(factors[0]?.created_at ?? ''),
    )
    const other = await stytch.magicLinks.authenticate({
      magic_links_token: await mailedToken('ada@acme.test'),
      session_token,
    })
    expect(other.session_token).not.toBe(session_token)
  })

  test('a deleted member’s link is gone', async () => {
    const magic_links_token = await mailedToken()
    await used.stytch.organizations.members.delete({ organization_id: acmeId, member_id: mayaId })
    const call = used.stytch.magicLinks.authenticate({ magic_links_token })
    expect(await errorType(call)).toBe('magic_link_not_found')
  })
})

describe('PKCE', () => {
  const verifier = 'a verifier that only the browser which asked knows'
  const pkce_code_challenge = createHash('sha256').update(verifier).digest('base64url')
  test.each([
    ['signs in with the right verifier', { pkce_code_challenge }, verifier, 'no error'],
    ['refuses a wrong verifier', { pkce_code_challenge }, 'another', 'pkce_mismatch'],
    [
      'refuses a missing verifier',
      { pkce_code_challenge },
      undefined,
      'pkce_expected_code_verifier',
    ],
    ['refuses a needless verifier', {}, verifier, 'pkce_did_not_expect_code_verifier'],
  ])('%s', async (_rule, more, pkce_code_verifier, expected) => {
    const call = used.stytch.magicLinks.authenticate({
      magic_links_token: await mailedToken('maya@acme.test', more),
      ...(pkce_code_verifier === undefined ? {} : { pkce_code_verifier }),
    })
    expect(await errorType(call)).toBe(expected)
  })
})

describe('sign-up', () => {
  test('an address of an allowed domain becomes a pending member, active after the link', async () => {
    const { stytch } = used
    const sent = await stytch.magicLinks.email.loginOrSignup({
      organization_id: acmeId,
      email_address: 'New@Acme.test',
      signup_redirect_url: appUrl,
    })
    expect(sent).toMatchObject({ member_created: true, member: { status: 'pending' } })
    expect(used.emulator.messages()[0]?.kind).toBe('signup')
    const { member } = await stytch.magicLinks.authenticate({ magic_links_token: newestToken() })
    expect(member).toMatchObject({
      email_address: 'new@acme.test',
      status: 'active',
      email_address_verified: true,
    })
  })

  test.each([
    ['another domain', acmeId, 'invalid_email_for_jit_provisioning'],
    ['an organization that admits nobody', globexId, 'email_jit_provisioning_not_allowed'],
  ])('%s is refused, and no member or mail is made', async (_rule, organization_id, expected) => {
    const call = used.stytch.magicLinks.email.loginOrSignup({
      organization_id,
      email_address: 'eve@evil.test',
      signup_redirect_url: appUrl,
    })
    expect(await errorType(call)).toBe(expected)
    expect(used.emulator.messages()).toEqual([])
  })
})

describe('invitations', () => {
  const invite = (email_address: string, more: object = {}) =>
    used.stytch.magicLinks.email.invite({
      organization_id: globexId,
      email_address,
      invite_redirect_url: appUrl,
      ...more,
    })

  test('make an invited member with roles, active after the link, valid for a week', async () => {
    const { member } = await invite('guest@far.test', { roles: ['editor'], name: 'Guest' })
    expect(member.status).toBe('invited')
    used.emulator.clock.advance(6 * 24 * 60 * minute)
    const { member: joined, member_session } = await used.stytch.magicLinks.authenticate({
      magic_links_token: newestToken(),
    })
    expect(joined).toMatchObject({ name: 'Guest', status: 'active' })
    expect(member_session?.roles).toEqual(['stytch_member', 'editor'])
  })

  test('an active member cannot be invited', async () => {
    expect(await errorType(invite('hank@globex.test'))).toBe('duplicate_member_email')
  })

  test('an organization may refuse them', async () => {
    const { stytch } = used
    await stytch.organizations.update({ organization_id: globexId, email_invites: 'NOT_ALLOWED' })
    expect(await errorType(invite('guest@far.test'))).toBe('invalid_email_for_invites')
  })

  test('deleting the invited member revokes the link', async () => {
    const { member_id } = await invite('guest@far.test')
    await used.stytch.organizations.members.delete({ organization_id: globexId, member_id })
    const call = used.stytch.magicLinks.authenticate({ magic_links_token: newestToken() })
    expect(await errorType(call)).toBe('magic_link_not_found')
  })
})

describe('redirect URLs', () => {
  test.each([
    ['any port of this machine', 'http://localhost:3000/callback', 'no error'],
    ['another host', 'https://evil.test/callback', 'no_match_for_provided_magic_link_url'],
    [
      'another host after an at sign',
      'http://127.0.0.1:80@evil.test/',
      'no_match_for_provided_magic_link_url',
    ],
    [
      'a host that starts alike',
      'http://127.0.0.1.evil.test/',
      'no_match_for_provided_magic_link_url',
    ],
    ['a script', 'javascript:alert(1)', 'no_match_for_provided_magic_link_url'],
    ['no URL at all', 'callback', 'invalid_magic_link_url'],
  ])('%s', async (_rule, login_redirect_url, expected) => {
    expect(await errorType(mailedToken('maya@acme.test', { login_redirect_url }))).toBe(expected)
  })

  test('of a project are taken literally, but for `:*` and a final `/*`', async () => {
    const emulator = await startEmulator({
      seed: {
        projects: [
          {
            redirect_urls: [
              'https://app.test/done',
              'http://localhost:*/in/*',
              'https://*.app.test/',
            ],
            default_redirect_urls: { discovery: 'https://app.test/done?from=mail' },
          },
        ],
      },
    })
    const stytch = sdk(emulator)
    const outcome = (discovery_redirect_url: string) =>
      errorType(
        stytch.magicLinks.email.discovery.send({
          email_address: 'a@b.test',
          discovery_redirect_url,
        }),
      )
    const none = 'no_match_for_provided_magic_link_url'
    expect(await outcome('https://app.test/done?next=1')).toBe('no error')
    expect(await outcome('https://app.test/done/more')).toBe(none)
    expect(await outcome('https://appxtest/done')).toBe(none)
    expect(await outcome('http://localhost:81/in/here')).toBe('no error')
    expect(await outcome('http://localhost:81/out')).toBe(none)
    expect(await outcome('https://evil.test/.app.test/')).toBe(none)
    await stytch.magicLinks.email.discovery.send({ email_address: 'a@b.test' })
    expect(emulator.messages()[0]?.url).toMatch(/^https:\/\/app\.test\/done\?from=mail&stytch_/)
    await emulator.close()
  })

  test('a project without a default needs one in the call', async () => {
    const call = used.stytch.magicLinks.email.loginOrSignup({
      organization_id: acmeId,
      email_address: 'maya@acme.test',
    })
    expect(await errorType(call)).toBe('no_default_login_redirect_url_set')
  })
})

test('an organization that restricts its methods refuses magic links, break-glass members apart', async () => {
  const { stytch } = used
  await stytch.organizations.update({
    organization_id: acmeId,
    auth_methods: 'RESTRICTED',
    allowed_auth_methods: ['sso'],
  })
  expect(await errorType(mailedToken())).toBe('operation_restricted_by_organization_auth_methods')
  await stytch.organizations.members.update({
    organization_id: acmeId,
    member_id: mayaId,
    is_breakglass: true,
  })
  expect(await errorType(mailedToken())).toBe('no error')
})

test('where a second factor is required, the link gives an intermediate session only', async () => {
  const { stytch } = used
  await stytch.organizations.update({ organization_id: acmeId, mfa_policy: 'REQUIRED_FOR_ALL' })
  const answer = await stytch.magicLinks.authenticate({ magic_links_token: await mailedToken() })
  expect(answer).toMatchObject({ member_authenticated: false, session_token: '', session_jwt: '' })
  expect(answer.member_session).toBeUndefined()
  expect(answer.mfa_required).toBeDefined()
  expect(answer.intermediate_session_token).not.toBe('')
})
