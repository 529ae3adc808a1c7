import {
  type AttributeName,
  noRole,
  organizationRolePrefix,
  type StytchOptions,
} from '@lockstitch/stytch'
import { defaultSeed, type Emulator, type Seed } from '@lockstitch/stytch-emulator'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRoleNames } from '../src/roles.ts'
import {
  acme,
  ada,
  claimsOf,
  identifyWith,
  maya,
  outcome,
  requestWith,
  type Stytch,
  sessionClaim,
  startStytch,
} from './fixtures.ts'

const noon = Date.UTC(2026, 0, 1, 12) / 1000
const project = defaultSeed.projects[0]
const seed: Seed = {
  projects: [
    {
      ...project,
      jwt: {
        template: {
          mail: '{{ member.email_address }}',
          dept: '{{ member.trusted_metadata.department }}',
        },
      },
      organizations: (project?.organizations ?? []).map((organization) => ({
        ...organization,
        trusted_metadata: { plan: 'gold' },
      })),
    },
  ],
}

let stytch: Stytch
beforeAll(async () => {
  stytch = await startStytch(seed)
})
afterEach(() => {
  vi.restoreAllMocks()
  stytch.emulator.reset()
})
afterAll(() => stytch.emulator.close())

/** Maya's principal, from a session JWT with some of its session's claims replaced. */
async function principalOf(
  options: Partial<StytchOptions> = {},
  change: { session?: object; claims?: object } = {},
): Promise<Awaited<ReturnType<typeof outcome>>> {
  const { session_jwt } = stytch.emulator.startSession(maya)
  const claims = claimsOf(session_jwt)
  const session = { ...(claims[sessionClaim] as object), ...change.session }
  const jwt = stytch.emulator.sign({ ...claims, ...change.claims, [sessionClaim]: session })
  return outcome(identifyWith(stytch, options), requestWith({ jwt }))
}

function countAuthentications(): () => number {
  const spy = vi.spyOn(stytch.client.sessions, 'authenticate')
  return () => spy.mock.calls.length
}

const roles = ['editor', 'viewer']

