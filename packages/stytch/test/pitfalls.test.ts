import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '@lockstitch/engine'
import { compilePolicies } from '@lockstitch/policy'
import {
  type Authorizer,
  createAuthorizer,
  type StytchIdentify,
  type StytchOptions,
} from '@lockstitch/stytch'
import { importRbac } from '@lockstitch/stytch/rbac'
import { defaultSeed, generateSigningKey, type Seed } from '@lockstitch/stytch-emulator'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import {
  acme,
  claimsOf,
  globex,
  identifyWith,
  identityOrFailure,
  maya,
  mayaAtGlobex,
  organizationClaim,
  outcome,
  requestWith,
  type Stytch,
  sdkClient,
  sessionClaim,
  signedWebhook,
  startStytch,
  webhookSecret,
} from './fixtures.ts'

// What goes wrong where Stytch and policies meet, one test for each; more about each is in the other
// files of this folder.

const [project] = defaultSeed.projects
const [first, ...others] = project?.organizations ?? []
const adminPermissions = [{ resource_id: 'document', actions: ['*'] }]
/** Acme has made itself a role with the name of one that policies like to trust. */
const org_policy = { roles: [{ role_id: 'admin', description: '', permissions: adminPermissions }] }
const seed: Seed = {
  projects: [{ ...project, organizations: first ? [{ ...first, org_policy }, ...others] : others }],
}

