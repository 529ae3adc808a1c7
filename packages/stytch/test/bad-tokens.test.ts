import { createHmac, generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto'
import type { StytchIdentify } from '@lockstitch/stytch'
import { type Emulator, generateSigningKey } from '@lockstitch/stytch-emulator'
import { exportSPKI, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ada,
  claimsOf,
  globex,
  identifyWith,
  identityOrFailure,
  maya,
  organizationClaim,
  outcome,
  requestWith,
  type Stytch,
  sessionClaim,
  startStytch,
} from './fixtures.ts'

let stytch: Stytch
let identify: StytchIdentify
beforeAll(async () => {
  stytch = await startStytch()
  identify = identifyWith(stytch)
})
afterAll(() => stytch.emulator.close())

type Claims = Record<string, unknown>
interface BadToken {
  readonly name: string
  readonly code: string
  readonly token: (honest: Claims, emulator: Emulator, jwt: string) => string | Promise<string>
}

const otherProject = `project-test-${randomUUID()}`
const without = (claims: Claims, name: string): Claims => {
  const { [name]: _, ...rest } = claims
  return rest
}
/** A row for the honest claims with some of them replaced; `undefined` leaves one out. */
const changed = (name: string, code: string, change: Claims): BadToken => ({
  name,
  code,
  token: (honest, emulator) => emulator.sign({ ...honest, ...change }),
})
const changedSession = (name: string, code: string, change: Claims): BadToken => ({
  name,
  code,
  token: (honest, emulator) =>
    emulator.sign({
      ...honest,
      [sessionClaim]: { ...(honest[sessionClaim] as Claims), ...change },
    }),
})

// biome-ignore format: table
const badTokens: readonly BadToken[] = [
  // What issue #2 names.
  { name: 'expired', code: 'token-expired', token: (c, e) => e.sign({ ...c, iat: Number(c.iat) - 600, nbf: Number(c.iat) - 600, exp: Number(c.iat) - 300 }) },
  { name: 'a changed payload', code: 'token-signature-invalid', token: (c, _, jwt) => withPayload(jwt, { ...c, sub: 'member-test-00000000-0000-4000-8000-000000000000' }) },
  { name: 'a changed role', code: 'token-signature-invalid', token: (c, _, jwt) => withPayload(jwt, { ...c, [sessionClaim]: { ...(c[sessionClaim] as Claims), roles: ['stytch_admin'] } }) },
  { name: 'a changed signature', code: 'token-signature-invalid', token: (_, __, jwt) => `${jwt.slice(0, -8)}AAAAAAAA` },
  changed('another project', 'token-wrong-project', { aud: [otherProject] }),
  { name: 'unsigned', code: 'token-unsigned', token: (c) => `${encode({ alg: 'none', typ: 'JWT', kid: 'k' })}.${encode(c)}.` },
  { name: 'unsigned, oddly written', code: 'token-unsigned', token: (c) => `${encode({ alg: 'nOnE', typ: 'JWT', kid: 'k' })}.${encode(c)}.` },
  { name: 'HS256 with the public key', code: 'token-algorithm-not-accepted', token: hmacWithPublicKey },
  { name: 'ES256', code: 'token-algorithm-not-accepted', token: (c) => es256(c) },

  // Other ways to sign.
  { name: 'RS512', code: 'token-algorithm-not-accepted', token: (c, e) => e.sign(c, { header: { alg: 'RS512' } }) },
  { name: 'PS256', code: 'token-algorithm-not-accepted', token: (c, e) => e.sign(c, { header: { alg: 'PS256' } }) },
  { name: 'no algorithm', code: 'token-algorithm-not-accepted', token: (c, e) => e.sign(c, { header: { alg: undefined } }) },
  { name: 'the signature removed', code: 'token-malformed', token: (_, __, jwt) => `${jwt.split('.').slice(0, 2).join('.')}.` },
  { name: "another's key with this kid", code: 'token-signature-invalid', token: async (c, e) => e.sign(c, { key: { ...(await generateSigningKey()), kid: e.key.kid } }) },
  { name: 'a key that nobody published', code: 'token-key-unknown', token: async (c, e) => e.sign(c, { key: await generateSigningKey() }) },
  { name: 'a key that is named like a method', code: 'token-key-unknown', token: (c, e) => e.sign(c, { header: { kid: 'constructor' } }) },
  { name: 'no kid', code: 'token-malformed', token: (c, e) => e.sign(c, { header: { kid: undefined } }) },
  { name: 'no typ', code: 'token-type-not-accepted', token: (c, e) => e.sign(c, { header: { typ: undefined } }) },
  { name: 'an access token typ', code: 'token-type-not-accepted', token: (c, e) => e.sign(c, { header: { typ: 'at+jwt' } }) },
  { name: 'a key of its own', code: 'token-header-not-accepted', token: (c, e) => e.sign(c, { header: { jwk: e.key.jwk } }) },
  { name: 'the address of a key', code: 'token-header-not-accepted', token: (c, e) => e.sign(c, { header: { jku: 'https://evil.test/jwks' } }) },
  { name: 'a critical extension', code: 'token-header-not-accepted', token: (c, e) => e.sign(c, { header: { crit: ['b64'], b64: false } }) },

  // For whom and by whom.
  changed('another project among two audiences that are not ours', 'token-wrong-project', { aud: [otherProject, 'other'] }),
  changed('an audience that is a prefix', 'token-wrong-project', { aud: ['project-test'] }),
  changed('no audience', 'token-claim-missing', { aud: undefined }),
  changed('an audience that is a number', 'token-claim-invalid', { aud: 1 }),
  changed('a list of audiences with an object', 'token-claim-invalid', { aud: [{}] }),
  changed('another issuer', 'token-wrong-issuer', { iss: `stytch.com/${otherProject}` }),
  changed('an issuer with a slash', 'token-wrong-issuer', { iss: 'stytch.com/' }),
  changed('no issuer', 'token-claim-missing', { iss: undefined }),
  changed('an issuer that is a list', 'token-wrong-issuer', { iss: [] }),

  // Tokens of another kind, which Stytch signs with the same key for the same audience.
  { name: 'an M2M access token', code: 'token-kind-not-accepted', token: (c, e) => e.sign({ ...bare(c), sub: `m2m-client-test-${randomUUID()}`, scope: 'read:users' }) },
  changed('a session with a client that is null', 'token-kind-not-accepted', { client_id: null }),
  changed('a session with a scope that is a number', 'token-kind-not-accepted', { scope: 1 }),
  { name: 'a consumer session', code: 'token-kind-not-accepted', token: (c, e) => e.sign({ ...without(c, organizationClaim), sub: `user-test-${randomUUID()}` }) },
  { name: "a Connected App's token", code: 'token-kind-not-accepted', token: (c, e) => e.sign({ ...without(c, sessionClaim), scope: 'openid', client_id: 'connected-app-test-1', jti: '1' }) },
  changed('a session with a scope', 'token-kind-not-accepted', { scope: 'openid' }),
  changed('a session with a client id', 'token-kind-not-accepted', { client_id: 'connected-app-test-1' }),
  changed('a session of a user with an organization', 'token-kind-not-accepted', { sub: `user-test-${randomUUID()}` }),
  changed('a session of nobody', 'token-kind-not-accepted', { sub: undefined }),
  changed('a session of a number', 'token-kind-not-accepted', { sub: 1 }),
  changed('no session', 'token-kind-not-accepted', { [sessionClaim]: undefined }),
  changed('a session that is null', 'token-kind-not-accepted', { [sessionClaim]: null }),
  changed('a session that is a list', 'token-kind-not-accepted', { [sessionClaim]: [] }),
  changed('no organization', 'token-kind-not-accepted', { [organizationClaim]: undefined }),
  changed('an organization without id', 'token-kind-not-accepted', { [organizationClaim]: { slug: 'acme' } }),
  changedSession('no roles', 'token-kind-not-accepted', { roles: undefined }),
  changedSession('roles that are a string', 'token-kind-not-accepted', { roles: 'stytch_admin' }),
  changedSession('no session id', 'token-kind-not-accepted', { id: undefined }),

  // Claims that are missing or of the wrong type.
  changed('no expiry', 'token-claim-missing', { exp: undefined }),
  changed('no time of issue', 'token-claim-missing', { iat: undefined }),
  changed('an expiry that is text', 'token-claim-invalid', { exp: '9999999999' }),
  changed('an expiry that is null', 'token-claim-invalid', { exp: null }),
  changed('a time of issue that is a list', 'token-claim-invalid', { iat: [] }),
  changed('a time before which that is text', 'token-claim-invalid', { nbf: 'now' }),
  changed('an empty organization id', 'token-claim-invalid', { [organizationClaim]: { organization_id: '' } }),
  changed('a slug that is an object', 'token-claim-invalid', { [organizationClaim]: { organization_id: globex, slug: {} } }),
  changedSession('a role that is a number', 'token-claim-invalid', { roles: ['editor', 1] }),
  changedSession('factors that are a string', 'token-claim-invalid', { authentication_factors: 'magic_link' }),
  changedSession('a factor that is null', 'token-claim-invalid', { authentication_factors: [null] }),
  changedSession('a session that ends at no time', 'token-claim-invalid', { expires_at: 'never' }),
  changed('a member of the live environment', 'token-wrong-environment', { sub: `member-live-${randomUUID()}` }),
  changed('a member of no environment', 'token-wrong-environment', { sub: 'member-' }),
  changed('an organization of the live environment', 'token-wrong-environment', { [organizationClaim]: { organization_id: `organization-live-${randomUUID()}` } }),

  // Times.
  { name: 'not valid yet', code: 'token-not-yet-valid', token: (c, e) => e.sign({ ...c, nbf: Number(c.nbf) + 61 }) },
  { name: 'issued in the future', code: 'token-not-yet-valid', token: (c, e) => e.sign({ ...c, iat: Number(c.iat) + 61, exp: Number(c.iat) + 361 }) },
  changedSession('a session that has ended', 'session-expired', { expires_at: '2026-01-01T11:59:59Z' }),

  // Not a JWT.
  { name: 'two parts', code: 'token-malformed', token: () => 'a.b' },
  { name: 'five parts', code: 'token-malformed', token: () => 'a.b.c.d.e' },
  { name: 'empty parts', code: 'token-malformed', token: () => '..' },
  { name: 'a header that is not JSON', code: 'token-malformed', token: (_, __, jwt) => `AAAA.${jwt.split('.').slice(1).join('.')}` },
  { name: 'a header that is null', code: 'token-malformed', token: (_, __, jwt) => `${encode(null)}.${jwt.split('.').slice(1).join('.')}` },
  { name: 'a payload that is a list', code: 'token-malformed', token: (_, __, jwt) => withPayload(jwt, []) },
  { name: 'bytes that are not UTF-8', code: 'token-malformed', token: (_, __, jwt) => `${jwt.split('.')[0]}._w.AAAA` },
  { name: 'one megabyte', code: 'token-too-large', token: (_, __, jwt) => `${jwt}${'A'.repeat(1_000_000)}` },
]

describe('refuses with a code of its own', () => {
  test.each(badTokens)('$name: $code', async ({ token, code }) => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    const bad = await token(claimsOf(session_jwt), stytch.emulator, session_jwt)
    expect(await outcome(identify, requestWith({ jwt: bad }))).toBe(`401 ${code}`)
    expect(await outcome(identify, requestWith({ bearer: bad }))).toBe(`401 ${code}`)
  })

  test('tells the causes of issue #2 apart', () => {
    const codes = badTokens.slice(0, 8).map(({ code }) => code)
    expect(new Set(codes).size).toBe(5)
  })

  test('puts neither the token nor a claim into the message', async () => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    for (const { token } of badTokens) {
      const bad = await token(claimsOf(session_jwt), stytch.emulator, session_jwt)
      const failure = await identityOrFailure(identify, requestWith({ jwt: bad }))
      const said = failure instanceof Error ? failure.message : ''
      expect(said).not.toBe('')
      for (const secret of [bad, maya, globex, 'evil.test', 'stytch_admin', 'm2m-client-'])
        expect(said).not.toContain(secret)
    }
  })

  test('says which project a token is for, when it is a project', async () => {
    const { session_jwt } = stytch.emulator.startSession(maya)
    const messageFor = async (aud: unknown): Promise<string> => {
      const jwt = stytch.emulator.sign({ ...claimsOf(session_jwt), aud })
      const failure = await identityOrFailure(identify, requestWith({ jwt }))
      return failure instanceof Error ? failure.message : ''
    }
    expect(await messageFor([otherProject])).toBe(
      `the token's audience is ${otherProject}, this application accepts ${stytch.projectId}`,
    )
    expect(await messageFor('<script>')).toBe(
      `the token's audience is another, this application accepts ${stytch.projectId}`,
    )
  })

  test('a session of another organization than the application pins', async () => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    const pinned = identifyWith(stytch, { organization: () => globex })
    expect(await outcome(pinned, requestWith({ jwt }))).toBe('401 token-wrong-organization')
  })
})