describe('the principal of a member', () => {
  test('has every attribute, null where it was not asked for', async () => {
    const { session_jwt: jwt, member_session_id } = stytch.emulator.startSession(maya)
    expect(await outcome(identifyWith(stytch), requestWith({ jwt }))).toEqual({
      id: maya,
      roles: ['stytch_member', 'editor'],
      scope: acme,
      attr: {
        kind: 'b2b_member',
        organization_id: acme,
        organization_slug: 'acme',
        auth: {
          methods: ['magic_link'],
          factors: [
            {
              type: 'magic_link',
              delivery_method: 'email',
              last_authenticated_at: '2026-01-01T12:00:00Z',
            },
          ],
          mfa: false,
          sso_connection_ids: [],
          last_authenticated_at: '2026-01-01T12:00:00Z',
        },
        session: {
          id: member_session_id,
          started_at: '2026-01-01T12:00:00Z',
          last_accessed_at: '2026-01-01T12:00:00Z',
          expires_at: '2026-01-01T13:00:00Z',
        },
        token: {
          source: 'session_jwt',
          verified: 'local',
          iat: noon,
          exp: noon + 300,
          age_seconds: 0,
        },
        impersonation: {
          active: false,
          impersonator_id: null,
          impersonator_email_address: null,
        },
        custom_claims: {},
        scopes: [],
        actor: null,
        email: null,
        email_verified: null,
        name: null,
        status: null,
        external_id: null,
        is_breakglass: null,
        mfa_enrolled: null,
        trusted_metadata: null,
        organization: { name: null, trusted_metadata: null },
      },
    })
  })

  test('is the same by session token, apart from where it came from', async () => {
    const { session_jwt: jwt, session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    const local = await outcome(identify, requestWith({ jwt }))
    const remote = await outcome(identify, requestWith({ token }))
    if (typeof local === 'string' || typeof remote === 'string') throw new Error('refused')
    expect(remote).toEqual({
      ...local,
      attr: {
        ...local.attr,
        token: {
          source: 'session_token',
          verified: 'remote',
          iat: noon,
          exp: null,
          age_seconds: 0,
        },
      },
    })
  })

  test('has the roles of the session, not those of the member', async () => {
    const saml = { roles: ['stytch_member', 'stytch_admin'] }
    expect(await principalOf({}, { session: saml })).toMatchObject({ roles: saml.roles })
  })

  // biome-ignore format: table
  test.each([
    ['a second factor', [factor('magic_link', 'email', '10:00'), factor('otp', 'sms', '11:00')], { methods: ['magic_link', 'otp'], mfa: true, last_authenticated_at: '2026-01-01T11:00:00Z' }],
    ['an authenticator app', [factor('totp', 'authenticator_app', '11:00'), factor('password', 'knowledge', '10:00')], { mfa: true, last_authenticated_at: '2026-01-01T11:00:00Z' }],
    ['two ways to sign in', [factor('magic_link', 'email', '10:00'), factor('oauth', 'oauth_google', '10:00')], { mfa: false }],
    ['an authenticator app alone', [factor('totp', 'authenticator_app', '11:00')], { mfa: false }],
    ['an SMS alone', [factor('otp', 'sms', '11:00')], { mfa: false }],
    ['SAML', [{ ...factor('sso', 'sso_saml', '10:00'), saml_sso_factor: { id: '1', provider_id: 'saml-connection-test-1', external_id: 'x' } }], { methods: ['sso'], sso_connection_ids: ['saml-connection-test-1'] }],
    ['OIDC', [{ ...factor('sso', 'sso_oidc', '10:00'), oidc_sso_factor: { id: '1', provider_id: 'oidc-connection-test-1', external_id: 'x' } }], { sso_connection_ids: ['oidc-connection-test-1'] }],
    ['no factor', [], { methods: [], mfa: false, last_authenticated_at: null }],
  ])('tells how they signed in: %s', async (_, factors, auth) => {
    const principal = await principalOf({}, { session: { authentication_factors: factors } })
    expect(principal).toMatchObject({ attr: { auth } })
  })

  // biome-ignore format: table
  test.each([
    ['by name', { impersonated_factor: { impersonator_id: 'support-1', impersonator_email_address: 'sue@support.test' } }, { active: true, impersonator_id: 'support-1', impersonator_email_address: 'sue@support.test' }],
    ['without a name', {}, { active: true, impersonator_id: '', impersonator_email_address: null }],
    ['with nonsense for a name', { impersonated_factor: 1 }, { active: true, impersonator_id: '', impersonator_email_address: null }],
  ])('tells who impersonates them %s', async (_, details, impersonation) => {
    const factors = [{ ...factor('impersonated', 'impersonation', '10:00'), ...details }]
    const principal = await principalOf({}, { session: { authentication_factors: factors } })
    expect(principal).toMatchObject({ attr: { impersonation } })
  })

  test('has the custom claims that were named, and no others', async () => {
    const claims = { plan: 'gold', secret: 1, constructor: 'c' }
    const principal = await principalOf(
      { customClaims: ['plan', 'absent', 'toString'] },
      { claims },
    )
    expect(principal).toMatchObject({
      attr: { custom_claims: { plan: 'gold', absent: null, toString: null } },
    })
    expect(JSON.stringify(principal)).not.toContain('secret')
  })

  test('can be changed in one place', async () => {
    const principal = await principalOf({
      mapPrincipal: ({ attr, ...rest }, session) => ({
        ...rest,
        attr: {
          ...attr,
          slug: session.kind === 'b2b_member' ? session.organizationSlug : null,
        },
      }),
    })
    expect(principal).toMatchObject({ id: maya, attr: { slug: 'acme', kind: 'b2b_member' } })
  })

  test.each([
    ['no id', { id: '' }],
    ['no roles', { roles: [] }],
    ['an empty role', { roles: [''] }],
    ['a role twice', { roles: ['a', 'a'] }],
  ])('cannot be changed to have %s', async (_, change) => {
    const mapPrincipal: StytchOptions['mapPrincipal'] = (principal) => ({ ...principal, ...change })
    expect(await principalOf({ mapPrincipal })).toBe('503 principal-invalid')
  })
})

describe('roles', () => {
  test("of the project's RBAC policy keep their names, those of an organization get a prefix", async () => {
    const session = { roles: ['editor', 'admin', 'superuser', 'stytch_member'] }
    expect(await principalOf({}, { session })).toMatchObject({
      roles: ['editor', 'org:admin', 'org:superuser', 'stytch_member'],
    })
  })

  test('none is a role of its own, because Cerbos refuses a principal without roles', async () => {
    expect(await principalOf({}, { session: { roles: [] } })).toMatchObject({ roles: [noRole] })
  })

  test('may be listed by the application, and Stytch is not asked', async () => {
    const policy = vi.spyOn(stytch.client.rbac, 'policy')
    const session = { roles: ['editor', 'viewer', 'stytch_admin'] }
    expect(await principalOf({ roles: ['viewer'] }, { session })).toMatchObject({
      roles: ['org:editor', 'viewer', 'stytch_admin'],
    })
    expect(policy).not.toHaveBeenCalled()
  })

  test('are fetched once, and again for a role that is not known, now and then', async () => {
    const policy = vi.spyOn(stytch.client.rbac, 'policy')
    const identify = identifyWith(stytch)
    const ask = async (role: string): Promise<unknown> => {
      const { session_jwt } = stytch.emulator.startSession(maya)
      const claims = claimsOf(session_jwt)
      const session = { ...(claims[sessionClaim] as object), roles: [role] }
      const jwt = stytch.emulator.sign({ ...claims, [sessionClaim]: session })
      const principal = await outcome(identify, requestWith({ jwt }))
      return typeof principal === 'string' ? principal : principal.roles[0]
    }
    expect(await Promise.all(['editor', 'editor', 'viewer'].map(ask))).toEqual([
      'editor',
      'editor',
      'viewer',
    ])
    expect(policy).toHaveBeenCalledTimes(1)
    expect(await ask('made-by-tenant')).toBe('org:made-by-tenant')
    expect(policy).toHaveBeenCalledTimes(1)
    stytch.emulator.clock.advance(31_000)
    expect(await ask('made-by-tenant')).toBe('org:made-by-tenant')
    expect(await ask('another')).toBe('org:another')
    expect(policy).toHaveBeenCalledTimes(2)
    stytch.emulator.clock.advance(31_000)
    policy.mockRejectedValue(new Error('down'))
    expect(await ask('made-by-tenant')).toBe('org:made-by-tenant')
    expect(await ask('editor')).toBe('editor')
  })

  test('that the project no longer has are free for organizations to take: they get the prefix', async () => {
    const identify = identifyWith(stytch)
    const { session_token: token } = stytch.emulator.startSession(maya)
    const rolesNow = async (): Promise<unknown> => {
      const principal = await outcome(identify, requestWith({ token }))
      return typeof principal === 'string' ? principal : principal.roles
    }
    expect(await rolesNow()).toContain('editor')
    const answer = await stytch.client.rbac.policy()
    const withoutEditor = structuredClone(answer)
    const left = withoutEditor.policy?.roles ?? []
    left.splice(
      left.findIndex(({ role_id }) => role_id === 'editor'),
      1,
    )
    vi.spyOn(stytch.client.rbac, 'policy').mockResolvedValue(withoutEditor)
    stytch.emulator.clock.advance(10 * 60_000)
    expect(await rolesNow()).toContain('org:editor')
  })

  test('that cannot be fetched are a 503: nobody is given a role by default', async () => {
    stytch.emulator.faults.add({ path: '/v1/b2b/rbac', status: 500 })
    expect(await principalOf({ deadline: 200, tries: 1 })).toBe('503 stytch-unavailable')
  })

  test('property: no name that an organization chooses becomes a role of the project', async () => {
    const name = fc.oneof(
      fc.constantFrom('editor', noRole, 'org:x', 'org:org:x', 'x'),
      fc.string({ minLength: 1 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name), fc.uniqueArray(name), async (ofProject, ofSession) => {
        const names = createRoleNames({
          roles: ofProject,
          client: stytch.client,
          limits: { deadline: 1, tries: 1 },
          clock: () => 0,
        })
        const named = await names.name(ofSession, acme)
        expect(named.length).toBeGreaterThan(0)
        expect(new Set(named).size).toBe(named.length)
        const plain = named.filter((role) => !role.startsWith(organizationRolePrefix))
        const known = new Set([...ofProject, 'stytch_member', 'stytch_admin'])
        if (ofSession.length === 0) expect(named).toEqual([noRole])
        else for (const role of plain) expect(known.has(role) && role !== noRole).toBe(true)
      }),
    )
  })
})

describe('attributes that a session JWT does not carry', () => {
  test('come from Stytch when they are asked for, one call a session', async () => {
    const count = countAuthentications()
    const identify = identifyWith(stytch, {
      roles,
      attributes: [
        'email',
        'email_verified',
        'name',
        'status',
        'is_breakglass',
        'trusted_metadata.department',
        'organization.name',
        'organization.trusted_metadata',
      ],
    })
    const { session_jwt, session_token: token } = stytch.emulator.startSession(maya)
    const request = requestWith({ jwt: session_jwt, token })
    expect(await outcome(identify, request)).toMatchObject({
      attr: {
        email: 'maya@acme.test',
        email_verified: true,
        name: 'Maya Editor',
        status: 'active',
        is_breakglass: false,
        trusted_metadata: { department: 'finance' },
        organization: { name: 'Acme', trusted_metadata: { plan: 'gold' } },
        external_id: null,
      },
    })
    await Promise.all([1, 2, 3].map(() => outcome(identify, request)))
    const { session_jwt: younger } = await stytch.client.sessions.authenticate({
      session_token: token,
    })
    stytch.emulator.clock.advance(1000)
    await outcome(identify, requestWith({ jwt: younger, token }))
    expect(count()).toBe(2)
    stytch.emulator.clock.advance(300_000)
    await outcome(identify, request)
    expect(count()).toBe(3)
  })

  test('come from the claim of a JWT template without a call', async () => {
    const count = countAuthentications()
    const attributes = [
      { name: 'email', claim: 'mail' },
      { name: 'trusted_metadata.department', claim: 'dept' },
    ] as const
    expect(await principalOf({ attributes, roles })).toMatchObject({
      attr: {
        email: 'maya@acme.test',
        trusted_metadata: { department: 'finance' },
        token: { verified: 'local' },
      },
    })
    expect(count()).toBe(0)
    const withoutClaim = { claims: { mail: undefined } }
    expect(await principalOf({ attributes, roles }, withoutClaim)).toMatchObject({
      attr: { email: 'maya@acme.test', token: { verified: 'remote' } },
    })
    expect(count()).toBe(1)
  })

  // biome-ignore format: table
  test.each<[string, Partial<StytchOptions>, (emulator: Emulator) => void]>([
    ['Stytch is down', { attributes: ['email'] }, ({ faults }) => faults.add({ path: '/v1/b2b/sessions/authenticate', status: 500 })],
    ['the member has none', { attributes: ['trusted_metadata.region'] }, () => {}],
    ['Stytch may not be asked', { attributes: ['email'], remote: false }, () => {}],
    ['the claim is not there and Stytch may not be asked', { attributes: [{ name: 'email', claim: 'absent' }], remote: false }, () => {}],
    ['it is untrusted and Stytch may not be asked', { untrusted: ['theme'], remote: false }, () => {}],
    ['the claim is named like a method', { attributes: [{ name: 'email', claim: 'constructor' }], remote: false }, () => {}],
  ])('are a 503 and never null when %s', async (_, options, arrange) => {
    arrange(stytch.emulator)
    expect(await principalOf({ deadline: 300, tries: 1, roles, ...options })).toMatch(
      /^503 (stytch|attribute)-unavailable$/,
    )
  })

  test('are null where the member has none and they are optional', async () => {
    const attributes = [
      { name: 'trusted_metadata.region', optional: true },
      'trusted_metadata.department',
    ] as const
    expect(await principalOf({ attributes, roles })).toMatchObject({
      attr: { trusted_metadata: { region: null, department: 'finance' } },
    })
  })

  test('are not older than maxAttributeAge although the session may be', async () => {
    const count = countAuthentications()
    const { session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { roles, attributes: ['email'], maxAttributeAge: 10 })
    await outcome(identify, requestWith({ token }))
    stytch.emulator.clock.advance(11_000)
    await outcome(identify, requestWith({ token }))
    expect(count()).toBe(2)
  })

  test.each(['e-mail', 'trusted_metadata.', 'untrusted_metadata.x', 'constructor', ''])(
    'have names: `%s` is not one',
    (name) => {
      const attributes = [name as AttributeName]
      expect(() => identifyWith(stytch, { attributes })).toThrow(`got \`${name}\``)
    },
  )
})

describe('untrusted metadata', () => {
  const metadata = { admin: true, theme: 'dark', roles: ['stytch_admin'] }
  const write = (): Promise<unknown> =>
    stytch.client.organizations.members.update({
      organization_id: acme,
      member_id: maya,
      untrusted_metadata: metadata,
    })

  test('never enters, even when everything else is asked for', async () => {
    await write()
    const principal = await principalOf({
      roles,
      attributes: ['email', 'name', 'status', 'trusted_metadata', 'organization.trusted_metadata'],
    })
    expect(principal).toMatchObject({ attr: { email: 'maya@acme.test' } })
    expect(JSON.stringify(principal)).not.toMatch(/untrusted|dark|admin/)
  })

  test('enters field by field, under `untrusted` only', async () => {
    await write()
    const principal = await principalOf({ roles, untrusted: ['theme', 'absent', 'constructor'] })
    expect(principal).toMatchObject({
      attr: {
        untrusted: { theme: 'dark', absent: null, constructor: null },
        trusted_metadata: null,
      },
    })
    expect(JSON.stringify(principal)).not.toContain('admin')
  })
})

test('two members are two principals', async () => {
  const identify = identifyWith(stytch)
  const ids = await Promise.all(
    [maya, ada].map(async (id) => {
      const { session_jwt: jwt } = stytch.emulator.startSession(id)
      return outcome(identify, requestWith({ jwt }))
    }),
  )
  expect(ids).toMatchObject([{ id: maya }, { id: ada, roles: ['stytch_member', 'stytch_admin'] }])
})

function factor(type: string, delivery_method: string, time: string): object {
  return { type, delivery_method, last_authenticated_at: `2026-01-01T${time}:00Z` }
}
