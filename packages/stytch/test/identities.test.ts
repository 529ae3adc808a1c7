import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DecisionRecord } from '@lockstitch/guard'
import { type AcceptedKind, createAuthorizer, type StytchOptions } from '@lockstitch/stytch'
import { fetchRbacPolicy, importRbac } from '@lockstitch/stytch/rbac'
import { defaultSeed } from '@lockstitch/stytch-emulator'
import { Client } from 'stytch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  acme,
  claimsOf,
  globex,
  identifyWith,
  maya,
  organizationClaim,
  outcome,
  requestWith,
  type Stytch,
  sdkClient,
  sessionClaim,
  startStytch,
} from './fixtures.ts'

const uma = 'user-test-0a000000-0000-4000-8000-000000000001'
const vic = 'member-test-ac3e0000-0000-4000-8000-000000000013'
const noon = Date.UTC(2026, 0, 1, 12) / 1000
const [project] = defaultSeed.projects
const document = (actions: readonly string[]) => [
  { resource_id: 'document', actions: [...actions] },
]
const seed = {
  projects: [
    {
      ...project,
      rbac_policy: {
        ...project?.rbac_policy,
        scopes: [
          { scope: 'read:documents', description: '', permissions: document(['view']) },
          { scope: 'all:documents', description: '', permissions: document(['*']) },
        ],
      },
      users: [{ user_id: uma, email: 'uma@home.test', roles: ['editor'] }],
    },
  ],
}
const kinds: readonly AcceptedKind[] = ['b2b-session', 'consumer-session', 'm2m', 'connected-app']

let stytch: Stytch
let users: Client
let tokens: Record<AcceptedKind, string>
let m2mClient: string
let app: string
beforeAll(async () => {
  stytch = await startStytch(seed)
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { projectId, secret } = stytch.emulator.project
  users = new Client({ project_id: projectId, secret, env: `${stytch.emulator.url}/` })
  warn.mockRestore()
})
beforeEach(async () => {
  tokens = {
    'b2b-session': stytch.emulator.startSession(maya).session_jwt,
    'consumer-session': (await signIn()).session_jwt,
    m2m: await m2mToken(),
    'connected-app': await appToken(['openid', 'read:documents']),
  }
})
afterEach(() => {
  vi.restoreAllMocks()
  stytch.emulator.reset()
})
afterAll(() => stytch.emulator.close())

/** Uma signs in with a code from her mail. */
async function signIn(): Promise<{ session_jwt: string; session_token: string }> {
  const { email_id } = await users.otps.email.send({ email: 'uma@home.test' })
  const code = stytch.emulator.messages({ to: 'uma@home.test' })[0]?.code ?? ''
  return users.otps.authenticate({ method_id: email_id, code, session_duration_minutes: 60 })
}

async function m2mToken(): Promise<string> {
  const { m2m } = stytch.client
  const { m2m_client } = await m2m.clients.create({ scopes: ['read:users', 'read:users:all'] })
  m2mClient = m2m_client.client_id
  return (await m2m.token(m2m_client)).access_token
}

