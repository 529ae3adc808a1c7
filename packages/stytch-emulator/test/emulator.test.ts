import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { type B2BClient, RequestError, StytchError } from 'stytch'
import { describe, expect, test } from 'vitest'

import { createEmulator } from '../src/emulator.ts'
import { seededIds } from '../src/ids.ts'
import type { Seed } from '../src/seed.ts'
import { readSeed } from '../src/seed-fields.ts'
import {
  acmeId,
  appUrl,
  errorType,
  mayaId,
  projectId,
  sdk,
  seed,
  startEmulator,
  useEmulator,
} from './support.ts'

const used = useEmulator()

/** A request as no SDK would make it. */
async function raw(method: string, path: string, body?: string, headers: object = {}) {
  const authorization = `Basic ${Buffer.from(`${projectId}:secret-test-one`).toString('base64')}`
  return await fetch(`${used.emulator.url}${path}`, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

describe('requests', () => {
  test('wrong credentials are refused, live ones with a hint', async () => {
    const { emulator } = used
    const wrong = sdk(emulator, { ...emulator.project, secret: 'secret-test-wrong' })
    const call = wrong.organizations.get({ organization_id: 'acme' })
    const error = await call.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StytchError)
    expect(error).toMatchObject({
      status_code: 401,
      error_type: 'unauthorized_credentials',
      error_message: 'Unauthorized credentials.',
      error_url: 'https://stytch.com/docs/b2b/api/errors/401#unauthorized_credentials',
      request_id: expect.stringMatching(/^request-id-test-/),
    })
    const authorization = `Basic ${Buffer.from('project-live-1:secret-live-1').toString('base64')}`
    const live = await raw('GET', '/v1/b2b/rbac/policy', undefined, { authorization })
    expect(await live.json()).toMatchObject({
      error_details: { emulator: expect.stringContaining('live credentials') },
    })
  })

  test('what is not emulated says so', async () => {
    const error = await used.stytch.debug.whoami().catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      status_code: 404,
      error_type: 'route_not_found',
      error_details: {
        emulator: expect.stringContaining('does not implement GET /v1/debug/whoami'),
      },
    })
  })

  test('every answer has the emulator’s header, a request id and the status', async () => {
    for (const path of ['/v1/b2b/rbac/policy', '/v1/b2b/nothing', '/inbox']) {
      const answer = await raw('GET', path)
      expect(answer.headers.get('stytch-emulator')).toBe('1')
      if (path === '/inbox') continue
      expect(await answer.json()).toMatchObject({
        status_code: answer.status,
        request_id: expect.stringMatching(/^request-id-test-/),
      })
    }
  })

  const login = '/v1/b2b/magic_links/email/login_or_signup'
  // biome-ignore format: table
  test.each([
    ['a missing field', 'POST', login, '{"email_address":"a@b.test"}', 'organization_id: expected a string, got nothing'],
    ['a field of another type', 'POST', login, '{"organization_id":7,"email_address":"a@b.test"}', 'organization_id: expected a string, got a number'],
    ['a number out of range', 'POST', login, '{"organization_id":"acme","email_address":"a@b.test","login_expiration_minutes":1}', 'login_expiration_minutes: expected a whole number from 5 to 10080'],
    ['a list with a wrong element', 'POST', `/v1/b2b/organizations/${acmeId}/members`, '{"email_address":"a@b.test","roles":["editor",1]}', 'roles[1]: expected a string, got a number'],
    ['a nested field', 'POST', '/v1/b2b/sessions/authenticate', '{"session_token":"x","authorization_check":{"organization_id":"o","resource_id":"r"}}', 'authorization_check.action: expected a string, got nothing'],
    ['an array as body', 'POST', login, '[]', 'expected a JSON object as body, got an array'],
    ['what is not JSON', 'POST', login, '{', 'expected a JSON object as body, got text that is not JSON'],
    ['a name that every object has', 'POST', login, '{"__proto__":{"organization_id":"acme"},"email_address":"a@b.test"}', 'organization_id: expected a string, got nothing'],
    ['a body that is too large', 'POST', login, `{"organization_id":"${'x'.repeat(2_000_000)}"}`, 'Request body is too large'],
  ])('%s is a bad request that names it', async (_rule, method, path, body, message) => {
    const answer = await raw(method, path, body, { 'content-type': 'application/json' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_type: 'bad_request', error_message: message })
  })

  test('a request without a body, whatever type it declares, is read as an empty one', async () => {
    const answer = await raw('POST', '/v1/b2b/organizations/search', undefined, {
      'content-type': 'application/json',
    })
    expect(answer.status).toBe(200)
  })

  test('a path that cannot be decoded is a bad request', async () => {
    const answer = await raw('GET', '/v1/b2b/organizations/%zz')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_type: 'bad_request', status_code: 400 })
  })

  test('a slug of 128 characters works in a path', async () => {
    const organization_slug = 'a'.repeat(128)
    await used.stytch.organizations.create({ organization_name: 'Long', organization_slug })
    const call = used.stytch.organizations.get({ organization_id: organization_slug })
    expect(await errorType(call)).toBe('no error')
  })

  test('a JWKS is public, of a known project only', async () => {
    const answer = await fetch(`${used.emulator.url}/v1/b2b/sessions/jwks/project-test-other`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error_type: 'project_not_found' })
  })
})

