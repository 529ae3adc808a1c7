import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import { samlResponse } from '../src/idp/saml-response.ts'
import { testCertificate } from '../src/idp/test-key.ts'
import { fill, landing, open, post } from './browser.ts'
import { acmeId, adaId, appUrl, errorType, globexId, mayaId, useEmulator } from './support.ts'

const used = useEmulator()
const welcomeUrl = 'http://127.0.0.1:4000/welcome'

type Parameters = Readonly<Record<string, string | undefined>>

const idp = (path: string) => `${used.emulator.url}/__emulator/idp${path}`

/** A connection to the emulator's own identity provider. */
async function oidcConnection(fields: object = {}) {
  const { oidc } = used.stytch.sso
  const { connection } = await oidc.createConnection({ organization_id: acmeId })
  const updated = await oidc.updateConnection({
    organization_id: acmeId,
    connection_id: connection?.connection_id ?? '',
    issuer: idp(''),
    client_id: 'acme',
    client_secret: 'secret-test-idp',
    ...fields,
  })
  return updated.connection?.connection_id ?? ''
}

async function samlConnection(fields: object = {}) {
  const { saml } = used.stytch.sso
  const created = await saml.createConnection({
    organization_id: acmeId,
    display_name: 'Acme’s own',
    identity_provider: 'okta',
  })
  const connection_id = created.connection?.connection_id ?? ''
  const reference = { organization_id: acmeId, connection_id }
  await saml.updateByURL({ ...reference, metadata_url: idp('/saml/metadata') })
  await saml.updateConnection({
    ...reference,
    attribute_mapping: {
      email: 'NameID',
      first_name: 'firstName',
      last_name: 'lastName',
      groups: 'groups',
    },
    ...fields,
  })
  return connection_id
}

/** Starts at the start page; says where the identity provider is asked. */
async function ask(connection_id: string, parameters: Parameters = {}) {
  return await open(used.emulator, '/v1/public/sso/start', {
    public_token: used.emulator.project.publicToken,
    connection_id,
    login_redirect_url: appUrl,
    user: 'maya@acme.test',
    ...parameters,
  })
}

/** All the way from the start page to the application. */
async function visit(connection_id: string, parameters: Parameters = {}) {
  const { emulator } = used
  let page = await ask(connection_id, parameters)
  for (let hops = 0; hops < 3; hops += 1) {
    const location = page.headers.get('location')
    if (location?.startsWith(emulator.url)) page = await open(emulator, location)
    else if (page.headers.get('content-type')?.includes('html')) page = await post(await fill(page))
    else break
  }
  return await landing(Promise.resolve(page))
}

async function signIn(connection_id: string, parameters: Parameters = {}) {
  const { token } = await visit(connection_id, parameters)
  return await used.stytch.sso.authenticate({ sso_token: token })
}

/** What the identity provider would post, and the form around it. */
async function samlForm(connection_id: string, parameters: Parameters = {}) {
  const asked = await ask(connection_id, parameters)
  return await fill(await open(used.emulator, asked.headers.get('location') ?? ''))
}

test('a connection that was deleted since signs nobody in', async () => {
  const connection_id = await oidcConnection()
  const { token } = await visit(connection_id)
  await used.stytch.sso.deleteConnection({ organization_id: acmeId, connection_id })
  expect(await errorType(used.stytch.sso.authenticate({ sso_token: token }))).toBe(
    'sso_connection_not_found',
  )
})

test('an organization’s identity provider discloses nothing of another organization', async () => {
  const { discovery, organizations } = used.stytch
  // Maya is a member of Globex, and this one would admit her.
  await organizations.create({
    organization_name: 'Open',
    organization_slug: 'open',
    email_jit_provisioning: 'RESTRICTED',
    email_allowed_domains: ['acme.test'],
  })
  const { session_token } = await signIn(await oidcConnection())
  const list = await discovery.organizations.list({ session_token })
  const shown = list.discovered_organizations.map(({ organization }) => organization)
  expect(shown.map((one) => one?.organization_id)).toEqual([acmeId])
})

