import { IdentifyFailure } from '@lockstitch/guard'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  acme,
  ada,
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
  startStytch,
} from './fixtures.ts'

let stytch: Stytch
beforeAll(async () => {
  stytch = await startStytch()
})
afterEach(() => {
  vi.restoreAllMocks()
  stytch.emulator.reset()
})
afterAll(() => stytch.emulator.close())

/** Counts the calls that the SDK makes, without changing one. */
function countCalls(): { authenticate: number } {
  const { sessions } = stytch.client
  const authenticate = sessions.authenticate.bind(sessions)
  const calls = { authenticate: 0 }
  vi.spyOn(sessions, 'authenticate').mockImplementation((...args) => {
    calls.authenticate += 1
    return authenticate(...args)
  })
  return calls
}

const seconds = 1000

describe('a session JWT', () => {
  test('is verified here while it is young', async () => {
    const calls = countCalls()
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    stytch.emulator.clock.advance(120 * seconds)
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({
      id: maya,
      attr: { token: { source: 'session_jwt', verified: 'local', age_seconds: 120 } },
    })
    expect(calls.authenticate).toBe(0)
  })

  test('that is older than maxTokenAge is authenticated by Stytch', async () => {
    const calls = countCalls()
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { maxTokenAge: 60 })
    stytch.emulator.clock.advance(60 * seconds)
    await outcome(identify, requestWith({ jwt }))
    expect(calls.authenticate).toBe(0)
    stytch.emulator.clock.advance(1 * seconds)
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({
      id: maya,
      attr: { token: { source: 'session_jwt', verified: 'remote', age_seconds: 0 } },
    })
    expect(calls.authenticate).toBe(1)
  })

  test('that has expired is replaced by the session token that came along', async () => {
    const calls = countCalls()
    const { session_jwt: jwt, session_token: token } = stytch.emulator.startSession(maya)
    stytch.emulator.clock.advance(400 * seconds)
    const identify = identifyWith(stytch)
    const identity = await identityOrFailure(identify, requestWith({ jwt, token }))
    expect(identity).toMatchObject({
      principal: { id: maya, attr: { token: { source: 'session_token', verified: 'remote' } } },
    })
    if (identity instanceof IdentifyFailure) throw identity
    expect(calls.authenticate).toBe(1)
    const fresh = identity.freshJwt ?? ''
    expect(claimsOf(fresh)).toMatchObject({ sub: maya })
    expect(await outcome(identify, requestWith({ jwt: fresh, token }))).toMatchObject({ id: maya })
    expect(calls.authenticate).toBe(1)
  })

  test('that has expired is not brought back to life by Stytch', async () => {
    const calls = countCalls()
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    stytch.emulator.clock.advance(400 * seconds)
    expect(await outcome(identifyWith(stytch), requestWith({ jwt }))).toBe('401 token-expired')
    expect(calls.authenticate).toBe(0)
  })

  test.each(['tampered', 'of another kind'])(
    'that is %s is not forgiven for a session token that is right',
    async (how) => {
      const calls = countCalls()
      const { session_jwt, session_token: token } = stytch.emulator.startSession(maya)
      const jwt =
        how === 'tampered'
          ? `${session_jwt.slice(0, -8)}AAAAAAAA`
          : stytch.emulator.sign({ ...claimsOf(session_jwt), scope: 'x' })
      expect(await outcome(identifyWith(stytch), requestWith({ jwt, token }))).toMatch(
        /^401 token-/,
      )
      expect(calls.authenticate).toBe(0)
    },
  )

  test('of one session beside the token of another is refused when Stytch is asked', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const { session_token: token } = stytch.emulator.startSession(mayaAtGlobex)
    const identify = identifyWith(stytch, { maxTokenAge: 0 })
    expect(await outcome(identify, requestWith({ jwt, token }))).toBe('401 sessions-disagree')
  })

  test.each([
    ['member', () => ({ sub: mayaAtGlobex })],
    ['organization', () => ({ [organizationClaim]: { organization_id: globex, slug: 'globex' } })],
    ['session', (session: object) => ({ [sessionClaim]: { ...session, id: 'another' } })],
  ])(
    'of another %s than the token beside it is refused when Stytch is asked',
    async (_, change) => {
      const { session_jwt, session_token: token } = stytch.emulator.startSession(maya)
      const claims = claimsOf(session_jwt)
      const jwt = stytch.emulator.sign({
        ...claims,
        ...change(claims[sessionClaim] as object),
        ...{ iat: Number(claims.iat) - 600, nbf: 0, exp: Number(claims.exp) - 600 },
      })
      expect(await outcome(identifyWith(stytch), requestWith({ jwt, token }))).toBe(
        '401 sessions-disagree',
      )
    },
  )

  test('never gets the attributes of the member whose token lies beside it', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const { session_token: token } = stytch.emulator.startSession(ada)
    const identify = identifyWith(stytch, { attributes: ['email'] })
    expect(await outcome(identify, requestWith({ jwt, token }))).toBe('401 sessions-disagree')
  })

  test('that Stytch takes for another session is refused', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const { session_token } = stytch.emulator.startSession(ada)
    const answer = await stytch.client.sessions.authenticate({ session_token })
    vi.spyOn(stytch.client.sessions, 'authenticate').mockResolvedValue(answer)
    const identify = identifyWith(stytch, { maxTokenAge: 0 })
    expect(await outcome(identify, requestWith({ jwt }))).toBe('401 sessions-disagree')
  })

  test('that is not valid yet is not forgiven for a session token', async () => {
    const { session_jwt, session_token: token } = stytch.emulator.startSession(maya)
    const claims = claimsOf(session_jwt)
    const jwt = stytch.emulator.sign({ ...claims, nbf: Number(claims.nbf) + 100 })
    expect(await outcome(identifyWith(stytch), requestWith({ jwt, token }))).toBe(
      '401 token-not-yet-valid',
    )
  })

  test('is all that counts when sessions are never asked for', async () => {
    const { session_jwt: jwt, session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { remote: false, maxTokenAge: 60 })
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
    expect(await outcome(identify, requestWith({ token }))).toBe('401 session-token-not-accepted')
    stytch.emulator.clock.advance(61 * seconds)
    const failure = await identityOrFailure(identify, requestWith({ jwt, token }))
    expect(failure).toMatchObject({
      status: 401,
      code: 'token-too-old',
      message: 'issued 61 s ago, maxTokenAge is 60 s; sign in again or send the session token',
    })
  })

  test('is refused when its key is withdrawn, although it was accepted before', async () => {
    const withdrawn = await withdrawnKey()
    expect(await withdrawn.ask()).toMatchObject({ id: maya })
    withdrawn.withdraw()
    stytch.emulator.clock.advance(601 * seconds)
    expect(await withdrawn.ask()).toBe('401 token-key-unknown')
  })

  test('survives a rotation of keys', async () => {
    const { session_jwt: before } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    await outcome(identify, requestWith({ jwt: before }))
    await stytch.emulator.rotateKeys()
    stytch.emulator.clock.advance(11 * seconds)
    const { session_jwt: after } = stytch.emulator.startSession(maya)
    expect(await outcome(identify, requestWith({ jwt: after }))).toMatchObject({ id: maya })
    expect(await outcome(identify, requestWith({ jwt: before }))).toMatchObject({ id: maya })
  })
})

