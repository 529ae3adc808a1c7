import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'

import { acmeId, consumerSdk, errorType, mayaId, seed, useEmulator } from './support.ts'

const used = useEmulator()
const maya = { organization_id: acmeId, member_id: mayaId }
const redirect_uri = 'http://127.0.0.1:5000/callback'
const verifier = 'v'.repeat(43)
const code_challenge = createHash('sha256').update(verifier).digest('base64url')

async function connect(fields: object = {}) {
  const { connected_app } = await used.stytch.connectedApp.clients.create({
    client_type: 'third_party',
    redirect_urls: [redirect_uri],
    full_access_allowed: true,
    ...fields,
  })
  return { client_id: connected_app.client_id, client_secret: connected_app.client_secret ?? '' }
}

async function authorize(client_id: string, scopes: string[], more: object = {}) {
  const { authorization_code } = await used.stytch.idp.oauth.authorize({
    ...maya,
    client_id,
    redirect_uri,
    response_type: 'code',
    scopes,
    consent_granted: true,
    ...more,
  })
  return authorization_code ?? ''
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly error: string
}

async function askForTokens(
  fields: Readonly<Record<string, string>>,
  init: RequestInit = {},
): Promise<Tokens> {
  const { url, project } = used.emulator
  const answer = await fetch(`${url}/v1/public/${project.projectId}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ redirect_uri, grant_type: 'authorization_code', ...fields }),
    ...init,
  })
  return (await answer.json()) as Tokens
}

describe('a connected app', () => {
  test('trades a code once, for itself and for the same redirect', async () => {
    const app = await connect()
    const other = await connect()
    for (const wrong of [
      { ...app, redirect_uri: 'http://127.0.0.1:5000/elsewhere' },
      { ...other },
      { ...app, code_verifier: verifier },
    ]) {
      const code = await authorize(app.client_id, ['email'])
      expect((await askForTokens({ ...wrong, code })).error).toBe('invalid_grant')
      expect((await askForTokens({ ...app, code })).error).toBe('invalid_grant')
    }
    const code = await authorize(app.client_id, ['email'])
    const wrongSecret = { ...app, client_secret: 'wrong', code }
    expect((await askForTokens(wrongSecret)).error).toBe('invalid_client')
    expect((await askForTokens({ ...app, code })).access_token).toBeTruthy()
  })

  test('without a secret proves that it began', async () => {
    const { client_id } = await connect({ client_type: 'third_party_public' })
    await expect(authorize(client_id, ['email'])).rejects.toThrow('code_challenge')
    const code = await authorize(client_id, ['email'], { code_challenge })
    expect((await askForTokens({ client_id, code })).error).toBe('invalid_grant')
    const again = await authorize(client_id, ['email'], { code_challenge })
    const tokens = await askForTokens({ client_id, code: again, code_verifier: verifier })
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: mayaId,
      client_id,
      scope: 'email',
      'https://stytch.com/organization': { organization_id: acmeId },
    })
  })

  test('may send its credentials in a header and its body as JSON', async () => {
    const { client_id, client_secret } = await connect()
    const code = await authorize(client_id, ['openid'])
    const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64')
    const { id_token } = await askForTokens(
      {},
      {
        headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
        body: JSON.stringify({ grant_type: 'authorization_code', code, redirect_uri }),
      },
    )
    expect(decodeJwt(id_token)).toMatchObject({ sub: mayaId, aud: [client_id] })
  })

  test('refreshes with a token that works once, until the member takes the consent back', async () => {
    const app = await connect()
    const code = await authorize(app.client_id, ['offline_access'])
    const refresh = async (refresh_token: string) =>
      await askForTokens({ ...app, grant_type: 'refresh_token', refresh_token })
    const first = await askForTokens({ ...app, code })
    const second = await refresh(first.refresh_token)
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant')
    await used.stytch.organizations.members.connectedApps.revoke({
      ...maya,
      connected_app_id: app.client_id,
    })
    expect((await refresh(second.refresh_token)).error).toBe('invalid_grant')
  })

  test('gets less when it refreshes where less can be granted, and nothing where nothing can', async () => {
    const { connectedApp, organizations } = used.stytch
    const app = await connect()
    const code = await authorize(app.client_id, ['offline_access', 'full_access'])
    const first = await askForTokens({ ...app, code })
    expect(decodeJwt(first.access_token).scope).toBe('offline_access full_access')
    const { client_id } = app
    await connectedApp.clients.update({ client_id, full_access_allowed: false })
    const refresh = { ...app, grant_type: 'refresh_token' }
    const second = await askForTokens({ ...refresh, refresh_token: first.refresh_token })
    expect(decodeJwt(second.access_token).scope).toBe('offline_access')
    await organizations.update({
      organization_id: acmeId,
      third_party_connected_apps_allowed_type: 'NOT_ALLOWED',
    })
    const third = await askForTokens({ ...refresh, refresh_token: second.refresh_token })
    expect(third.error).toBe('invalid_grant')
  })

  test('a code does not outlive what its member may do', async () => {
    const app = await connect()
    const code = await authorize(app.client_id, ['full_access'])
    const { client_id } = app
    await used.stytch.connectedApp.clients.update({ client_id, full_access_allowed: false })
    expect((await askForTokens({ ...app, code })).error).toBe('invalid_grant')
  })

  test('a member’s access token is not used up by asking for a user’s session with it', async () => {
    const app = await connect()
    const code = await authorize(app.client_id, ['full_access'])
    const { access_token } = await askForTokens({ ...app, code })
    const asUser = consumerSdk(used.emulator).sessions.exchangeAccessToken({ access_token })
    expect(await errorType(asUser)).toBe('oauth_access_token_exchange_token_invalid_grant')
    const answer = await used.stytch.sessions.exchangeAccessToken({ access_token })
    expect(answer.member_id).toBe(mayaId)
  })

  test('gets no more of a policy’s scopes than the member has, and no scope that there is not', async () => {
    const { client_id } = await connect({ full_access_allowed: false })
    const request = { ...maya, client_id, redirect_uri, response_type: 'code' }
    const { scope_results } = await used.stytch.idp.oauth.authorizeStart({
      ...request,
      scopes: ['openid', 'full_access'],
    })
    expect(scope_results.map((one) => one.is_grantable)).toEqual([true, false])
    const unknown = used.stytch.idp.oauth.authorizeStart({ ...request, scopes: ['fly'] })
    expect(await errorType(unknown)).toBe('oauth_invalid_scope_requested')
  })

  test('works where the organization allows it', async () => {
    const { client_id } = await connect()
    await used.stytch.organizations.update({
      organization_id: acmeId,
      third_party_connected_apps_allowed_type: 'NOT_ALLOWED',
    })
    expect(await errorType(authorize(client_id, ['openid']))).toBe(
      'connected_app_not_allowed_for_org',
    )
  })

  test('exchanges a token with full access for a session, once and soon', async () => {
    const app = await connect()
    const token = async () =>
      (await askForTokens({ ...app, code: await authorize(app.client_id, ['full_access']) }))
        .access_token
    const { sessions } = used.stytch
    const access_token = await token()
    await sessions.exchangeAccessToken({ access_token })
    expect(await errorType(sessions.exchangeAccessToken({ access_token }))).toBe(
      'oauth_access_token_exchange_token_invalid_grant',
    )
    const old = await token()
    used.emulator.clock.advance(6 * 60_000)
    expect(await errorType(sessions.exchangeAccessToken({ access_token: old }))).toBe(
      'oauth_access_token_exchange_token_too_old',
    )
    const { session_jwt } = used.emulator.startSession(mayaId)
    expect(await errorType(sessions.exchangeAccessToken({ access_token: session_jwt }))).toBe(
      'oauth_access_token_exchange_token_invalid_grant',
    )
  })
})

describe('an M2M client', () => {
  test('gets its own scopes only, and nothing while it is inactive', async () => {
    const { m2m } = used.stytch
    const { m2m_client } = await m2m.clients.create({ scopes: ['read:all'] })
    const { client_id, client_secret } = m2m_client
    const ask = (scopes: string[] = []) =>
      errorType(m2m.token({ client_id, client_secret, scopes }))
    expect(await ask(['write:all'])).toBe('invalid_scope')
    expect(await ask()).toBe('no error')
    await m2m.clients.update({ client_id, status: 'inactive' })
    expect(await ask()).toBe('invalid_client')
  })

  test('has a token that is no session', async () => {
    const { m2m, sessions } = used.stytch
    const { m2m_client } = await m2m.clients.create({ scopes: ['read:all'] })
    const { access_token } = await m2m.token(m2m_client)
    expect(await errorType(sessions.authenticate({ session_jwt: access_token }))).toBe(
      'unable_to_parse_session_jwt',
    )
  })
})

describe('a new address', () => {
  const email_address = 'maya.moss@acme.test'
  const start = () =>
    used.stytch.organizations.members.startEmailUpdate({
      ...maya,
      email_address,
      delivery_method: 'EMAIL_OTP',
    })

  test('is the member’s once they enter the code that was sent to it', async () => {
    await start()
    const code = used.emulator.messages({ to: email_address })[0]?.code ?? ''
    const { member } = await used.stytch.otps.email.authenticate({
      organization_id: acmeId,
      email_address,
      code,
    })
    expect(member).toMatchObject({
      member_id: mayaId,
      email_address,
      email_address_verified: true,
      retired_email_addresses: [{ email_address: 'maya@acme.test' }],
    })
  })

  test('is nobody’s with a wrong code, or too late', async () => {
    await start()
    const enter = (entered: string) =>
      errorType(
        used.stytch.otps.email.authenticate({
          organization_id: acmeId,
          email_address,
          code: entered,
        }),
      )
    expect(await enter('000000')).toBe('otp_code_not_found')
    used.emulator.clock.advance(5 * 60_000)
    const code = used.emulator.messages({ to: email_address })[0]?.code ?? ''
    expect(await enter(code)).toBe('unable_to_auth_otp_code')
    const { member } = await used.stytch.organizations.members.get(maya)
    expect(member.email_address).toBe('maya@acme.test')
  })
})

describe('an app that nobody has set up', () => {
  const redirect_uris = [redirect_uri]
  const open = useEmulator({
    seed: { projects: [{ ...seed.projects[0], dynamic_client_registration: true }] },
  })

  async function oauth2(path: string, init: RequestInit, { url } = open.emulator) {
    const answer = await fetch(`${url}/v1/oauth2/${path}`, init)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const register = async (said: object, emulator = open.emulator) =>
    await oauth2('register', { method: 'POST', body: JSON.stringify(said) }, emulator)
  const form = (fields: Record<string, string>): RequestInit => ({
    method: 'POST',
    body: new URLSearchParams(fields),
  })

  test('registers by itself where the project lets it', async () => {
    const { status, body } = await register({ client_name: 'A tool', redirect_uris })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        client_id: expect.stringMatching(/^connected-app-test-/),
        client_name: 'A tool',
        redirect_uris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    })
    expect(body).not.toHaveProperty('client_secret')
    const { connected_app } = await open.stytch.connectedApp.clients.get({
      client_id: String(body.client_id),
    })
    expect(connected_app).toMatchObject({
      client_type: 'third_party_public',
      client_name: 'A tool',
      redirect_urls: redirect_uris,
    })
    const refused = await register({ redirect_uris }, used.emulator)
    expect(refused).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
    expect((await register({ redirect_uris: [] })).body.error).toBe('invalid_client_metadata')
    expect((await register({ redirect_uris: ['http://evil.test'] })).status).toBe(400)
  })

  test('is the same as one that says the same, unless it has a secret', async () => {
    const said = { client_name: 'A tool', redirect_uris }
    const ids = async (more: object) => {
      const [one, two] = [
        await register({ ...said, ...more }),
        await register({ ...said, ...more }),
      ]
      return [one.body.client_id, two.body.client_id] as const
    }
    const [one, same] = await ids({})
    expect(same).toBe(one)
    const [first, second] = await ids({ token_endpoint_auth_method: 'client_secret_post' })
    expect(second).not.toBe(first)
  })

  test('asks who granted its token, and takes tokens back', async () => {
    await open.stytch.organizations.members.update({ ...maya, name: 'Maya Editor' })
    const { body } = await register({
      redirect_uris,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const app = { client_id: String(body.client_id), client_secret: String(body.client_secret) }
    const scopes = ['openid', 'profile', 'email', 'offline_access']
    const { authorization_code: code = '' } = await open.stytch.idp.oauth.authorize({
      ...{ ...maya, client_id: app.client_id, redirect_uri, response_type: 'code', scopes },
      consent_granted: true,
    })
    const granted = await oauth2(
      'token',
      form({ ...app, code, redirect_uri, grant_type: 'authorization_code' }),
    )
    const access_token = String(granted.body.access_token)
    const refresh_token = String(granted.body.refresh_token)
    const userinfo = async (token: string, method = 'GET') =>
      await oauth2('userinfo', { method, headers: { authorization: `Bearer ${token}` } })
    for (const method of ['GET', 'POST'])
      expect(await userinfo(access_token, method)).toMatchObject({
        status: 200,
        body: {
          sub: mayaId,
          email: 'maya@acme.test',
          email_verified: true,
          name: 'Maya Editor',
          given_name: 'Maya',
          family_name: 'Editor',
        },
      })
    expect(await userinfo('wrong')).toMatchObject({ status: 401, body: { error: 'invalid_token' } })

    const other = (
      await register({ redirect_uris, token_endpoint_auth_method: 'client_secret_post' })
    ).body
    const stranger = {
      client_id: String(other.client_id),
      client_secret: String(other.client_secret),
    }
    expect((await oauth2('revoke', form({ ...stranger, token: refresh_token }))).status).toBe(200)
    expect((await userinfo(access_token)).status).toBe(200)
    expect((await oauth2('revoke', form({ ...app, client_secret: 'no', token: 'x' }))).status).toBe(
      401,
    )
    expect((await oauth2('revoke', form({ ...app, token: refresh_token }))).status).toBe(200)
    expect((await userinfo(access_token)).status).toBe(401)
    const again = form({ ...app, refresh_token, grant_type: 'refresh_token' })
    expect((await oauth2('token', again)).body.error).toBe('invalid_grant')
    const introspected = await oauth2('introspect', form({ ...app, token: access_token }))
    expect(introspected.body.active).toBe(false)
  })
})