let stytch: Stytch
let authz: Authorizer
beforeAll(async () => {
  stytch = await startStytch(seed)
  authz = await createAuthorizer({
    ...{ stytch: stytch.client, clock: stytch.now, watch: false, onWarning: () => {} },
    policies: new URL('../starter-policies', import.meta.url).pathname,
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  stytch.emulator.reset()
})
afterAll(async () => {
  await authz.close()
  await stytch.emulator.close()
})

const who = (
  credentials: Parameters<typeof requestWith>[0],
  options: Partial<StytchOptions> = {},
): ReturnType<typeof outcome> => outcome(identifyWith(stytch, options), requestWith(credentials))

const mayas = { organization_id: acme, member_id: maya }
const update = (change: object): Promise<unknown> =>
  stytch.client.organizations.members.update({ ...mayas, ...change })
/** Maya's session JWT with some claims replaced. */
const signed = (change: object = {}): string =>
  stytch.emulator.sign({ ...claimsOf(stytch.emulator.startSession(maya).session_jwt), ...change })
const signedSession = (change: object): string => {
  const claims = claimsOf(stytch.emulator.startSession(maya).session_jwt)
  return signed({ [sessionClaim]: { ...(claims[sessionClaim] as object), ...change } })
}
const machine = (scope: string, more: object = {}): string =>
  signed({
    ...{ [sessionClaim]: undefined, [organizationClaim]: undefined },
    ...{ sub: 'm2m-client-test-1', scope },
    ...more,
  })
const app = (more: object = {}): string =>
  signed({
    ...{ [sessionClaim]: undefined, scope: 'openid', jti: '1' },
    ...{ client_id: 'connected-app-test-1' },
    ...more,
  })

test('1. untrusted_metadata is writable by the end user: it never is a right', async () => {
  await update({ untrusted_metadata: { role: 'admin', theme: 'dark' } })
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  const principal = await who({ jwt }, { attributes: ['email', 'trusted_metadata', 'status'] })
  expect(principal).toMatchObject({ id: maya })
  expect(JSON.stringify(principal)).not.toContain('dark')
  const named = await who({ jwt }, { untrusted: ['theme'] })
  expect(named).toMatchObject({ attr: { untrusted: { theme: 'dark' } } })
  expect(JSON.stringify(named)).not.toContain('"admin"')
})

test('2. roles grow stale and a revoked session’s JWT still verifies: both are bounded, and revocation is at once', async () => {
  const identify = identifyWith(stytch)
  const strict = identifyWith(stytch, { maxTokenAge: 0 })
  const { session_jwt: jwt, member_session_id } = stytch.emulator.startSession(maya)
  await update({ roles: ['viewer'] })
  stytch.emulator.clock.advance(60_000)
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({
    roles: ['stytch_member', 'editor'],
    attr: { token: { age_seconds: 60, verified: 'local' } },
  })
  expect(await outcome(strict, requestWith({ jwt }))).toMatchObject({
    roles: ['stytch_member', 'viewer'],
    attr: { token: { verified: 'remote' } },
  })
  await stytch.client.sessions.revoke({ member_session_id })
  expect(await outcome(strict, requestWith({ jwt }))).toBe('401 session-not-found')
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
  await identify.sessionRevoked(member_session_id)
  expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-revoked')
})

test('3. the SDK turns each local failure into a call: here a refusal makes none', async () => {
  const authenticate = vi.spyOn(stytch.client.sessions, 'authenticate')
  const authenticateJwt = vi.spyOn(stytch.client.sessions, 'authenticateJwt')
  const identify = identifyWith(stytch)
  const expired = signed({ iat: 1, nbf: 1, exp: 2 })
  for (const jwt of [
    expired,
    machine('read'),
    app(),
    signed({ aud: 'x' }),
    'a.b.c',
    signed({ sub: 1 }),
  ])
    expect(await outcome(identify, requestWith({ jwt }))).toMatch(/^401 /)
  const questions = authz.for(requestWith({ jwt: signed() }))
  expect(await questions.can('delete', 'document', { id: 'd', organization_id: globex })).toBe(
    false,
  )
  expect(authenticate).not.toHaveBeenCalled()
  expect(authenticateJwt).not.toHaveBeenCalled()
})

test('4. an organization from a URL is no tenant: it is the session’s and the record’s, by canonical id', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  expect(await who({ jwt }, { organization: () => acme })).toMatchObject({ scope: acme })
  for (const name of ['acme', globex, acme.toUpperCase()])
    expect(await who({ jwt }, { organization: () => name })).toBe('401 token-wrong-organization')
  const request = { ...requestWith({ jwt }), url: `/organizations/${acme}/documents/d` }
  const questions = authz.for(request)
  expect(await questions.can('view', 'document', { id: 'd', organization_id: acme })).toBe(true)
  for (const record of [
    { id: 'd', organization_id: globex },
    { id: 'd' },
    { id: 'd', organization_id: 'acme' },
  ])
    expect(await questions.can('view', 'document', record)).toBe(false)
})

test('5. a session is exchanged and one human has two memberships: a new principal each time, never by e-mail', async () => {
  const identify = identifyWith(stytch, { attributes: ['email'] })
  const { session_token: token } = stytch.emulator.startSession(maya)
  const before = await outcome(identify, requestWith({ token }))
  const exchanged = await stytch.client.sessions.exchange({
    session_token: token,
    organization_id: globex,
  })
  const after = await outcome(identify, requestWith({ jwt: exchanged.session_jwt }))
  expect(before).toMatchObject({ id: maya, scope: acme, attr: { email: 'maya@acme.test' } })
  expect(after).toMatchObject({
    id: mayaAtGlobex,
    scope: globex,
    attr: { email: 'maya@acme.test' },
  })
})

test('6. tokens of other kinds have the same keys, issuer and audience: each is refused where it is not meant', async () => {
  const user = signed({ [organizationClaim]: undefined, sub: 'user-test-1' })
  for (const jwt of [user, machine('read'), app(), app({ sub: 'user-test-1' })])
    expect(await who({ jwt })).toBe('401 token-kind-not-accepted')
  for (const kind of ['consumer-session', 'm2m', 'connected-app'] as const)
    expect(await who({ jwt: signed() }, { accepts: [kind] })).toBe('401 token-kind-not-accepted')
})

test('7. an app has the member’s rights only within its scopes, and a machine none by what it sends', async () => {
  const { connected_app } = await stytch.client.connectedApp.clients.create({
    client_type: 'third_party',
  })
  const client_id = connected_app.client_id
  const asking = await createAuthorizer({
    ...{ stytch: stytch.client, clock: stytch.now, accepts: ['connected-app'] },
    decide: {
      checkResources: async ({ principal: { roles, attr }, resources }) => ({
        results: resources.map(({ resource, actions }) => {
          const scopes = attr?.scopes
          const may = (action: string): boolean =>
            roles.includes('editor') || (Array.isArray(scopes) && scopes.includes(action))
          const effects = actions.map((action) => [
            action,
            may(action) ? 'EFFECT_ALLOW' : 'EFFECT_DENY',
          ])
          return { resource, actions: Object.fromEntries(effects) }
        }),
      }),
    },
  })
  const record = { id: 'd', organization_id: acme }
  const questions = asking.for(requestWith({ bearer: app({ client_id, scope: 'view purge' }) }))
  expect(await questions.actions(['view', 'edit', 'purge'], 'document', record)).toEqual({
    ...{ view: true, edit: false, purge: true },
  })
  await update({ roles: [] })
  stytch.emulator.clock.advance(301_000)
  const demoted = asking.for(requestWith({ bearer: app({ client_id, scope: 'view purge' }) }))
  expect(await demoted.actions(['view', 'edit', 'purge'], 'document', record)).toEqual({
    ...{ view: false, edit: false, purge: false },
  })

  const sent = { roles: ['stytch_admin'], organization_id: acme, 'request.role': 'admin' }
  expect(await who({ bearer: machine('read', sent) }, { accepts: ['m2m'] })).toMatchObject({
    roles: ['m2m_client'],
    attr: { organization_id: null, custom_claims: {} },
  })
})

test('8. no other algorithm than RS256, not even with a key from the project’s JWKS, and no token without end', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'ec' }
  const published = async (): Promise<Response> => Response.json({ keys: [jwk] })
  const { SignJWT } = await import('jose')
  const claims = claimsOf(stytch.emulator.startSession(maya).session_jwt)
  const es256 = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'ec' })
    .sign(privateKey)
  expect(await who({ jwt: es256 }, { fetch: published })).toBe('401 token-algorithm-not-accepted')
  const named = stytch.emulator.sign(claims, {
    key: { ...(await generateSigningKey()), kid: 'ec' },
  })
  expect(await who({ jwt: named }, { fetch: published })).toBe('401 token-key-not-accepted')
  expect(await who({ jwt: signed({ exp: undefined }) })).toBe('401 token-claim-missing')
})