describe('a session token', () => {
  test('is authenticated by Stytch, once for all requests within maxTokenAge', async () => {
    const calls = countCalls()
    const { session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { maxTokenAge: 60 })
    const together = Array.from({ length: 20 }, () => outcome(identify, requestWith({ token })))
    for (const each of await Promise.all(together)) expect(each).toMatchObject({ id: maya })
    expect(calls.authenticate).toBe(1)
    stytch.emulator.clock.advance(60 * seconds)
    expect(await outcome(identify, requestWith({ bearer: token }))).toMatchObject({
      attr: { token: { source: 'session_token', verified: 'remote', age_seconds: 60 } },
    })
    expect(calls.authenticate).toBe(1)
    stytch.emulator.clock.advance(1 * seconds)
    await outcome(identify, requestWith({ token }))
    expect(calls.authenticate).toBe(2)
  })

  test('brings a fresh JWT to who asked, not to who gets the answer that is remembered', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { roles: [] })
    const [first, second] = [
      await identityOrFailure(identify, requestWith({ token })),
      await identityOrFailure(identify, requestWith({ token })),
    ]
    expect(first).toHaveProperty('freshJwt', expect.stringMatching(/^ey/))
    expect(second).not.toHaveProperty('freshJwt')
  })

  test('is asked for every time with maxTokenAge 0', async () => {
    const calls = countCalls()
    const { session_token: token, session_jwt: jwt } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { maxTokenAge: 0 })
    await Promise.all([1, 2, 3].map(() => outcome(identify, requestWith({ token }))))
    await outcome(identify, requestWith({ jwt }))
    expect(calls.authenticate).toBe(4)
  })

  test('that Stytch does not know is a 401', async () => {
    const identify = identifyWith(stytch)
    expect(await outcome(identify, requestWith({ token: 'A'.repeat(44) }))).toBe(
      '401 session-not-found',
    )
  })

  test('of an expired session is a 401 although the answer is still remembered', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya, {
      session_duration_minutes: 5,
    })
    const identify = identifyWith(stytch, { maxTokenAge: 3600 })
    expect(await outcome(identify, requestWith({ token }))).toMatchObject({ id: maya })
    stytch.emulator.clock.advance(301 * seconds)
    expect(await outcome(identify, requestWith({ token }))).toBe('401 session-expired')
  })
})

