import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { ClientError } from 'stytch'
import { describe, expect, test } from 'vitest'

import { fixedClock } from '../src/clock.ts'
import {
  acmeId,
  adaId,
  errorType,
  globexId,
  mayaId,
  projectId,
  sdk,
  startEmulator,
  useEmulator,
} from './support.ts'

const minute = 60_000
const used = useEmulator()
const start = (options = {}) => used.emulator.startSession(mayaId, options)

describe('the session JWT', () => {
  test('has the header and the claims of Stytch’s', async () => {
    const emulator = await startEmulator({ clock: fixedClock('2026-01-02T03:04:05.678Z') })
    const session = emulator.startSession(mayaId, { session_custom_claims: { plan: 'pro' } })
    await emulator.close()
    expect(decodeProtectedHeader(session.session_jwt)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^jwk-test-[0-9a-f-]{36}$/),
    })
    const iat = Date.parse('2026-01-02T03:04:05Z') / 1000
    expect(decodeJwt(session.session_jwt)).toEqual({
      iss: `stytch.com/${projectId}`,
      aud: [projectId],
      sub: mayaId,
      iat,
      nbf: iat,
      exp: iat + 300,
      plan: 'pro',
      'https://stytch.com/organization': { organization_id: acmeId, slug: 'acme' },
      'https://stytch.com/session': {
        id: session.member_session_id,
        started_at: '2026-01-02T03:04:05Z',
        last_accessed_at: '2026-01-02T03:04:05Z',
        expires_at: '2026-01-02T04:04:05Z',
        attributes: { user_agent: '', ip_address: '' },
        roles: ['stytch_member', 'editor'],
        authentication_factors: [
          {
            type: 'magic_link',
            delivery_method: 'email',
            last_authenticated_at: '2026-01-02T03:04:05Z',
            email_factor: {
              email_id: expect.stringMatching(/^email-test-/),
              email_address: 'maya@acme.test',
            },
          },
        ],
      },
    })
  })

  test('is verified by the SDK without a call of Stytch’s API', async () => {
    const { session_jwt, member_session_id } = start()
    used.emulator.faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500 })
    const { member_session } = await used.stytch.sessions.authenticateJwt({ session_jwt })
    expect(member_session).toMatchObject({
      member_session_id,
      member_id: mayaId,
      organization_id: acmeId,
      organization_slug: 'acme',
      roles: ['stytch_member', 'editor'],
    })
  })

  test('is verified by another library through each JWKS', async () => {
    const { session_jwt } = start()
    for (const path of [
      `/v1/b2b/sessions/jwks/${projectId}`,
      `/v1/sessions/jwks/${projectId}`,
      '/.well-known/jwks.json',
    ]) {
      const jwks = createRemoteJWKSet(new URL(path, used.emulator.url))
      const { payload } = await jwtVerify(session_jwt, jwks, { audience: projectId })
      expect(payload.sub).toBe(mayaId)
    }
  })

  test('carries what the project’s template asks for', async () => {
    const template = {
      email: '{{ member.email_address }}',
      level: '{{ member.trusted_metadata.level }}',
      greeting: 'Hello {{ member.name }} of {{organization.organization_name}}',
      roles: '{{ member.rbac.roles }}',
      may: { document: '{{ member.rbac.document.actions }}' },
      self: '{{ member.rbac.stytch.self.actions }}',
      nothing: '{{ member.trusted_metadata.__proto__ }}',
      sub: 'somebody-else',
    }
    const emulator = await startEmulator({
      seed: {
        projects: [
          {
            project_id: projectId,
            jwt: { template, issuer: 'base-url', custom_audience: 'api' },
            rbac_policy: {
              roles: [
                {
                  role_id: 'editor',
                  description: '',
                  permissions: [{ resource_id: 'document', actions: ['view', 'edit'] }],
                },
              ],
            },
            organizations: [
              {
                organization_name: 'Acme',
                members: [
                  {
                    member_id: mayaId,
                    email_address: 'maya@acme.test',
                    name: 'Maya',
                    roles: ['editor'],
                    trusted_metadata: { level: 3 },
                  },
                ],
              },
            ],
          },
        ],
      },
    })
    const { session_jwt } = emulator.startSession(mayaId)
    await emulator.close()
    expect(decodeJwt(session_jwt)).toMatchObject({
      iss: emulator.url,
      aud: [projectId, 'api'],
      sub: mayaId,
      email: 'maya@acme.test',
      level: 3,
      greeting: 'Hello Maya of Acme',
      roles: ['stytch_member', 'editor'],
      may: { document: ['edit', 'view'] },
      self: ['*'],
      nothing: null,
    })
  })
})