test.each([
  ['the honest token', (claims: Claims) => claims],
  [
    'one of two audiences',
    (claims: Claims) => ({ ...claims, aud: ['https://api.app', ...(claims.aud as string[])] }),
  ],
  [
    'an audience that is a string',
    (claims: Claims) => ({ ...claims, aud: (claims.aud as string[])[0] }),
  ],
  ['no `nbf`', (claims: Claims) => without(claims, 'nbf')],
  [
    'an expiry 4 s ago',
    (claims: Claims) => ({
      ...claims,
      iat: Number(claims.iat) - 300,
      nbf: Number(claims.iat) - 300,
      exp: Number(claims.iat) - 4,
    }),
  ],
  ['a start in 5 s', (claims: Claims) => ({ ...claims, nbf: Number(claims.nbf) + 5 })],
])('accepts %s', async (_, change) => {
  const { session_jwt } = stytch.emulator.startSession(maya)
  const jwt = stytch.emulator.sign(change(claimsOf(session_jwt)))
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
})

test('a large tolerance does not keep expired tokens alive', async () => {
  const { session_jwt } = stytch.emulator.startSession(maya)
  const claims = claimsOf(session_jwt)
  const iat = Number(claims.iat)
  const jwt = stytch.emulator.sign({ ...claims, iat: iat - 100, exp: iat - 6 })
  expect(await outcome(identifyWith(stytch, { clockTolerance: 60 }), requestWith({ jwt }))).toBe(
    '401 token-expired',
  )
  expect(() => identifyWith(stytch, { clockTolerance: 61 })).toThrow('`clockTolerance`')
})