describe('several projects', () => {
  test('hold what is theirs, and sign with keys of their own', async () => {
    const project = (name: string) => ({
      project_id: `project-test-${name}`,
      secret: `secret-test-${name}`,
    })
    const emulator = await createEmulator({ seed: { projects: [project('a'), project('b')] } })
    try {
      const [a, b] = emulator.projects.map((one) => sdk(emulator, one))
      await a?.organizations.create({ organization_name: 'Only A' })
      expect((await b?.organizations.search({}))?.results_metadata.total).toBe(0)
      const kid = async (client: B2BClient | undefined, name: string) =>
        (await client?.sessions.getJWKS({ project_id: `project-test-${name}` }))?.keys[0]?.kid
      expect(await kid(a, 'a')).not.toBe(await kid(b, 'b'))
    } finally {
      await emulator.close()
    }
  })
})

describe('for tests', () => {
  test('seeded ids are the same in every run and after a reset', async () => {
    const { stytch, emulator } = used
    const create = async () =>
      (await stytch.organizations.create({ organization_name: 'Same' })).organization
        .organization_id
    const first = await create()
    emulator.reset()
    await stytch.rbac.policy()
    expect(await create()).toBe(first)
    expect(seededIds('a').id('member')).toBe(seededIds('a').id('member'))
    expect(seededIds('a').id('member')).not.toBe(seededIds('b').id('member'))
    expect(seededIds('a').token('session')).toMatch(/^[\w-]{43}$/)
  })

  test('a reset goes back to the seed', async () => {
    const { stytch, emulator } = used
    const { session_token } = emulator.startSession(mayaId)
    await stytch.organizations.delete({ organization_id: acmeId })
    emulator.clock.advance(3_600_000)
    emulator.faults.add({ path: '/v1', status: 500 })
    emulator.reset()
    expect(emulator.clock.now().getTime() - Date.now()).toBeLessThan(60_000)
    expect(await errorType(stytch.organizations.get({ organization_id: acmeId }))).toBe('no error')
    expect(await errorType(stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
  })

  test('a busy port is a clear error', async () => {
    const port = Number(new URL(used.emulator.url).port)
    await expect(startEmulator({ port })).rejects.toMatchObject({
      name: 'EmulatorError',
      code: 'port-in-use',
      message: `port ${port} on 127.0.0.1 is in use; stop what listens there or choose another port`,
    })
  })

  test('a fault answers, drops or waits, as often as it was told to', async () => {
    const { stytch, emulator } = used
    const call = () => stytch.organizations.get({ organization_id: 'acme' })
    emulator.faults.add({ path: '/v1/b2b/organizations', status: 503, times: 1 })
    emulator.faults.add({ path: '/v1', drop: true, times: 1 })
    expect(await call().catch((error: unknown) => error)).toMatchObject({
      status_code: 503,
      error_type: 'internal_server_error',
    })
    await expect(call()).rejects.toBeInstanceOf(RequestError)
    expect(await errorType(call())).toBe('no error')
    emulator.faults.add({ path: '/v1', status: 429 })
    expect(await errorType(call())).toBe('too_many_requests')
    expect(await errorType(call())).toBe('too_many_requests')
    emulator.faults.clear()
    expect(await errorType(call())).toBe('no error')
  })

  // biome-ignore format: table
  test.each([
    ['an error of Stytch’s, with its own status', { path: '/v1', error_type: 'organization_not_found' }, 404, 'organization_not_found'],
    ['an error of Stytch’s with another status', { path: '/v1', error_type: 'organization_not_found', status: 418 }, 418, 'organization_not_found'],
    ['an error that the emulator does not know', { path: '/v1', error_type: 'captcha_required' }, 400, 'captcha_required'],
    ['a route by its parameters', { path: '/v1/b2b/organizations/:organization_id', status: 503 }, 503, 'internal_server_error'],
    ['a route with more behind it', { path: '/v1/b2b/organizations/:organization_id/members', status: 503 }, 200, 'no error'],
    ['another method', { path: '/v1', method: 'POST', status: 503 }, 200, 'no error'],
  ])('a fault is %s', async (_rule, fault, status, type) => {
    const { stytch, emulator } = used
    emulator.faults.add(fault)
    const answer = await stytch.organizations
      .get({ organization_id: 'acme' })
      .catch((error: unknown) => error)
    expect(answer).toMatchObject({ status_code: status })
    emulator.faults.clear()
    emulator.faults.add(fault)
    expect(await errorType(stytch.organizations.get({ organization_id: 'acme' }))).toBe(type)
  })

  test('a limit of requests is Stytch’s 429, until the time has passed', async () => {
    const emulator = await startEmulator({
      rateLimits: [{ path: '/v1/b2b/organizations', requests: 2, per_seconds: 60 }],
    })
    const call = () => errorType(sdk(emulator).organizations.get({ organization_id: 'acme' }))
    const calls = async () => [await call(), await call(), await call()]
    expect(await calls()).toEqual(['no error', 'no error', 'too_many_requests'])
    expect(await errorType(sdk(emulator).rbac.policy())).toBe('no error')
    emulator.clock.advance(60_000)
    expect(await calls()).toEqual(['no error', 'no error', 'too_many_requests'])
    emulator.reset()
    expect(await calls()).toEqual(['no error', 'no error', 'too_many_requests'])
    await emulator.close()
  })

  test('a stale JWKS lacks the newest key: what it signed is not verified', async () => {
    const { emulator } = used
    await emulator.rotateKeys()
    const { session_jwt } = emulator.startSession(mayaId)
    const path = '/v1/b2b/sessions/jwks'
    emulator.faults.add({ path, stale_jwks: true, times: 1 })
    expect(await errorType(sdk(emulator).sessions.authenticateJwtLocal({ session_jwt }))).toContain(
      'jwt_invalid',
    )
    const session = await sdk(emulator).sessions.authenticateJwtLocal({ session_jwt })
    expect(session.member_id).toBe(mayaId)
  })
})

describe('over HTTP', () => {
  async function control(method: string, path: string, sent?: object, headers: object = {}) {
    const text = sent === undefined ? undefined : JSON.stringify(sent)
    const answer = await raw(method, `/__emulator/${path}`, text, headers)
    const body = (await answer.json()) as { messages: { to: string }[]; kids: string[] }
    return { status: answer.status, body }
  }

  test('messages are told as they come, as server-sent events', async () => {
    const answer = await fetch(`${used.emulator.url}/__emulator/messages/events`)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    const decoder = new TextDecoder()
    const send = async () =>
      await used.stytch.magicLinks.email.loginOrSignup({
        organization_id: acmeId,
        email_address: 'maya@acme.test',
        login_redirect_url: appUrl,
      })
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array)
      if (text === ': listening\n\n') await send()
      if (text.includes('data: ')) break
    }
    const [message] = used.emulator.messages()
    expect(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '')).toEqual(message)
  })

  test('messages are read by address and emptied', async () => {
    for (const email_address of ['maya@acme.test', 'ada@acme.test'])
      await used.stytch.magicLinks.email.loginOrSignup({
        organization_id: acmeId,
        email_address,
        login_redirect_url: appUrl,
      })
    const all = await control('GET', 'messages')
    expect(all.body.messages.map((one) => one.to)).toEqual(['ada@acme.test', 'maya@acme.test'])
    const { body } = await control('GET', 'messages?to=maya@acme.test')
    expect(body.messages).toEqual(used.emulator.messages({ to: 'maya@acme.test' }))
    expect(Object.keys(body.messages[0] ?? {})).toEqual(
      expect.arrayContaining(['id', 'to', 'subject', 'kind', 'url', 'token', 'sent_at']),
    )
    await control('DELETE', 'messages')
    expect(used.emulator.messages()).toEqual([])
  })

  test('the clock moves, keys rotate, faults come and go, all is reset', async () => {
    const { session_token } = used.emulator.startSession(mayaId)
    await control('POST', 'clock', { advance_seconds: 3600 })
    expect(await errorType(used.stytch.sessions.authenticate({ session_token }))).toBe(
      'session_not_found',
    )
    const { kids } = (await control('POST', 'keys/rotate')).body
    const { keys } = await used.stytch.sessions.getJWKS({ project_id: projectId })
    expect(keys[0]?.kid).toBe(kids[0])
    await control('POST', 'faults', { path: '/v1', status: 500 })
    expect(await errorType(used.stytch.rbac.policy())).toBe('internal_server_error')
    await control('DELETE', 'faults')
    expect(await errorType(used.stytch.rbac.policy())).toBe('no error')
    await control('POST', 'reset')
    expect(Math.abs(used.emulator.clock.now().getTime() - Date.now())).toBeLessThan(60_000)
  })

  test('a wrong request says what is expected', async () => {
    expect(await control('POST', 'clock', { advance_seconds: 'soon' })).toMatchObject({
      status: 400,
      body: { error_message: 'advance_seconds: expected a number, got a string' },
    })
  })

  test('a page of its own may', async () => {
    const own = await control('POST', 'reset', {}, { origin: used.emulator.url })
    expect(own.status).toBe(200)
  })
})