describe('connections', () => {
  test('are pending until they have what it takes, and are listed', async () => {
    const { sso, organizations } = used.stytch
    const { connection } = await sso.saml.createConnection({ organization_id: acmeId })
    expect(connection).toMatchObject({ status: 'pending', identity_provider: 'generic' })
    const samlId = await samlConnection()
    const oidcId = await oidcConnection()
    const list = await sso.getConnections({ organization_id: acmeId })
    expect(list.saml_connections.map((one) => one.status)).toEqual(['pending', 'active'])
    expect(list.oidc_connections).toMatchObject([{ connection_id: oidcId, status: 'active' }])
    const { organization } = await organizations.get({ organization_id: acmeId })
    expect(organization.sso_active_connections.map((one) => one.connection_id)).toEqual([
      samlId,
      oidcId,
    ])
    const found = await organizations.search({
      query: {
        operator: 'AND',
        operands: [{ filter_name: 'has_active_sso_connection', filter_value: true }],
      },
    })
    expect(found.organizations.map((one) => one.organization_id)).toEqual([acmeId])
  })

  test('take the endpoints of an issuer from its metadata, and say when there are none', async () => {
    const { oidc } = used.stytch.sso
    const connection_id = await oidcConnection()
    const reference = { organization_id: acmeId, connection_id }
    const { connection, warning } = await oidc.updateConnection({
      ...reference,
      issuer: `${used.emulator.url}/nobody`,
    })
    expect(connection).toMatchObject({
      token_url: idp('/token'),
      issuer: `${used.emulator.url}/nobody`,
    })
    expect(warning).toContain('could not be retrieved')
    expect(await errorType(oidc.updateConnection({ ...reference, issuer: 'nowhere' }))).toBe(
      'oidc_connection_issuer_url_invalid_format',
    )
  })

  // biome-ignore format: table
  test.each([
    ['a role that does not exist', { saml_connection_implicit_role_assignments: [{ role_id: 'nobody' }] }, 'invalid_rbac_role_assignment'],
    ['roles of groups without a mapping of groups', { saml_group_implicit_role_assignments: [{ role_id: 'editor', group: 'g' }], attribute_mapping: { email: 'NameID', full_name: 'n' } }, 'saml_connection_attribute_mapping_missing_groups_key'],
    ['a mapping without an address', { attribute_mapping: { full_name: 'n' } }, 'saml_connection_email_mapping_required'],
    ['a mapping without a name', { attribute_mapping: { email: 'e' } }, 'saml_connection_name_mapping_required'],
    ['a mapping with attributes of its own', { attribute_mapping: { email: { a: 'e' } } }, 'saml_connection_no_nested_keys_in_attribute_mapping'],
    ['a URL that is none', { idp_sso_url: 'nowhere' }, 'saml_connection_idp_sso_url_invalid_format'],
    ['an identity provider that does not exist', { identity_provider: 'nobody' }, 'invalid_sso_idp'],
    ['a certificate that is none', { x509_certificate: 'x' }, 'bad_request'],
  ])('of SAML refuse %s', async (_rule, fields, expected) => {
    expect(await errorType(samlConnection(fields))).toBe(expected)
  })

  test('metadata must be there and be metadata', async () => {
    const reference = { organization_id: acmeId, connection_id: await samlConnection() }
    const update = (metadata_url: string) =>
      errorType(used.stytch.sso.saml.updateByURL({ ...reference, metadata_url }))
    expect(await update('nowhere')).toBe('invalid_saml_metadata_url')
    expect(await update(idp('/nowhere'))).toBe('invalid_saml_metadata_url')
    expect(await update(idp('/jwks'))).toBe('invalid_xml_from_saml_metadata_url')
  })

  test('keep one certificate at least', async () => {
    const { saml } = used.stytch.sso
    const reference = { organization_id: acmeId, connection_id: await samlConnection() }
    const { connection } = await saml.updateConnection({
      ...reference,
      x509_certificate: testCertificate,
    })
    const [certificate, ...others] = connection?.verification_certificates ?? []
    expect(others).toEqual([])
    const remove = (certificate_id: string) =>
      errorType(saml.deleteVerificationCertificate({ ...reference, certificate_id }))
    expect(await remove(certificate?.certificate_id ?? '')).toBe(
      'cannot_delete_last_sso_verification_key',
    )
    expect(await remove('nobody')).toBe('sso_verification_key_not_found')
  })

  test('can do without their encryption keys', async () => {
    const { saml } = used.stytch.sso
    const reference = { organization_id: acmeId, connection_id: await samlConnection() }
    const { connection } = await saml.updateConnection({
      ...reference,
      saml_encryption_private_key: 'a key',
    })
    const private_key_id = connection?.encryption_private_keys[0]?.private_key_id ?? ''
    const remove = () => saml.deleteEncryptionPrivateKey({ ...reference, private_key_id })
    expect(await remove()).toMatchObject({ private_key_id })
    expect(await errorType(remove())).toBe('sso_encryption_private_key_not_found')
  })

  test('are gone when they are deleted, unless one is the default', async () => {
    const { sso, organizations } = used.stytch
    const reference = { organization_id: acmeId, connection_id: await oidcConnection() }
    const setDefault = (sso_default_connection_id: string) =>
      organizations.update({ organization_id: acmeId, sso_default_connection_id })
    await setDefault(reference.connection_id)
    expect(await errorType(sso.deleteConnection(reference))).toBe(
      'cannot_delete_default_sso_connection',
    )
    await setDefault('')
    await sso.deleteConnection(reference)
    expect(await errorType(sso.deleteConnection(reference))).toBe('sso_connection_not_found')
    expect(await errorType(setDefault('nobody'))).toBe('invalid_sso_default_connection_id')
  })

  test('are managed by members with the permission, of their own organization', async () => {
    const { sso } = used.stytch
    const as = (memberId: string) => ({
      authorization: { session_token: used.emulator.startSession(memberId).session_token },
    })
    await sso.oidc.createConnection({ organization_id: acmeId }, as(adaId))
    expect(
      await errorType(sso.oidc.createConnection({ organization_id: acmeId }, as(mayaId))),
    ).toBe('session_authorization_error')
    expect(
      await errorType(sso.oidc.createConnection({ organization_id: globexId }, as(adaId))),
    ).toBe('session_authorization_tenancy_error')
  })
})