test('9. a token of a test project is none for a live one, by audience, issuer and every id in it', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  const live = stytch.projectId.replace('project-test-', 'project-live-')
  const asLive = { stytch: sdkClient(live, 'secret', `${stytch.emulator.url}/`) }
  expect(await who({ jwt }, asLive)).toBe('401 token-wrong-project')
  const iss = `stytch.com/${live}`
  expect(await who({ jwt: signed({ iss }) })).toBe('401 token-wrong-issuer')
  // The same keys answer for both projects here, as they never would.
  const keys = await fetch(`${stytch.emulator.url}/v1/b2b/sessions/jwks/${stytch.projectId}`)
  const published = await keys.json()
  const forLive = signed({ aud: [live], iss })
  expect(
    await who({ jwt: forLive }, { ...asLive, fetch: async () => Response.json(published) }),
  ).toBe('401 token-wrong-environment')
})

test('10. clocks differ a little: seconds are forgiven to a start, hardly any to an end', async () => {
  const now = Math.floor(stytch.now() / 1000)
  const sixty = { clockTolerance: 60 }
  expect(await who({ jwt: signed({ nbf: now + 5 }) })).toMatchObject({ id: maya })
  expect(await who({ jwt: signed({ nbf: now + 60 }) }, sixty)).toMatchObject({ id: maya })
  expect(await who({ jwt: signed({ nbf: now + 61 }) }, sixty)).toBe('401 token-not-yet-valid')
  expect(await who({ jwt: signed({ iat: now - 9, nbf: now - 9, exp: now - 5 }) }, sixty)).toBe(
    '401 token-expired',
  )
  expect(() => identifyWith(stytch, { clockTolerance: 61 })).toThrow('`clockTolerance`')
})

test('11. a role from SAML is valid in a session of that connection only: the session’s roles count', async () => {
  await update({ roles: ['viewer'] })
  const plain = signedSession({ roles: ['stytch_member'] })
  const saml = {
    type: 'sso',
    delivery_method: 'sso_saml',
    last_authenticated_at: '2026-01-01T12:00:00Z',
    saml_sso_factor: { id: 'r', provider_id: 'saml-connection-test-1', external_id: 'e' },
  }
  const sso = signedSession({ roles: ['stytch_member', 'editor'], authentication_factors: [saml] })
  expect(await who({ jwt: plain })).toMatchObject({ roles: ['stytch_member'] })
  expect(await who({ jwt: sso })).toMatchObject({
    roles: ['stytch_member', 'editor'],
    attr: { auth: { methods: ['sso'], sso_connection_ids: ['saml-connection-test-1'] } },
  })
})