describe('a page of another site', () => {
  const basic = `Basic ${Buffer.from(`${projectId}:secret-test-one`).toString('base64')}`
  const paths = [
    ['POST', '/__emulator/reset'],
    ['GET', '/__emulator/messages'],
    ['GET', '/inbox'],
    ['GET', '/'],
    ['POST', '/v1/b2b/organizations/search'],
    ['GET', '/.well-known/jwks.json'],
    ['GET', '/nowhere'],
  ] as const

  test.each(paths)('cannot ask, whatever it knows: %s %s', async (method, path) => {
    for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1', 'http://localhost'])
      expect(await statusOf(method, path, { origin, authorization: basic })).toBe(400)
  })

  test.each(paths)(
    'cannot make itself part of the emulator by its name: %s %s',
    async (method, path) => {
      const { port } = new URL(used.emulator.url)
      for (const host of [
        `evil.test:${port}`,
        'evil.test',
        '127.0.0.1.evil.test',
        '127.0.0.1@evil.test',
        'localhost.evil.test',
        'evil.test.',
      ])
        expect(await statusOf(method, path, { host, authorization: basic })).toBe(400)
    },
  )

  test('is none that this machine calls by a name of its own', async () => {
    const { port } = new URL(used.emulator.url)
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `stytch.localhost:${port}`,
      `[::1]:${port}`,
    ])
      expect(await statusOf('GET', '/inbox', { host, origin: `http://${host}` })).toBe(200)
  })

  test('is another than the one of the public URL', async () => {
    const { url, close } = await startEmulator()
    await close()
    const port = Number(new URL(url).port)
    const emulator = await startEmulator({ publicUrl: 'https://stytch.dev.test/', port })
    const ask = (host: string) => statusOf('GET', '/inbox', { host }, url)
    expect([await ask('stytch.dev.test'), await ask('evil.test')]).toEqual([200, 400])
    await emulator.close()
  })
})