test('an answer that is remembered does not last longer when the clock is put back', async () => {
  const calls = countCalls()
  const { session_token: token } = stytch.emulator.startSession(maya)
  const identify = identifyWith(stytch, { attributes: ['email'] })
  await outcome(identify, requestWith({ token }))
  stytch.emulator.clock.advance(-600 * seconds)
  await outcome(identify, requestWith({ token }))
  expect(calls.authenticate).toBe(2)
})

describe('a revocation', () => {
  test('holds at once where the application says so', async () => {
    const {
      session_jwt: jwt,
      session_token: token,
      member_session_id,
    } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
    expect(await outcome(identify, requestWith({ token }))).toMatchObject({ id: maya })
    await stytch.client.sessions.revoke({ member_session_id })
    await identify.sessionRevoked(member_session_id)
    expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-revoked')
    expect(await outcome(identify, requestWith({ token }))).toBe('401 session-not-found')
  })

  test('holds for a request that is being answered', async () => {
    const { session_jwt: jwt, member_session_id } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { attributes: ['email'] })
    const { sessions } = stytch.client
    const authenticate = sessions.authenticate.bind(sessions)
    vi.spyOn(sessions, 'authenticate').mockImplementation(async (...args) => {
      await identify.sessionRevoked(member_session_id)
      return authenticate(...args)
    })
    expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-revoked')
  })

  test('holds at once with maxTokenAge 0', async () => {
    const { session_jwt: jwt, member_session_id } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch, { maxTokenAge: 0 })
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
    await stytch.client.sessions.revoke({ member_session_id })
    expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-not-found')
  })
})

describe('a member of two organizations', () => {
  test('is another principal after an exchange of the session', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    expect(await outcome(identify, requestWith({ token }))).toMatchObject({
      id: maya,
      scope: acme,
      attr: { organization_id: acme },
    })
    const exchanged = await stytch.client.sessions.exchange({
      session_token: token,
      organization_id: globex,
    })
    expect(await outcome(identify, requestWith({ token: exchanged.session_token }))).toMatchObject({
      id: mayaAtGlobex,
      scope: globex,
      attr: { organization_id: globex },
    })
  })
})