describe('the start page', () => {
  // biome-ignore format: table
  test.each([
    ['no connection', { connection_id: undefined }, 'missing_sso_connection_locator'],
    ['two of them', { organization_id: acmeId }, 'too_many_sso_connection_locators'],
    ['one that does not exist', { connection_id: 'nobody' }, 'sso_connection_not_found'],
    ['an organization without one', { connection_id: undefined, organization_id: globexId }, 'no_sso_connection_exists_for_organization'],
    ['a URL that is none', { login_redirect_url: 'nowhere' }, 'invalid_login_sso_url'],
    ['a URL elsewhere', { login_redirect_url: 'https://elsewhere.example/' }, 'no_match_for_provided_sso_url'],
  ])('refuses %s', async (_rule, parameters: Parameters, expected) => {
    const connectionId = await oidcConnection()
    expect((await landing(ask(connectionId, parameters))).type).toBe(expected)
  })

  test('takes the organization’s one connection, or its default', async () => {
    const parameters = { connection_id: undefined, slug: 'acme' }
    const first = await oidcConnection()
    expect((await visit('', parameters)).type).toBe('sso')
    await oidcConnection()
    expect((await landing(ask('', parameters))).type).toBe(
      'indeterminate_sso_connection_for_organization',
    )
    await used.stytch.organizations.update({
      organization_id: acmeId,
      sso_default_connection_id: first,
    })
    expect((await visit('', parameters)).type).toBe('sso')
  })

  test('the identity provider asks who it is where nobody was chosen', async () => {
    const page = await ask(await oidcConnection(), { user: undefined })
    const text = await (await open(used.emulator, page.headers.get('location') ?? '')).text()
    expect(text).toContain('ada@acme.test')
  })
})