/** The status of an answer to a request with exactly these headers, which `fetch` would not send. */
function statusOf(
  method: string,
  path: string,
  headers: Record<string, string>,
  url = used.emulator.url,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    sent.once('error', reject)
    sent.end()
  })
}

describe('seeds', () => {
  const organization = (members: object[], more: object = {}): Seed =>
    readSeed({ projects: [{ organizations: [{ organization_name: 'A', members, ...more }] }] })
  // biome-ignore format: table
  test.each([
    ['no project', { projects: [] }, ['seed.projects: expected at least one project, got none']],
    ['every problem at once', { projects: [{ nmae: 'x', organizations: [{ organization_name: 1, organization_slug: '/' }] }, 7] }, [
      'seed.projects[0]: unknown field `nmae`; expected one of `project_id`, `secret`, `public_token`, `name`, `jwt`, `rbac_policy`, `redirect_urls`, `default_redirect_urls`, `authorized_domains`, `dynamic_client_registration`, `userinfo_url`, `trusted_token_profiles`, `webhooks`, `identities`, `organizations`, `users`',
      'seed.projects[0].organizations[0].organization_name: expected a string, got a number',
      'seed.projects[0].organizations[0].organization_slug: organization_slug must have between 2 and 128 characters: letters, digits and - . _ ~.',
      'seed.projects[1]: expected an object, got a number',
    ]],
    ['a field that is nearly right', { projects: [{ organization: [] }] }, ['seed.projects[0]: unknown field `organization`; did you mean `organizations`?']],
    ['a live project', { projects: [{ project_id: 'project-live-1' }] }, ['seed.projects[0].project_id: this looks live; the emulator takes ids and secrets of the test environment only']],
    ['a live secret', { projects: [{ secret: 'secret-live-1' }] }, ['seed.projects[0].secret: this looks live; the emulator takes ids and secrets of the test environment only']],
    ['a live member', { projects: [{ organizations: [{ organization_name: 'A', members: [{ member_id: 'member-live-1', email_address: 'a@a.test' }] }] }] }, ['seed.projects[0].organizations[0].members[0].member_id: this looks live; the emulator takes ids and secrets of the test environment only']],
    ['an issuer that is none', { projects: [{ jwt: { issuer: 'me' } }] }, ['seed.projects[0].jwt.issuer: expected `stytch`, `base-url` or an origin such as `https://login.example.com`']],
  ])('are refused for %s', async (_rule, value, problems) => {
    const call = createEmulator({ seed: value as never })
    await expect(call).rejects.toMatchObject({ name: 'SeedError', message: problems.join('\n') })
  })

  // biome-ignore format: table
  test.each([
    ['a role that does not exist', organization([{ email_address: 'a@a.test', roles: ['king'] }]), 'seed.projects[0].organizations[0].members[0]: The role king does not exist.'],
    ['an address twice', organization([{ email_address: 'a@a.test' }, { email_address: 'A@a.test' }]), 'seed.projects[0].organizations[0].members[1]: A member with this email_address already exists in the organization.'],
    ['a member id twice', organization([{ member_id: 'member-test-1', email_address: 'a@a.test' }, { member_id: 'member-test-1', email_address: 'b@a.test' }]), 'seed.projects[0].organizations[0].members[1]: the id `member-test-1` occurs twice'],
  ])('are refused for %s', async (_rule, value, message) => {
    await expect(startEmulator({ seed: value })).rejects.toMatchObject({ name: 'SeedError', message })
  })

  test('are as the README shows one', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const shown = /```json\n([\s\S]+?)```/.exec(readme)?.[1] ?? ''
    const emulator = await startEmulator({ seed: readSeed(JSON.parse(shown)) })
    const found = await sdk(emulator).organizations.get({ organization_id: 'acme' })
    await emulator.close()
    expect(found.organization.organization_id).toBe('organization-test-acme')
  })

  test('are read from JSON', () => {
    expect(readSeed(JSON.parse(JSON.stringify(seed)))).toEqual(seed)
  })
})