describe('when Stytch', () => {
  const authenticate = '/v1/b2b/sessions/authenticate'
  // biome-ignore format: table
  test.each([
    ['answers 500', { status: 500 }, '503 stytch-unavailable'],
    ['answers 429', { status: 429 }, '503 stytch-unavailable'],
    ['drops the connection', { drop: true }, '503 stytch-unavailable'],
    ['is too slow', { latency_ms: 2000 }, '503 stytch-unavailable'],
    ['answers 403', { status: 403 }, '503 stytch-answer-invalid'],
    ['fails once', { status: 503, times: 1 }, maya],
    ['is slow once', { latency_ms: 2000, times: 1 }, maya],
  ])('%s', async (_, fault, expected) => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    stytch.emulator.faults.add({ path: authenticate, ...fault })
    const identify = identifyWith(stytch, { deadline: 900, tries: 3, roles: [] })
    const found = await outcome(identify, requestWith({ token }))
    expect(typeof found === 'string' ? found : found.id).toBe(expected)
  })

  test('is down, the failure says how often it was tried and holds no secret', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    stytch.emulator.faults.add({ path: authenticate, status: 500 })
    const identify = identifyWith(stytch, { deadline: 2000, tries: 3 })
    const failure = await identityOrFailure(identify, requestWith({ token }))
    expect(failure).toMatchObject({
      message: 'Stytch did not answer within 2 s (3 tries); nothing was decided',
    })
    const causes = [failure, (failure as Error).cause, ((failure as Error).cause as Error)?.cause]
    for (const cause of causes) {
      expect(`${String(cause)} ${JSON.stringify(cause)}`).not.toContain(token)
      expect(cause).not.toHaveProperty('request')
    }
  })

  test('is down, local verification goes on with the keys and roles at hand', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const identify = identifyWith(stytch)
    await outcome(identify, requestWith({ jwt }))
    stytch.emulator.faults.add({ path: '/', drop: true })
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
  })

  test('is down from the start, nobody is guessed', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    stytch.emulator.faults.add({ path: '/', drop: true })
    const identify = identifyWith(stytch, { deadline: 300 })
    expect(await outcome(identify, requestWith({ jwt }))).toBe('503 stytch-unavailable')
  })

  // Not every 404 is Stytch's word on a session: a wrong address or a proxy on the way has none.
  // biome-ignore format: table
  test.each([
    ['is not what answers', 404, undefined, '503 stytch-answer-invalid'],
    ['does not have the route', 404, 'route_not_found', '503 stytch-answer-invalid'],
    ['does not know the project', 404, 'project_not_found', '503 stytch-answer-invalid'],
    ['does not know the session', 404, 'session_not_found', '401 session-not-found'],
    ['is behind a proxy that refuses', 400, undefined, '503 stytch-answer-invalid'],
    ['refuses the session', 400, 'invalid_session_token', '401 session-refused'],
  ])('%s, the answer is %i %s', async (_, status_code, error_type, expected) => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const error = Object.assign(new Error('refused'), { status_code, error_type })
    vi.spyOn(stytch.client.sessions, 'authenticate').mockRejectedValue(error)
    expect(await outcome(identifyWith(stytch), requestWith({ token }))).toBe(expected)
  })

  test('refuses our credentials, nobody is signed out', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const client = sdkClient(stytch.projectId, 'secret-test-wrong', `${stytch.emulator.url}/`)
    const identify = identifyWith(stytch, { stytch: client })
    expect(await outcome(identify, requestWith({ token }))).toBe('503 stytch-credentials-refused')
  })

  // biome-ignore format: table
  test.each<[string, (answer: Record<string, object>) => unknown]>([
    ['answers nothing', () => undefined],
    ['answers without session', ({ member, organization }) => ({ member, organization })],
    ['answers without member', ({ member_session, organization }) => ({ member_session, organization })],
    ['answers with another member', (answer) => ({ ...answer, member: { ...answer.member, member_id: mayaAtGlobex } })],
    ['answers with another organization', (answer) => ({ ...answer, organization: { ...answer.organization, organization_id: globex } })],
    ['answers without roles', (answer) => ({ ...answer, member_session: { ...answer.member_session, roles: undefined } })],
    ['answers without organization id', (answer) => ({ ...answer, member_session: { ...answer.member_session, organization_id: '' } })],
  ])('%s, nothing is decided', async (_, lie) => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const honest = await stytch.client.sessions.authenticate({ session_token: token })
    const answer = lie(honest as unknown as Record<string, object>)
    vi.spyOn(stytch.client.sessions, 'authenticate').mockResolvedValue(answer as typeof honest)
    expect(await outcome(identifyWith(stytch), requestWith({ token }))).toBe('503 stytch-answer-invalid')
  })
})

test('an intermediate session token is not a session', async () => {
  const { client, emulator } = stytch
  await client.magicLinks.email.discovery.send({
    email_address: 'maya@acme.test',
    discovery_redirect_url: 'http://127.0.0.1:4000/authenticate',
  })
  const link = emulator.messages({ to: 'maya@acme.test' })[0]
  const { intermediate_session_token } = await client.magicLinks.discovery.authenticate({
    discovery_magic_links_token: link?.token ?? '',
  })
  expect(
    await outcome(identifyWith(stytch), requestWith({ token: intermediate_session_token })),
  ).toBe('401 session-not-found')
})

test('a session that ended by its own clock is refused although its JWT has not expired', async () => {
  const { session_jwt } = stytch.emulator.startSession(maya)
  const claims = claimsOf(session_jwt)
  const session = { ...(claims[sessionClaim] as object), expires_at: '2026-01-01T12:01:00Z' }
  const jwt = stytch.emulator.sign({ ...claims, [sessionClaim]: session })
  const identify = identifyWith(stytch)
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
  stytch.emulator.clock.advance(60 * seconds)
  expect(await outcome(identify, requestWith({ jwt }))).toBe('401 session-expired')
})

/** A session JWT that is good for a day, whose key disappears from the project. */
async function withdrawnKey(): Promise<{ ask(): Promise<unknown>; withdraw(): void }> {
  const { emulator } = stytch
  const claims = claimsOf(
    emulator.startSession(maya, { session_duration_minutes: 1440 }).session_jwt,
  )
  const jwt = emulator.sign({ ...claims, exp: Number(claims.exp) + 86_400 })
  const stolen = emulator.key.jwk.kid
  let isWithdrawn = false
  const identify = identifyWith(stytch, {
    maxTokenAge: 86_400,
    roles: ['editor'],
    fetch: async (...args) => {
      const answer = (await (await fetch(...args)).json()) as { keys: { kid: string }[] }
      const others = [{ ...answer.keys[0], kid: 'another' }]
      const keys = answer.keys.filter(({ kid }) => kid !== stolen)
      return Response.json({ keys: isWithdrawn ? [...others, ...keys] : answer.keys })
    },
  })
  return {
    ask: () => outcome(identify, requestWith({ jwt })),
    withdraw() {
      isWithdrawn = true
    },
  }
}