describe.each([
  ['OpenID Connect', oidcConnection, 'sso_oidc', 'oidc_sso_factor'],
  ['SAML', samlConnection, 'sso_saml', 'saml_sso_factor'],
] as const)('signing in with %s', (_protocol, connect, delivery_method, detail) => {
  test('makes a session with the connection as its factor, and a registration', async () => {
    const connection_id = await connect()
    const answer = await signIn(connection_id, { name: 'Maya Moss' })
    const [registration] = answer.member.sso_registrations
    expect(answer).toMatchObject({
      member_id: mayaId,
      member_authenticated: true,
      reset_session: false,
      member: { name: 'Maya Moss' },
    })
    expect(registration).toMatchObject({ connection_id })
    expect(answer.member_session?.authentication_factors).toMatchObject([
      {
        type: 'sso',
        delivery_method,
        [detail]: { provider_id: connection_id, external_id: registration?.external_id },
      },
    ])
    const again = await signIn(connection_id)
    expect(again.member.sso_registrations).toHaveLength(1)
  })

  test('makes members as the organization admits them', async () => {
    const connection_id = await connect()
    const { member } = await signIn(connection_id, { user: 'new@anywhere.test', name: 'New One' })
    expect(member).toMatchObject({ status: 'active', name: 'New One' })
    const { organizations } = used.stytch
    await organizations.update({
      organization_id: acmeId,
      sso_jit_provisioning: 'RESTRICTED',
      sso_jit_provisioning_allowed_connections: [],
    })
    const other = { user: 'other@anywhere.test', signup_redirect_url: welcomeUrl }
    expect((await visit(connection_id, other)).type).toBe('invalid_connection_for_jit_provisioning')
    await organizations.update({
      organization_id: acmeId,
      sso_jit_provisioning_allowed_connections: [connection_id],
    })
    expect((await visit(connection_id, other)).path).toBe(welcomeUrl)
  })

  test('a token works once, for whoever began', async () => {
    const { sso } = used.stytch
    const connection_id = await connect()
    const verifier = 'v'.repeat(43)
    const pkce_code_challenge = createHash('sha256').update(verifier).digest('base64url')
    const { token: sso_token } = await visit(connection_id, { pkce_code_challenge })
    expect(await errorType(sso.authenticate({ sso_token }))).toBe('pkce_expected_code_verifier')
    await sso.authenticate({ sso_token, pkce_code_verifier: verifier })
    expect(await errorType(sso.authenticate({ sso_token, pkce_code_verifier: verifier }))).toBe(
      'sso_token_not_found',
    )
  })

  test('counts in its own organization only', async () => {
    const { session_token } = await signIn(await connect())
    const exchange = used.stytch.sessions.exchange({ session_token, organization_id: globexId })
    expect(await errorType(exchange)).toBe('insufficient_factors_for_session_exchange')
  })

  test('serves another organization through an external connection', async () => {
    const connection_id = await connect()
    const { external } = used.stytch.sso
    const order = {
      organization_id: globexId,
      external_organization_id: acmeId,
      external_connection_id: connection_id,
    }
    const { connection } = await external.createConnection(order)
    expect(await errorType(external.createConnection(order))).toBe(
      'duplicate_external_sso_connection',
    )
    const answer = await signIn(connection?.connection_id ?? '')
    expect(answer.organization.organization_id).toBe(globexId)
  })
})