/** A third party's app that Maya has connected. */
async function appToken(scopes: string[], clientType = 'third_party'): Promise<string> {
  const redirect_uri = 'http://127.0.0.1:5000/callback'
  const { connected_app } = await stytch.client.connectedApp.clients.create({
    client_type: clientType,
    redirect_urls: [redirect_uri],
    full_access_allowed: true,
  })
  app = connected_app.client_id
  const { authorization_code: code = '' } = await stytch.client.idp.oauth.authorize({
    organization_id: acme,
    member_id: maya,
    client_id: app,
    redirect_uri,
    response_type: 'code',
    scopes,
    consent_granted: true,
  })
  const answer = await fetch(`${stytch.emulator.url}/v1/public/${stytch.projectId}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      redirect_uri,
      code,
      client_id: app,
      client_secret: connected_app.client_secret ?? '',
      grant_type: 'authorization_code',
    }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

function bearer(options: Partial<StytchOptions>, token: string): ReturnType<typeof outcome> {
  return outcome(identifyWith(stytch, options), requestWith({ bearer: token }))
}

const nothing = {
  organization_id: null,
  organization_slug: null,
  auth: {
    methods: [],
    factors: [],
    mfa: false,
    sso_connection_ids: [],
    last_authenticated_at: null,
  },
  session: { id: null, started_at: null, last_accessed_at: null, expires_at: null },
  impersonation: { active: false, impersonator_id: null, impersonator_email_address: null },
  custom_claims: {},
  email: null,
  email_verified: null,
  name: null,
  status: null,
  external_id: null,
  is_breakglass: null,
  mfa_enrolled: null,
  trusted_metadata: null,
  organization: { name: null, trusted_metadata: null },
  scopes: [],
  actor: null,
}

describe('a token of one kind', () => {
  const pairs = kinds.flatMap((sent) => kinds.map((accepted) => ({ sent, accepted })))

  test.each(pairs)('$sent where $accepted is accepted', async ({ sent, accepted }) => {
    const found = await bearer({ accepts: [accepted] }, tokens[sent])
    if (sent === accepted) expect(found).toMatchObject({ roles: expect.any(Array) })
    else expect(found).toBe('401 token-kind-not-accepted')
  })

  test.each(kinds)('%s is told apart where all are accepted', async (kind) => {
    const ids = {
      'b2b-session': maya,
      'consumer-session': uma,
      m2m: m2mClient,
      'connected-app': maya,
    }
    expect(await bearer({ accepts: kinds }, tokens[kind])).toMatchObject({ id: ids[kind] })
  })

  test.each(kinds)('%s is nothing else by what somebody adds to it', async (kind) => {
    const claims = claimsOf(tokens[kind])
    const other = claimsOf(tokens[kind === 'b2b-session' ? 'connected-app' : 'b2b-session'])
    // All claims of both kinds: a token of two kinds is of none.
    const jwt = stytch.emulator.sign({ ...other, ...claims })
    expect(await bearer({ accepts: kinds }, jwt)).toBe('401 token-kind-not-accepted')
  })

  test.each(kinds)('%s has the same attributes as all others', async (kind) => {
    const principal = await bearer({ accepts: kinds }, tokens[kind])
    const names = Object.keys(typeof principal === 'string' ? {} : (principal.attr ?? {})).sort()
    expect(names).toEqual([...Object.keys(nothing), 'kind', 'token'].sort())
  })

  test('is a member’s session, unless the application says otherwise', async () => {
    for (const kind of kinds) {
      const found = await bearer({}, tokens[kind])
      if (kind === 'b2b-session') expect(found).toMatchObject({ id: maya })
      else expect(found).toBe('401 token-kind-not-accepted')
    }
  })

  test('has to be of a kind that there is', () => {
    expect(() => identifyWith(stytch, { accepts: [] })).toThrow('`accepts`')
    for (const kind of ['unknown', 'constructor', 'session'])
      expect(() => identifyWith(stytch, { accepts: [kind as AcceptedKind] })).toThrow('`accepts`')
    expect(() => identifyWith(stytch, { stytch: users })).toThrow('`accepts`')
  })

  type Hostile = [AcceptedKind, string, Record<string, unknown>, string]
  // biome-ignore format: table
  test.each<Hostile>([
    ['consumer-session', 'of the live environment', { sub: 'user-live-1' }, 'token-wrong-environment'],
    ['consumer-session', 'without roles', { [sessionClaim]: { id: 's' } }, 'token-kind-not-accepted'],
    ['consumer-session', 'without times', { [sessionClaim]: { id: 's', roles: [] } }, 'token-claim-invalid'],
    ['consumer-session', 'of a session that has ended', { [sessionClaim]: { id: 's', roles: [], authentication_factors: [], started_at: '2026-01-01T10:00:00Z', last_accessed_at: '2026-01-01T10:00:00Z', expires_at: '2026-01-01T11:00:00Z' } }, 'session-expired'],
    ['consumer-session', 'of a member', { sub: maya }, 'token-kind-not-accepted'],
    ['m2m', 'of the live environment', { sub: 'm2m-client-live-1' }, 'token-wrong-environment'],
    ['m2m', 'with scopes as a list', { scope: ['read:users'] }, 'token-kind-not-accepted'],
    ['m2m', 'with an organization of its own', { [organizationClaim]: { organization_id: acme } }, 'token-kind-not-accepted'],
    ['m2m', 'of another project', { aud: ['project-test-1'] }, 'token-wrong-project'],
    ['m2m', 'that has expired', { iat: noon - 4000, nbf: noon - 4000, exp: noon - 400 }, 'token-expired'],
    ['m2m', 'without expiry', { exp: undefined }, 'token-claim-missing'],
    ['m2m', 'that is older than Stytch makes them', { iat: noon - 3601, nbf: noon - 3601, exp: noon + 9999 }, 'token-too-old'],
    ['m2m', 'that is yet to be issued', { iat: noon + 61, nbf: noon + 61 }, 'token-not-yet-valid'],
    ['connected-app', 'without id', { jti: undefined }, 'token-kind-not-accepted'],
    ['connected-app', 'with an empty id', { jti: '' }, 'token-claim-invalid'],
    ['connected-app', 'without an organization', { [organizationClaim]: undefined }, 'token-kind-not-accepted'],
    ['connected-app', 'of an organization of the live environment', { [organizationClaim]: { organization_id: 'organization-live-1' } }, 'token-wrong-environment'],
    ['connected-app', 'of an app of the live environment', { client_id: 'connected-app-live-1' }, 'token-wrong-environment'],
    ['connected-app', 'of an app that is a number', { client_id: 1 }, 'token-kind-not-accepted'],
    ['connected-app', 'for a machine', { sub: 'm2m-client-test-1' }, 'token-kind-not-accepted'],
    ['connected-app', 'for a user in an organization', { sub: uma }, 'token-kind-not-accepted'],
    ['connected-app', 'of an app that is not there', { client_id: 'connected-app-test-00000000-0000-4000-8000-000000000009' }, 'app-not-active'],
    ['connected-app', 'for a member who is not there', { sub: 'member-test-00000000-0000-4000-8000-000000000009' }, 'subject-not-active'],
    ['connected-app', 'for a member of another organization', { [organizationClaim]: { organization_id: globex } }, 'subject-not-active'],
  ])('%s %s is refused', async (kind, _, change, code) => {
    const jwt = stytch.emulator.sign({ ...claimsOf(tokens[kind]), ...change })
    expect(await bearer({ accepts: kinds }, jwt)).toBe(`401 ${code}`)
  })
})

describe('a consumer user', () => {
  const accepts = ['consumer-session'] as const

  test('is a principal with every attribute', async () => {
    const session = claimsOf(tokens['consumer-session'])[sessionClaim] as Record<string, unknown>
    expect(await bearer({ accepts, stytch: users }, tokens['consumer-session'])).toEqual({
      id: uma,
      roles: ['stytch_user', 'editor'],
      scope: '',
      attr: {
        ...nothing,
        kind: 'consumer_user',
        auth: {
          methods: ['otp'],
          factors: [
            { type: 'otp', delivery_method: 'email', last_authenticated_at: expect.any(String) },
          ],
          mfa: false,
          sso_connection_ids: [],
          last_authenticated_at: expect.any(String),
        },
        session: {
          id: session.id,
          started_at: session.started_at,
          last_accessed_at: session.last_accessed_at,
          expires_at: session.expires_at,
        },
        token: {
          source: 'session_jwt',
          verified: 'local',
          iat: noon,
          exp: noon + 300,
          age_seconds: 0,
        },
      },
    })
  })

  test.each([
    ['none', [], ['stytch_user']],
    ['what an app is called', ['connected_app'], ['org:connected_app']],
    ['one twice', ['editor', 'editor'], ['editor']],
  ])('with the roles: %s', async (_, roles, named) => {
    const claims = claimsOf(tokens['consumer-session'])
    const session = { ...(claims[sessionClaim] as object), roles }
    const jwt = stytch.emulator.sign({ ...claims, [sessionClaim]: session })
    expect(await bearer({ accepts }, jwt)).toMatchObject({ roles: named })
  })

  test('has a session token, too, which Stytch is asked about once for all requests', async () => {
    const { session_token: token, session_jwt } = await signIn()
    const identify = identifyWith(stytch, { accepts, stytch: users })
    const authenticate = vi.spyOn(users.sessions, 'authenticate')
    const [found, same] = await Promise.all([
      identify.identify(requestWith({ token })),
      identify.identify(requestWith({ token })),
    ])
    expect(found.principal).toMatchObject({
      id: uma,
      roles: ['stytch_user', 'editor'],
      attr: {
        ...nothing,
        auth: { methods: ['otp'] },
        session: expect.any(Object),
        kind: 'consumer_user',
        token: { source: 'session_token', verified: 'remote' },
      },
    })
    expect(same.principal).toEqual(found.principal)
    expect(authenticate).toHaveBeenCalledTimes(1)
    expect(claimsOf(found.freshJwt ?? '')).toMatchObject({ sub: uma })

    // It outlives the JWTs.
    stytch.emulator.clock.advance(400_000)
    const both = requestWith({ token, jwt: session_jwt })
    expect(await outcome(identify, both)).toMatchObject({ id: uma })
    expect(await outcome(identify, requestWith({ jwt: session_jwt }))).toBe('401 token-expired')
    await users.sessions.revoke({ session_token: token })
    const strict = identifyWith(stytch, { accepts, stytch: users, maxTokenAge: 0 })
    expect(await outcome(strict, requestWith({ token }))).toBe('401 session-not-found')
  })

  test('has the attributes that were asked for, asked once a session', async () => {
    await users.users.update({
      user_id: uma,
      name: { first_name: 'Uma', last_name: 'Home' },
      trusted_metadata: { plan: 'family' },
      untrusted_metadata: { theme: 'dark' },
    })
    const authenticate = vi.spyOn(users.sessions, 'authenticate')
    const identify = identifyWith(stytch, {
      accepts,
      stytch: users,
      attributes: ['email', 'email_verified', 'name', 'status', 'trusted_metadata.plan'],
      untrusted: ['theme'],
    })
    const request = requestWith({ jwt: tokens['consumer-session'] })
    for (const found of [await outcome(identify, request), await outcome(identify, request)])
      expect(found).toMatchObject({
        id: uma,
        attr: {
          email: 'uma@home.test',
          email_verified: true,
          name: 'Uma Home',
          status: 'active',
          trusted_metadata: { plan: 'family' },
          untrusted: { theme: 'dark' },
          external_id: null,
          organization: { name: null, trusted_metadata: null },
        },
      })
    expect(authenticate).toHaveBeenCalledTimes(1)
  })

  // biome-ignore format: table
  test.each<[string, Partial<StytchOptions>]>([
    ['that users do not have', { attributes: ['is_breakglass'] }],
    ['of an organization', { attributes: ['organization.trusted_metadata'] }],
    ['of one, a field', { attributes: ['organization.trusted_metadata.plan'] }],
    ['that nobody may be asked for', { attributes: ['email'], remote: false }],
  ])('is not decided about without an attribute that is needed: one %s', async (_, options) => {
    const jwt = tokens['consumer-session']
    const found = await bearer({ accepts, stytch: users, ...options }, jwt)
    expect(found).toBe('503 attribute-unavailable')
  })

  test('has of the custom claims those that are named, and attributes from them', async () => {
    const claims = { ...claimsOf(tokens['consumer-session']), plan: 'family', mail: 'u@home.test' }
    const attributes = [{ name: 'email', claim: 'mail' }] as const
    const options = { accepts, attributes, customClaims: ['plan'] }
    expect(await bearer(options, stytch.emulator.sign(claims))).toMatchObject({
      attr: { email: 'u@home.test', custom_claims: { plan: 'family' } },
    })
    expect(await bearer({ accepts }, stytch.emulator.sign(claims))).toMatchObject({
      attr: { email: null, custom_claims: {} },
    })
  })

  test('is not asked about with a token beside the JWT that is another’s', async () => {
    const { session_token: token } = await signIn()
    const claims = claimsOf(tokens['consumer-session'])
    const jwt = stytch.emulator.sign({
      ...claims,
      sub: 'user-test-0a000000-0000-4000-8000-000000000002',
    })
    const strict = identifyWith(stytch, { accepts, stytch: users, maxTokenAge: 0 })
    expect(await outcome(strict, requestWith({ jwt, token }))).toBe('401 sessions-disagree')
  })

  test('is not asked about with a member’s client, nor when nobody is to be asked', async () => {
    const request = requestWith({ token: 'A'.repeat(44) })
    for (const options of [{ accepts }, { accepts, stytch: users, remote: false }])
      expect(await outcome(identifyWith(stytch, options), request)).toBe(
        '401 session-token-not-accepted',
      )
  })

  test('is in no organization that a request could be for', async () => {
    const organization = (): string => acme
    expect(await bearer({ accepts, organization }, tokens['consumer-session'])).toBe(
      '401 token-wrong-organization',
    )
  })

  test('is nobody after the session was revoked, or is older than accepted', async () => {
    const identify = identifyWith(stytch, { accepts })
    const jwt = tokens['consumer-session']
    const { id } = claimsOf(jwt)[sessionClaim] as { id: string }
    await identify.sessionRevoked(id)
    expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-revoked')
    expect(await bearer({ accepts, maxTokenAge: 0 }, jwt)).toBe('401 token-too-old')
  })
})

describe('a machine', () => {
  const accepts = ['m2m'] as const

  test('is a principal with every attribute', async () => {
    expect(await bearer({ accepts }, tokens.m2m)).toEqual({
      id: m2mClient,
      roles: ['m2m_client'],
      scope: '',
      attr: {
        ...nothing,
        kind: 'm2m_client',
        scopes: ['read:users', 'read:users:all'],
        token: {
          source: 'm2m_access_token',
          verified: 'local',
          iat: noon,
          exp: noon + 3600,
          age_seconds: 0,
        },
      },
    })
  })

  test('has no right by what it sent for itself', async () => {
    const claims = { roles: ['stytch_admin'], organization_id: acme, kind: 'b2b_member' }
    const jwt = stytch.emulator.sign({ ...claimsOf(tokens.m2m), ...claims })
    const identify = identifyWith(stytch, { accepts, customClaims: ['roles', 'organization_id'] })
    const principal = await outcome(identify, requestWith({ bearer: jwt }))
    expect(principal).toMatchObject({
      roles: ['m2m_client'],
      attr: { kind: 'm2m_client', organization_id: null, custom_claims: {} },
    })
  })

  test('is refused when it is revoked, and when its token is older than accepted', async () => {
    const identify = identifyWith(stytch, { accepts })
    await identify.sessionRevoked(m2mClient)
    expect(await outcome(identify, requestWith({ bearer: tokens.m2m }))).toBe('401 session-revoked')
    stytch.emulator.clock.advance(60_000)
    expect(await bearer({ accepts, maxAccessTokenAge: 59 }, tokens.m2m)).toBe('401 token-too-old')
  })
})

describe('a Connected App', () => {
  const accepts = ['connected-app'] as const
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  test('is the member with their roles, and itself with its scopes', async () => {
    const identify = identifyWith(stytch, { accepts })
    const request = requestWith({ bearer: tokens['connected-app'] })
    const { principal, actor } = await identify.identify(request)
    const actorAttribute = {
      client_id: app,
      scopes: ['openid', 'read:documents'],
      first_party: false,
    }
    const token = {
      source: 'app_access_token',
      verified: 'local',
      iat: noon,
      exp: noon + 3600,
      age_seconds: 0,
    }
    const attr = {
      ...nothing,
      organization_id: acme,
      organization_slug: 'acme',
      token,
      actor: actorAttribute,
    }
    expect(principal).toEqual({
      id: maya,
      roles: ['stytch_member', 'editor'],
      scope: acme,
      attr: { ...attr, kind: 'b2b_member' },
    })
    expect(actor).toEqual({
      id: app,
      roles: ['connected_app'],
      scope: acme,
      attr: { ...attr, kind: 'connected_app', scopes: ['openid', 'read:documents'] },
    })
  })

  test('of the project’s own is said to be one', async () => {
    const token = await appToken(['openid'], 'first_party')
    expect(await bearer({ accepts }, token)).toMatchObject({
      attr: { actor: { first_party: true } },
    })
  })

  test('acts for a user, too', async () => {
    const claims = {
      ...claimsOf(tokens['connected-app']),
      sub: uma,
      [organizationClaim]: undefined,
    }
    const jwt = stytch.emulator.sign(claims)
    expect(await bearer({ accepts, stytch: users }, jwt)).toMatchObject({
      id: uma,
      roles: ['stytch_user', 'editor'],
      scope: '',
      attr: { kind: 'consumer_user', organization_id: null },
    })
  })

  test('has the roles that the member has now, asked once a while', async () => {
    const identify = identifyWith(stytch, { accepts })
    const request = requestWith({ bearer: tokens['connected-app'] })
    const get = vi.spyOn(stytch.client.organizations.members, 'get')
    await Promise.all([1, 2, 3].map(() => identify.identify(request)))
    expect(get).toHaveBeenCalledTimes(1)
    await stytch.client.organizations.members.update({
      organization_id: acme,
      member_id: maya,
      roles: ['viewer'],
    })
    expect(await outcome(identify, request)).toMatchObject({ roles: ['stytch_member', 'editor'] })
    stytch.emulator.clock.advance(301_000)
    expect(await outcome(identify, request)).toMatchObject({ roles: ['stytch_member', 'viewer'] })
  })

  test('has no role that holds in sessions of an SSO connection only', async () => {
    const get = stytch.client.organizations.members.get.bind(stytch.client.organizations.members)
    const sources = [{ type: 'sso_connection', details: { connection_id: 'saml-connection-1' } }]
    vi.spyOn(stytch.client.organizations.members, 'get').mockImplementation(async (request) => {
      const answer = await get(request)
      const roles = [...answer.member.roles, { role_id: 'stytch_admin', sources }]
      return { ...answer, member: { ...answer.member, roles } }
    })
    expect(await bearer({ accepts }, tokens['connected-app'])).toMatchObject({
      roles: ['stytch_member', 'editor'],
    })
  })

  test('is nobody once the member is deleted, or the app, or its token was revoked', async () => {
    const jwt = tokens['connected-app']
    const identify = identifyWith(stytch, { accepts })
    await identify.sessionRevoked(String(claimsOf(jwt).jti))
    expect(await outcome(identify, requestWith({ bearer: jwt }))).toBe('401 session-revoked')
    await stytch.client.connectedApp.clients.delete({ client_id: app })
    expect(await bearer({ accepts }, jwt)).toBe('401 app-not-active')
    const other = await appToken(['openid'])
    await stytch.client.organizations.members.delete({ organization_id: acme, member_id: maya })
    expect(await bearer({ accepts }, other)).toBe('401 subject-not-active')
  })

  test('is not decided about when Stytch cannot say what the member may', async () => {
    stytch.emulator.faults.add({ path: '/v1/b2b/organizations/', status: 500 })
    const found = await bearer({ accepts, tries: 1 }, tokens['connected-app'])
    expect(found).toBe('503 stytch-unavailable')
  })

  // biome-ignore format: table
  test.each([
    ['does not say what the member may', '/v1/b2b/organizations/', { drop: true }, '503 stytch-unavailable'],
    ['does not say it in time', '/v1/b2b/organizations/', { latency_ms: 2000 }, '503 stytch-unavailable'],
    ['does not know the app at once', '/v1/connected_apps/', { status: 429 }, '503 stytch-unavailable'],
    ['says it at the second try', '/v1/b2b/organizations/', { status: 503, times: 1 }, maya],
    ['is slow once', '/v1/b2b/organizations/', { latency_ms: 2000, times: 1 }, maya],
  ])('is not guessed about when Stytch %s', async (_, path, fault, expected) => {
    stytch.emulator.faults.add({ path, ...fault })
    const options = { accepts, deadline: 900, tries: 3, roles: [] }
    const found = await bearer(options, tokens['connected-app'])
    expect(typeof found === 'string' ? found : found.id).toBe(expected)
  })

  test('is kept away from a Stytch that does not answer, and asked for again later', async () => {
    const identify = identifyWith(stytch, { accepts, tries: 1, roles: [] })
    const request = requestWith({ bearer: tokens['connected-app'] })
    stytch.emulator.faults.add({ path: '/v1/b2b/organizations/', status: 500 })
    const found = []
    for (let asked = 0; asked < 12; asked += 1) found.push(await outcome(identify, request))
    expect(new Set(found)).toEqual(new Set(['503 stytch-unavailable', '503 stytch-away']))
    expect(found.at(-1)).toBe('503 stytch-away')
    stytch.emulator.faults.clear()
    expect(await outcome(identify, request)).toBe('503 stytch-away')
    stytch.emulator.clock.advance(2000)
    expect(await outcome(identify, request)).toMatchObject({ id: maya })
  })

  test('may what the member and its scopes may, under policies from Stytch’s RBAC', async () => {
    const policies = mkdtempSync(join(tmpdir(), 'lockstitch-'))
    folders.push(policies)
    for (const { path, text } of importRbac(await fetchRbacPolicy(stytch.client)).files) {
      mkdirSync(dirname(join(policies, path)), { recursive: true })
      writeFileSync(join(policies, path), text)
    }
    const records: DecisionRecord[] = []
    const authz = await createAuthorizer({
      ...{ stytch: stytch.client, clock: stytch.now, policies, watch: false },
      accepts: ['b2b-session', 'connected-app'],
      onDecision: (decision) => records.push(decision),
    })
    const record = { id: 'q3', organization_id: acme }
    const claims = claimsOf(tokens['connected-app'])
    const may = async (token: string): Promise<string[]> => {
      const questions = authz.for(requestWith({ bearer: token }))
      const found = await questions.actions(['view', 'edit', 'delete'], 'document', record)
      const [one] = await questions.filter([record], 'document', 'edit')
      expect(one !== undefined).toBe(found.edit)
      return Object.keys(found).filter((action) => found[action as 'view'])
    }
    const as = (change: object): string => stytch.emulator.sign({ ...claims, ...change })

    expect(await may(tokens['b2b-session'])).toEqual(['view', 'edit'])
    expect(await may(tokens['connected-app'])).toEqual(['view'])
    expect(await may(as({ scope: 'all:documents' }))).toEqual(['view', 'edit'])
    expect(await may(as({ scope: 'openid' }))).toEqual([])
    expect(await may(as({ scope: 'all:documents:x all all:*' }))).toEqual([])
    // Vic may only view, whatever the app may.
    expect(await may(as({ scope: 'all:documents', sub: vic }))).toEqual(['view'])

    const actors = records.map(({ actor }) => actor?.id)
    expect(actors.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined])
    expect(new Set(actors.slice(4))).toEqual(new Set([app]))
    await authz.close()
  })
})

test('names roles as the imported policies do, when it is given the RBAC policy', async () => {
  const roles = {
    roles: ['stytch_member', 'editor'].map((role_id) => ({
      role_id,
      description: '',
      permissions: [],
    })),
    resources: [],
    scopes: [],
    organizations: [
      {
        organization_id: acme,
        roles: [{ role_id: 'editor', description: '', permissions: [] }],
      },
    ],
  }
  const found = await bearer({ roles }, tokens['b2b-session'])
  expect(found).toMatchObject({ roles: ['stytch_member', 'editor', 'org:editor'] })
})

test('has no use for the SDK’s client that is not the project’s', async () => {
  const { projectId, secret } = stytch.emulator.project
  const stytchClient = sdkClient(projectId, secret, `${stytch.emulator.url}/`)
  const claims = { ...claimsOf(tokens['connected-app']), sub: uma, [organizationClaim]: undefined }
  const jwt = stytch.emulator.sign(claims)
  expect(await bearer({ accepts: ['connected-app'], stytch: stytchClient }, jwt)).toBe(
    '503 stytch-answer-invalid',
  )
})