test('12. whoever impersonates has the member’s roles: it is said, and the starter policies let them only read', async () => {
  const impersonation_token = stytch.emulator.impersonate(maya, 'sue@support.test')
  const answer = await stytch.client.impersonation.authenticate({ impersonation_token })
  const record = { id: 'd', organization_id: acme, owner_id: maya }
  const may = (jwt: string): Promise<Record<string, boolean>> =>
    authz.for(requestWith({ jwt })).actions(['view', 'edit'], 'document', record)
  expect(await who({ jwt: answer.session_jwt })).toMatchObject({
    id: maya,
    attr: { impersonation: { active: true, impersonator_email_address: 'sue@support.test' } },
  })
  expect(await may(answer.session_jwt)).toEqual({ view: true, edit: false })
  expect(await may(signed())).toEqual({ view: true, edit: true })
})

test('13. is_breakglass goes around an organization’s sign-in rules: policies see it, and the second factor is asked for all the same', async () => {
  await update({ is_breakglass: true })
  const jwt = signed()
  expect(await who({ jwt }, { attributes: ['is_breakglass'] })).toMatchObject({
    attr: { is_breakglass: true, auth: { mfa: false } },
  })
  const record = { id: 'd', organization_id: acme, owner_id: maya }
  const asked = authz.for(requestWith({ jwt })).require('delete', 'document', record)
  await expect(asked).rejects.toMatchObject({
    problem: { code: 'insufficient_user_authentication', acrValues: 'mfa' },
  })
})

test('14. dangerouslyGet forgets the organization: nothing here calls it', () => {
  const folder = new URL('../src/', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts'))
  expect(sources).toContain('subjects.ts')
  for (const file of sources)
    expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/dangerously_?get/i)
})

test('15. an intermediate session token is not a session', async () => {
  await stytch.client.magicLinks.email.discovery.send({
    email_address: 'maya@acme.test',
    discovery_redirect_url: 'http://127.0.0.1:4000/authenticate',
  })
  const [mail] = stytch.emulator.messages({ to: 'maya@acme.test' })
  const { intermediate_session_token } = await stytch.client.magicLinks.discovery.authenticate({
    discovery_magic_links_token: mail?.token ?? '',
  })
  expect(intermediate_session_token).not.toBe('')
  for (const credentials of [
    { token: intermediate_session_token },
    { bearer: intermediate_session_token },
  ])
    expect(await who(credentials)).toBe('401 session-not-found')
})

test('16. an organization can call a role of its own `admin`: it gets a prefix', async () => {
  await update({ roles: ['editor', 'admin'] })
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  expect((claimsOf(jwt)[sessionClaim] as { roles: string[] }).roles).toContain('admin')
  expect(await who({ jwt })).toMatchObject({ roles: ['stytch_member', 'editor', 'org:admin'] })
})

test('17. a wildcard grants actions that nobody declared and a typo denies in silence: the import says so, and can write the actions out', () => {
  const permissions = [
    { resource_id: 'document', actions: ['*'] },
    { resource_id: 'documnet', actions: ['view'] },
  ]
  const policy = {
    roles: [{ role_id: 'editor', description: '', permissions }],
    resources: [{ resource_id: 'document', description: '', actions: ['view', 'edit'] }],
    ...{ scopes: [], organizations: [] },
  }
  const { notes } = importRbac(policy)
  const said = notes.filter(({ kind }) => kind === 'lint').map(({ message }) => message)
  expect(said.some((message) => message.includes('nobody declared'))).toBe(true)
  expect(said.some((message) => message.includes('documnet'))).toBe(true)
  const { files } = importRbac(policy, { expandWildcards: true })
  const written = files.find(({ path }) => path.endsWith('document.yaml'))?.text ?? ''
  expect(written).toMatch(/view[^*]*edit/)
  expect(written).not.toContain('*')
})