describe('with OpenID Connect', () => {
  test('a wrong client secret is refused', async () => {
    const connection_id = await oidcConnection({ client_secret: 'secret-test-wrong' })
    expect((await visit(connection_id)).type).toBe('oidc_auth_code_error')
  })

  test('an ID token of another issuer is refused', async () => {
    const connection_id = await oidcConnection()
    await used.stytch.sso.oidc.updateConnection({
      organization_id: acmeId,
      connection_id,
      issuer: 'http://127.0.0.1:1/elsewhere',
    })
    expect((await visit(connection_id)).type).toBe('oidc_auth_code_error')
  })

  test('an answer that nobody asked for, or that comes twice, is refused', async () => {
    const { emulator } = used
    const connection_id = await oidcConnection()
    const atIdp = await ask(connection_id)
    const back = await open(emulator, atIdp.headers.get('location') ?? '')
    const callback = back.headers.get('location') ?? ''
    expect((await landing(open(emulator, callback))).type).toBe('sso')
    expect((await landing(open(emulator, callback))).type).toBe('unsolicited_oidc_response')
    const stateless = callback.replace(/state=[^&]*/, 'x=')
    expect((await landing(open(emulator, stateless))).type).toBe('missing_oidc_state_param')
  })

  test('an address that the identity provider has not verified is refused', async () => {
    const connection_id = await oidcConnection()
    const { type } = await visit(connection_id, { email_verified: 'false' })
    expect(type).toBe('oidc_response_unverified_email')
  })
})