describe('authenticate', () => {
  test('takes a token or a JWT and answers with a fresh JWT', async () => {
    const { stytch, emulator } = used
    const { session_token, session_jwt, member_session_id } = start()
    emulator.clock.advance(2 * minute)
    for (const reference of [{ session_token }, { session_jwt }]) {
      const answer = await stytch.sessions.authenticate(reference)
      expect(answer.member_session.member_session_id).toBe(member_session_id)
      expect(answer.session_token).toBe(session_token)
      expect(answer.member.member_id).toBe(mayaId)
      expect(answer.organization.organization_id).toBe(acmeId)
      const age = (decodeJwt(answer.session_jwt).iat ?? 0) - (decodeJwt(session_jwt).iat ?? 0)
      expect(age).toBeGreaterThanOrEqual(120)
    }
  })

  test('takes an expired JWT of a session that still lives', async () => {
    const { session_jwt } = start()
    used.emulator.clock.advance(10 * minute)
    expect(await errorType(used.stytch.sessions.authenticate({ session_jwt }))).toBe('no error')
  })

  test('extends a session from now only when it is told to', async () => {
    const { stytch, emulator } = used
    const { session_token } = start({ session_duration_minutes: 10 })
    emulator.clock.advance(9 * minute)
    await stytch.sessions.authenticate({ session_token })
    await stytch.sessions.authenticate({ session_token, session_duration_minutes: 10 })
    emulator.clock.advance(9 * minute)
    expect(await errorType(stytch.sessions.authenticate({ session_token }))).toBe('no error')
    emulator.clock.advance(minute)
    expect(await errorType(stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
  })

  test('merges custom claims, and null deletes one', async () => {
    const { session_token } = start({ session_custom_claims: { a: 1, b: { x: 1, y: 2 } } })
    const answer = await used.stytch.sessions.authenticate({
      session_token,
      session_custom_claims: { a: null, b: { y: null, z: 3 } },
    })
    expect(answer.member_session.custom_claims).toEqual({ b: { x: 1, z: 3 } })
    expect(decodeJwt(answer.session_jwt)).toMatchObject({ b: { x: 1, z: 3 } })
  })

  test('shows a role that was given meanwhile', async () => {
    const { session_token } = start()
    await used.stytch.organizations.members.update({
      organization_id: acmeId,
      member_id: mayaId,
      roles: ['owner'],
    })
    const { member_session } = await used.stytch.sessions.authenticate({ session_token })
    expect(member_session.roles).toEqual(['stytch_member', 'owner'])
  })

  const tampered = (jwt: string) => `${jwt.slice(0, -8)}AAAAAAAA`
  // biome-ignore format: table
  test.each([
    ['nothing at all', () => ({}), 'no_session_arguments'],
    ['both a token and a JWT', () => ({ session_token: 'a', session_jwt: 'b' }), 'too_many_session_arguments'],
    ['a token nobody was given', () => ({ session_token: 'made-up' }), 'session_not_found'],
    ['text that is not a JWT', () => ({ session_jwt: 'a.b.c' }), 'unable_to_parse_session_jwt'],
    ['a JWT with another signature', () => ({ session_jwt: tampered(start().session_jwt) }), 'unable_to_parse_session_jwt'],
    ['a JWT of another project', () => ({ session_jwt: used.emulator.sign({ ...decodeJwt(start().session_jwt), aud: ['project-test-other'] }) }), 'unable_to_parse_session_jwt'],
    ['a signed token that is no session', () => ({ session_jwt: used.emulator.sign({ aud: [projectId], sub: 'm2m-client-test-1' }) }), 'unable_to_parse_session_jwt'],
    ['a length below five minutes', () => ({ session_token: start().session_token, session_duration_minutes: 4 }), 'invalid_session_duration_minutes'],
    ['a reserved claim', () => ({ session_token: start().session_token, session_custom_claims: { sub: 'x' } }), 'reserved_claims_in_custom_claims'],
    ['a claim of Stytch’s own', () => ({ session_token: start().session_token, session_custom_claims: { 'https://stytch.com/session': {} } }), 'stytch_claims_in_custom_claims'],
    ['too many claims', () => ({ session_token: start().session_token, session_custom_claims: { a: 'x'.repeat(5000) } }), 'custom_claims_too_large'],
  ] as const)('refuses %s', async (_rule, request, expected) => {
    expect(await errorType(used.stytch.sessions.authenticate(request()))).toBe(expected)
  })
})

describe('authorization_check', () => {
  const check = (organization_id: string, resource_id: string, action: string) => ({
    authorization_check: { organization_id, resource_id, action },
  })
  // biome-ignore format: table
  const cases = [
    ['a granted action', mayaId, check(acmeId, 'document', 'edit'), ['editor'], undefined],
    ['an action by `*`', adaId, check(acmeId, 'stytch.member', 'search'), ['stytch_admin'], undefined],
    ['an action nobody defined, by `*`', adaId, check(acmeId, 'stytch.member', 'no-such'), ['stytch_admin'], undefined],
    ['an action of no role', mayaId, check(acmeId, 'document', 'delete'), undefined, 'session_authorization_error'],
    ['a resource nobody defined', mayaId, check(acmeId, 'planet', 'edit'), undefined, 'session_authorization_error'],
    ['a prefix of an action', mayaId, check(acmeId, 'document', 'ed'), undefined, 'session_authorization_error'],
    ['another organization, allowed or not', mayaId, check(globexId, 'document', 'edit'), undefined, 'session_authorization_tenancy_error'],
  ] as const

  test.each(cases)('%s', async (_rule, member, request, granting, expected) => {
    const { session_token } = used.emulator.startSession(member)
    const call = used.stytch.sessions.authenticate({ session_token, ...request })
    if (expected !== undefined) return expect(await errorType(call)).toBe(expected)
    expect((await call).verdict).toEqual({ authorized: true, granting_roles: granting })
  })

  test.each(cases)('%s: the SDK’s local check agrees', async (_rule, member, request, granting) => {
    const { session_jwt } = used.emulator.startSession(member)
    const local = used.stytch.sessions.authenticateJwtLocal({ session_jwt, ...request })
    if (granting === undefined) await expect(local).rejects.toBeInstanceOf(ClientError)
    else expect((await local).member_id).toBe(member)
  })

  test('a denied check does not extend the session', async () => {
    const { session_token } = start({ session_duration_minutes: 10 })
    const denied = { session_token, session_duration_minutes: 60 }
    const call = used.stytch.sessions.authenticate({
      ...denied,
      ...check(acmeId, 'document', 'delete'),
    })
    expect(await errorType(call)).toBe('session_authorization_error')
    used.emulator.clock.advance(10 * minute)
    expect(await errorType(used.stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
  })

  test('a role that the organization defined grants too', async () => {
    const { stytch, emulator } = used
    const permissions = [{ resource_id: 'document', actions: ['delete'] }]
    await stytch.rbac.organizations.setOrgPolicy({
      organization_id: acmeId,
      org_policy: { roles: [{ role_id: 'archivist', description: '', permissions }] },
    })
    await stytch.organizations.members.update({
      organization_id: acmeId,
      member_id: mayaId,
      roles: ['archivist'],
    })
    const { session_token } = emulator.startSession(mayaId)
    const request = check(acmeId, 'document', 'delete')
    const { verdict } = await stytch.sessions.authenticate({ session_token, ...request })
    expect(verdict?.granting_roles).toEqual(['archivist'])
  })
})

describe('revoke', () => {
  test.each(['member_session_id', 'session_token', 'session_jwt', 'member_id'] as const)(
    'by %s ends the session at once',
    async (reference) => {
      const session = start()
      await used.stytch.sessions.revoke({ [reference]: session[reference] })
      const { session_token, session_jwt } = session
      for (const given of [{ session_token }, { session_jwt }])
        expect(await errorType(used.stytch.sessions.authenticate(given))).toBe('session_not_found')
    },
  )

  test('by member ends every session of that member and no other', async () => {
    const sessions = [start(), start(), used.emulator.startSession(adaId)]
    await used.stytch.sessions.revoke({ member_id: mayaId })
    const outcomes = await Promise.all(
      sessions.map(({ session_token }) =>
        errorType(used.stytch.sessions.authenticate({ session_token })),
      ),
    )
    expect(outcomes).toEqual(['session_not_found', 'session_not_found', 'no error'])
  })

  test.each([
    ['nothing', {}, 'no_session_revoke_arguments'],
    [
      'two references',
      { member_id: mayaId, session_token: 'x' },
      'too_many_session_revoke_arguments',
    ],
    ['an unknown session', { member_session_id: 'member-session-test-0' }, 'session_not_found'],
    ['an unknown member', { member_id: 'member-test-0' }, 'member_not_found'],
  ])('refuses %s', async (_rule, request, expected) => {
    expect(await errorType(used.stytch.sessions.revoke(request))).toBe(expected)
  })

  test('deleting the member ends its sessions', async () => {
    const { session_token } = start()
    await used.stytch.organizations.members.delete({ organization_id: acmeId, member_id: mayaId })
    expect(await errorType(used.stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
  })
})

describe('exchange', () => {
  test('signs the same address in to another organization, as the member it is there', async () => {
    const { session_token } = start()
    const answer = await used.stytch.sessions.exchange({ session_token, organization_id: 'globex' })
    expect(answer).toMatchObject({
      member_authenticated: true,
      organization: { organization_id: globexId },
      member_session: { organization_id: globexId, roles: ['stytch_member'] },
    })
    expect(answer.member_id).not.toBe(mayaId)
    expect(decodeJwt(answer.session_jwt)['https://stytch.com/organization']).toEqual({
      organization_id: globexId,
      slug: 'globex',
    })
  })

  test('does not let in an address that is no member there', async () => {
    const { session_token } = used.emulator.startSession(adaId)
    const call = used.stytch.sessions.exchange({ session_token, organization_id: globexId })
    expect(await errorType(call)).toBe('member_not_found')
  })

  test('gives no session where the other organization asks for a second factor', async () => {
    const { stytch } = used
    await stytch.organizations.update({ organization_id: globexId, mfa_policy: 'REQUIRED_FOR_ALL' })
    const { session_token } = start()
    const answer = await stytch.sessions.exchange({ session_token, organization_id: globexId })
    expect(answer).toMatchObject({ member_authenticated: false, session_token: '' })
  })
})

test('sessions.get lists the live sessions of a member', async () => {
  const { stytch, emulator } = used
  start({ session_duration_minutes: 5 })
  const { member_session_id } = start()
  emulator.clock.advance(6 * minute)
  const { member_sessions } = await stytch.sessions.get({
    organization_id: acmeId,
    member_id: mayaId,
  })
  expect(member_sessions.map((one) => one.member_session_id)).toEqual([member_session_id])
})

test('after a rotation new JWTs have a new key, and the old ones still verify', async () => {
  const emulator = await startEmulator()
  try {
    const stytch = sdk(emulator)
    const before = emulator.startSession(mayaId)
    await emulator.rotateKeys()
    const after = emulator.startSession(mayaId)
    const kids = [before, after].map((one) => decodeProtectedHeader(one.session_jwt).kid)
    expect(kids[0]).not.toBe(kids[1])
    for (const { session_jwt } of [before, after])
      expect((await stytch.sessions.authenticateJwtLocal({ session_jwt })).member_id).toBe(mayaId)
    const { keys } = await stytch.sessions.getJWKS({ project_id: projectId })
    expect(keys.map((key) => key.kid)).toEqual([kids[1], kids[0]])
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', key_ops: ['verify'] })
    expect(keys[0]).not.toHaveProperty('d')
  } finally {
    await emulator.close()
  }
})

test('sign makes tokens that no honest issuer would', async () => {
  const odd = used.emulator.sign({ sub: 'x' }, { header: { alg: 'none', typ: undefined } })
  expect(decodeProtectedHeader(odd)).toEqual({ alg: 'none', kid: used.emulator.key.kid })
  expect(decodeJwt(odd)).toEqual({ sub: 'x' })
})