test('18. a claim of the wrong type is a 401 with a code, never a TypeError', async () => {
  const claims = claimsOf(stytch.emulator.startSession(maya).session_jwt)
  const session = claims[sessionClaim] as object
  const identify: StytchIdentify = identifyWith(stytch, { accepts: ['b2b-session', 'm2m'] })
  const names = [...Object.keys(claims), 'scope', 'client_id', 'jti', 'nbf']
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('constructor', '__proto__', '', 0, -1, Number.MAX_VALUE),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.constantFrom('', ...Object.keys(session)),
      odd,
      async (name, inSession, value) => {
        const change =
          inSession === ''
            ? { [name]: value }
            : { [sessionClaim]: { ...session, [inSession]: value } }
        const jwt = stytch.emulator.sign({ ...claims, ...change })
        // Anything but a principal or a refusal with a code would be thrown on.
        await identityOrFailure(identify, requestWith({ jwt }))
      },
    ),
    { numRuns: 300 },
  )
})

test('19. a JWT with many claims is longer than a cookie may be: the session token stands in for it', async () => {
  const roles = Array.from({ length: 150 }, (_, index) => `role-with-a-long-name-${index}`)
  const jwt = signedSession({ roles })
  expect(jwt.length).toBeGreaterThan(4096)
  expect(await who({ bearer: jwt })).toMatchObject({ id: maya })
  // Browsers drop such a cookie, and the one with the token is left.
  const { session_token: token } = stytch.emulator.startSession(maya)
  expect(await who({ token })).toMatchObject({ id: maya, attr: { token: { verified: 'remote' } } })
})

test('20. a scope is a whole name: `read:docs:public` is not `read:docs:secret`, and `read:*` is neither', async () => {
  const text = JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: 'doc',
      version: 'default',
      rules: [
        {
          actions: ['read'],
          effect: 'EFFECT_ALLOW',
          roles: ['m2m_client'],
          condition: { match: { expr: '"read:docs:secret" in P.attr.scopes' } },
        },
      ],
    },
  })
  const { policySet } = compilePolicies([{ path: 'doc.json', text }])
  if (policySet === undefined) throw new Error('the policy does not compile')
  const engine = new Engine(policySet)
  const may = async (scope: string): Promise<string | undefined> => {
    const principal = await who({ bearer: machine(scope) }, { accepts: ['m2m'] })
    if (typeof principal === 'string') return principal
    const input = { principal, resource: { kind: 'doc', id: 'd' }, actions: ['read'] }
    return engine.check(input).actions.get('read')?.effect
  }
  expect(await may('openid read:docs:secret')).toBe('EFFECT_ALLOW')
  for (const scope of [
    'read:docs:public',
    'read:docs',
    'read:*',
    '*',
    'read:docs:secret:x',
    'constructor',
    '',
  ])
    expect(await may(scope)).toBe('EFFECT_DENY')
})

test('21. a webhook that is unsigned, signed by another or sent again does nothing', async () => {
  const identify = identifyWith(stytch, { webhookSecrets: [webhookSecret] })
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  const { headers, body } = signedWebhook(stytch, { id: maya })
  const foreign = signedWebhook(stytch, { id: maya }, { key: `whsec_${'A'.repeat(44)}` })
  expect(await identify.receiveWebhook(new Headers(), body)).toMatchObject({
    code: 'webhook-unsigned',
  })
  expect(await identify.receiveWebhook(foreign.headers, foreign.body)).toMatchObject({
    code: 'webhook-signature-invalid',
  })
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
  expect(await identify.receiveWebhook(headers, body)).toMatchObject({ kind: 'accepted' })
  expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-revoked')
  expect(await identify.receiveWebhook(headers, body)).toMatchObject({ code: 'webhook-replayed' })
})

test('22. roles in trusted_metadata are no roles: Stytch’s own are', async () => {
  await update({ trusted_metadata: { roles: ['stytch_admin'], role: 'stytch_admin' } })
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  expect(await who({ jwt }, { attributes: ['trusted_metadata'] })).toMatchObject({
    roles: ['stytch_member', 'editor'],
    attr: { trusted_metadata: { role: 'stytch_admin' } },
  })
})