describe('with SAML', () => {
  test('roles of the connection and of groups hold in its sessions only', async () => {
    const connection_id = await samlConnection({
      saml_connection_implicit_role_assignments: [{ role_id: 'owner' }],
      saml_group_implicit_role_assignments: [{ role_id: 'stytch_admin', group: 'admins' }],
    })
    const { member, member_session, session_token } = await signIn(connection_id, {
      groups: 'admins,staff',
    })
    expect(member_session?.roles.toSorted()).toEqual([
      'editor',
      'owner',
      'stytch_admin',
      'stytch_member',
    ])
    expect(member.roles.find((role) => role.role_id === 'stytch_admin')?.sources).toEqual([
      { type: 'sso_connection_group', details: { connection_id, group: 'admins' } },
    ])
    const check = { organization_id: acmeId, resource_id: 'stytch.member', action: 'create' }
    const { verdict } = await used.stytch.sessions.authenticate({
      session_token,
      authorization_check: check,
    })
    expect(verdict?.granting_roles).toEqual(['stytch_admin'])
    const other = used.emulator.startSession(mayaId).session_token
    const denied = used.stytch.sessions.authenticate({
      session_token: other,
      authorization_check: check,
    })
    expect(await errorType(denied)).toBe('session_authorization_error')
    const later = await signIn(connection_id, { groups: 'staff' })
    expect(later.member_session?.roles).not.toContain('stytch_admin')
  })

  test('a response that was tampered with is refused', async () => {
    const form = await samlForm(await samlConnection())
    const xml = Buffer.from(form.fields.SAMLResponse ?? '', 'base64').toString()
    const send = (changed: string) =>
      landing(
        post({
          ...form,
          fields: { ...form.fields, SAMLResponse: Buffer.from(changed).toString('base64') },
        }),
      )
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? ''
    const evil = assertion
      .replaceAll('maya@acme.test', 'ada@acme.test')
      .replace(/<Signature[\s\S]*<\/Signature>/, '')
      .replace(/ID="[^"]*"/, 'ID="_evil"')
    expect((await send(xml.replaceAll('maya@acme.test', 'ada@acme.test'))).type).toBe(
      'invalid_signature_saml_response',
    )
    expect((await send(xml.replace(/<Signature[\s\S]*<\/Signature>/, ''))).type).toBe(
      'missing_signature_saml_response',
    )
    // The signed assertion is there, but beside or inside one that says otherwise.
    expect((await send(xml.replace(assertion, `${evil}${assertion}`))).type).toBe(
      'invalid_signature_saml_response',
    )
    const wrapped = evil.replace(
      '</saml:Assertion>',
      `<saml:Advice>${assertion}</saml:Advice></saml:Assertion>`,
    )
    expect((await send(xml.replace(assertion, wrapped))).type).toBe(
      'invalid_signature_saml_response',
    )
    const extended = xml.replace(
      assertion,
      `<samlp:Extensions>${assertion}</samlp:Extensions>${evil}`,
    )
    expect((await send(extended)).type).toBe('invalid_signature_saml_response')
    expect((await send('no XML')).type).toBe('missing_signature_saml_response')
    expect((await send(xml)).type).toBe('sso')
  })

  test('a comment in a name does not shorten it', async () => {
    const connection_id = await samlConnection()
    const form = await samlForm(connection_id, { user: 'maya@acme.test.evil.test' })
    const xml = Buffer.from(form.fields.SAMLResponse ?? '', 'base64').toString()
    const changed = xml.replaceAll('maya@acme.test.evil.test', 'maya@acme.test<!-- -->.evil.test')
    const page = post({
      ...form,
      fields: { ...form.fields, SAMLResponse: Buffer.from(changed).toString('base64') },
    })
    const { token } = await landing(page)
    const { member } = await used.stytch.sso.authenticate({ sso_token: token })
    expect(member.email_address).toBe('maya@acme.test.evil.test')
  })

  /** Signed by the right key, and still not for us. */
  async function forged(connection_id: string, change: object) {
    const { emulator } = used
    const acsUrl = `${emulator.url}/v1/b2b/sso/callback/${connection_id}`
    const xml = await samlResponse({
      identity: {
        email_address: 'maya@acme.test',
        email_verified: true,
        name: 'Maya',
        subject: 's',
        tenants: [],
        groups: [],
      },
      entityId: idp('/saml/metadata'),
      acsUrl,
      audience: acsUrl,
      id: 'forged',
      clock: emulator.clock,
      ...change,
    })
    const fields = { SAMLResponse: Buffer.from(xml).toString('base64') }
    return (await landing(post({ action: acsUrl, fields }))).type
  }

  test('a response for someone else, of someone else or of no request is refused', async () => {
    const id = await samlConnection()
    expect(await forged(id, { audience: 'https://elsewhere.example' })).toBe(
      'invalid_audience_saml_response',
    )
    expect(await forged(id, { acsUrl: 'https://elsewhere.example' })).toBe('invalid_saml_response')
    expect(await forged(id, { entityId: 'https://elsewhere.example' })).toBe(
      'invalid_saml_response',
    )
    expect(await forged(id, { inResponseTo: '_nothing' })).toBe('unsolicited_saml_response')
  })

  test('a response holds for a while, and once', async () => {
    const { emulator } = used
    const connection_id = await samlConnection()
    const late = await samlForm(connection_id)
    emulator.clock.advance(6 * 60_000)
    expect((await landing(post(late))).type).toBe('expired_saml_response')
    const early = await samlForm(connection_id)
    emulator.clock.advance(-60_000)
    expect((await landing(post(early))).type).toBe('not_yet_valid_saml_response')
    emulator.clock.reset()
    const form = await samlForm(connection_id)
    expect((await landing(post(form))).type).toBe('sso')
    expect((await landing(post(form))).type).toBe('duplicate_saml_response')
  })

  test('the identity provider may begin, unless the connection says no', async () => {
    const connection_id = await samlConnection()
    const acs_url = `${used.emulator.url}/v1/b2b/sso/callback/${connection_id}`
    const begin = async () =>
      await landing(
        post(
          await fill(await open(used.emulator, idp('/saml'), { acs_url, user: 'maya@acme.test' })),
        ),
      )
    // The test project has no page that such logins land on.
    expect((await begin()).type).toBe('no_default_login_redirect_url_set')
    await used.stytch.sso.saml.updateConnection({
      organization_id: acmeId,
      connection_id,
      idp_initiated_auth_disabled: true,
    })
    expect((await begin()).type).toBe('saml_idp_initiated_auth_disabled')
  })

  test('the test identity provider serves nobody else', async () => {
    const page = open(used.emulator, idp('/saml'), { acs_url: 'https://elsewhere.example/' })
    expect((await landing(page)).type).toBe('bad_request')
  })
})