test('a token that was accepted once expires all the same', async () => {
  const { session_jwt: jwt } = stytch.emulator.startSession(maya)
  expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
  stytch.emulator.clock.advance(306_000)
  expect(await outcome(identify, requestWith({ jwt }))).toBe('401 token-expired')
  stytch.emulator.clock.advance(-306_000)
})

describe('what was accepted once is remembered by the whole of it:', () => {
  test.each([
    ['another payload under the same signature', 'payload'],
    ['another header before them', 'header'],
    ['another signature under the same payload', 'signature'],
    ['something added', 'end'],
  ] as const)('%s is not', async (_, part) => {
    const { session_jwt: jwt } = stytch.emulator.startSession(maya)
    expect(await outcome(identify, requestWith({ jwt }))).toMatchObject({ id: maya })
    const [header = '', , signature = ''] = jwt.split('.')
    const changedJwt = {
      payload: withPayload(jwt, { ...claimsOf(jwt), sub: ada }),
      header: `${encode({ ...JSON.parse(decode(header)), x: 1 })}${jwt.slice(header.length)}`,
      signature: `${jwt.slice(0, -12)}${signature.slice(0, 12)}`,
      end: `${jwt}AAAA`,
    }[part]
    expect(await outcome(identify, requestWith({ jwt: changedJwt }))).toBe(
      '401 token-signature-invalid',
    )
  })

  test('another session token is not', async () => {
    const { session_token: token } = stytch.emulator.startSession(maya)
    const tokens = identifyWith(stytch, { roles: [] })
    expect(await outcome(tokens, requestWith({ token }))).toMatchObject({ id: maya })
    for (const other of [`${token.slice(0, -1)}_`, `_${token.slice(1)}`, `${token}_`])
      expect(await outcome(tokens, requestWith({ token: other }))).toBe('401 session-not-found')
  })
})

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString()
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function withPayload(jwt: string, payload: unknown): string {
  const [header, , signature] = jwt.split('.')
  return `${header}.${encode(payload)}.${signature}`
}

async function hmacWithPublicKey(claims: Claims, { key }: Emulator): Promise<string> {
  const publicKey = await importJWK(key.jwk, 'RS256', { extractable: true })
  const pem = await exportSPKI(publicKey as Parameters<typeof exportSPKI>[0])
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`
}

function es256(claims: Claims): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = `${encode({ alg: 'ES256', typ: 'JWT', kid: 'ec' })}.${encode(claims)}`
  const signature = signBytes('sha256', Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return `${signed}.${signature.toString('base64url')}`
}

/** The registered claims alone. */
function bare(claims: Claims): Claims {
  return without(without(claims, sessionClaim), organizationClaim)
}
