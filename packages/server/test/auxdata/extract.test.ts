import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  type AuxDataConfig,
  AuxDataError,
  type AuxDataErrorCode,
  type AuxDataExtractor,
  createAuxDataExtractor,
} from '../../src/auxdata.ts'
import { signToken } from './sign-token.ts'
import { createSigningKeys } from './signing-keys.ts'
import { keySetsOf, tokenCases } from './token-cases.ts'

const keys = createSigningKeys()
const { p256, otherP256 } = keys
const now = Date.UTC(2026, 0, 1, 12)
const seconds = now / 1000
const keySet = { id: 'main', local: { data: jwkData({ ...p256.jwk, kid: 'a', alg: 'ES256' }) } }

describe('times, at the second', () => {
  // biome-ignore format: table
  const table = [
    { claims: { exp: seconds + 1 },  skew: 0,      code: undefined },
    { claims: { exp: seconds },      skew: 0,      code: 'token-expired' },
    { claims: { exp: seconds - 29 }, skew: 30_000, code: undefined },
    { claims: { exp: seconds - 30 }, skew: 30_000, code: 'token-expired' },
    { claims: { nbf: seconds },      skew: 0,      code: undefined },
    { claims: { nbf: seconds + 1 },  skew: 0,      code: 'token-not-yet-valid' },
    { claims: { nbf: seconds + 29 }, skew: 30_000, code: undefined },
    { claims: { nbf: seconds + 30 }, skew: 30_000, code: 'token-not-yet-valid' },
    { claims: { iat: seconds },      skew: 0,      code: undefined },
    { claims: { iat: seconds + 1 },  skew: 0,      code: 'token-issued-in-future' },
    { claims: { iat: seconds + 30 }, skew: 30_000, code: undefined },
    { claims: { iat: seconds + 31 }, skew: 30_000, code: 'token-issued-in-future' },
  ] as const
  const cases = table.flatMap((row) => [
    { ...row, disableVerification: false },
    { ...row, disableVerification: true },
  ])
  test.each(cases)(
    '$claims, tolerance $skew ms, disableVerification $disableVerification: $code',
    async (row) => {
      const { claims, skew, disableVerification, code } = row
      const config = { keySets: [keySet], acceptableTimeSkew: skew, disableVerification }
      expect(await codeOf(config, tokenOf(claims))).toBe(code)
    },
  )

  test('are those of the whole second that it is', async () => {
    const extractor = await createAuxDataExtractor({ keySets: [keySet] })
    const jwt = { token: tokenOf({ exp: seconds + 1 }) }
    await expect(extractor.extract({ jwt }, { now: now + 999 })).resolves.toBeDefined()
    await expect(extractor.extract({ jwt }, { now: now + 1000 })).rejects.toThrow('expired')
  })
})

describe('a refusal', () => {
  const header = { alg: 'ES256', kid: 'a' }
  const privateKey = p256.privateKey
  // biome-ignore format: table
  const table: readonly { readonly token: string; readonly code: AuxDataErrorCode; readonly config?: AuxDataConfig; readonly keySetId?: string }[] = [
    { code: 'token-malformed',              token: 'text' },
    { code: 'token-malformed',              token: signToken({ header: '[]', claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-malformed',              token: signToken({ header, claims: '[]', alg: 'ES256', key: privateKey }) },
    { code: 'token-malformed',              token: signToken({ header: { ...header, typ: 1 }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-header-not-accepted',    token: signToken({ header: { ...header, crit: ['exp'] }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-header-not-accepted',    token: signToken({ header: { ...header, b64: false }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-algorithm-not-accepted', token: signToken({ header: { ...header, alg: 'none' }, claims: {} }) },
    { code: 'token-algorithm-not-accepted', token: signToken({ header: { kid: 'a' }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-algorithm-not-accepted', token: signToken({ header: { ...header, alg: 'HS256' }, claims: {}, alg: 'HS256', key: keys.secret }) },
    { code: 'token-algorithm-not-accepted', token: signToken({ header: { alg: 'XX' }, claims: {}, alg: 'ES256', key: privateKey }), config: { disableVerification: true } },
    { code: 'token-malformed',              token: signToken({ header, claims: {} }), config: { disableVerification: true } },
    { code: 'token-key-unknown',            token: signToken({ header: { ...header, kid: 'b' }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-key-unknown',            token: signToken({ header: { alg: 'ES256' }, claims: {}, alg: 'ES256', key: privateKey }) },
    { code: 'token-signature-invalid',      token: signToken({ header, claims: {}, alg: 'ES256', key: otherP256.privateKey }) },
    { code: 'token-signature-invalid',      token: signToken({ header, claims: {} }) },
    { code: 'claim-invalid',                token: tokenOf({ exp: null }) },
    { code: 'claim-invalid',                token: tokenOf({ aud: 1 }) },
    { code: 'claim-invalid',                token: tokenOf('{"secret":1e999}') },
    { code: 'key-set-unknown',              token: tokenOf({}), keySetId: 'other' },
    { code: 'key-set-required',             token: tokenOf({}), config: { keySets: [keySet, { ...keySet, id: 'second' }] } },
    { code: 'key-set-missing',              token: tokenOf({}), config: {} },
  ]
  test.each(table)(
    'has the code $code',
    async ({ code, token, keySetId, config = { keySets: [keySet] } }) => {
      expect(await codeOf(config, token, keySetId)).toBe(code)
    },
  )

  test('tells the client the same whatever the cause, and the log no claim and no token', async () => {
    const everything = await createAuxDataExtractor({ keySets: await usableKeySets() })
    for (const { token, keySetId } of tokenCases(keys, seconds)) {
      const error = await refusalOf(everything, token, keySetId)
      if (error === undefined) continue
      expect(error.answer).toBe('invalid auxData')
      const said = `${error.message} ${String(error.cause ?? '')}`
      for (const part of token.split('.')) if (part.length > 8) expect(said).not.toContain(part)
      for (const value of ['maya', 'tomorrow', 'nobody']) expect(said).not.toContain(value)
    }
  })

  test('meets a request with both jwt and jwts', async () => {
    const extractor = await createAuxDataExtractor({ keySets: [keySet] })
    const jwt = { token: tokenOf({}) }
    await expect(extractor.extract({ jwt, jwts: { a: jwt } }, { now })).rejects.toMatchObject({
      code: 'request-malformed',
    })
    await expect(extractor.extract({ jwt: {} as never }, { now })).rejects.toMatchObject({
      code: 'request-malformed',
    })
    await expect(extractor.extract({ jwt }, { now: Number.NaN })).rejects.toMatchObject({
      code: 'request-malformed',
    })
  })
})

describe('several tokens', () => {
  test('are claims by name, whatever the names', async () => {
    const extractor = await createAuxDataExtractor({ keySets: [keySet] })
    const names = [
      '__proto__',
      'constructor',
      'a b',
      '',
      ...Array.from({ length: 9 }, (_, i) => `n${i}`),
    ]
    const entries = names.map((name) => [name, { token: tokenOf({ name }) }] as const)
    const { jwts } = await extractor.extract({ jwts: Object.fromEntries(entries) }, { now })
    expect(Object.keys(jwts ?? {}).sort()).toEqual([...names].sort())
    for (const [name, { claims }] of Object.entries(jwts ?? {})) expect(claims).toEqual({ name })
  })

  test('are refused for one of them', async () => {
    const extractor = await createAuxDataExtractor({ keySets: [keySet] })
    await fc.assert(
      fc.asyncProperty(fc.nat(9), async (bad) => {
        const tokens = Array.from({ length: 10 }, (_, i) => tokenOf(i === bad ? { exp: 1 } : {}))
        const jwts = Object.fromEntries(tokens.map((token, index) => [`t${index}`, { token }]))
        await expect(extractor.extract({ jwts }, { now })).rejects.toMatchObject({
          code: 'token-expired',
        })
      }),
      { numRuns: 20 },
    )
  })
})

test('no changed token is accepted because the true one was', async () => {
  const extractor = await createAuxDataExtractor({ keySets: [keySet] })
  const token = tokenOf({ sub: 'maya', admin: false })
  const [header = '', payload = '', signature = ''] = token.split('.')
  await extractor.extract({ jwt: { token } }, { now })
  const others = [
    `${header}.${Buffer.from('{"sub":"maya","admin":true}').toString('base64url')}.${signature}`,
    `${Buffer.from('{"alg":"ES256","kid":"a","typ":"x"}').toString('base64url')}.${payload}.${signature}`,
  ]
  for (const other of others)
    await expect(extractor.extract({ jwt: { token: other } }, { now })).rejects.toMatchObject({
      code: 'token-signature-invalid',
    })
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.base64String({ minLength: 4, maxLength: 4 }),
      async (at, [letter = 'A']) => {
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`
        // The last letter of a base64url part has bits that mean nothing.
        const isSame = bytes(changed) === bytes(token)
        expect((await refusalOf(extractor, changed)) === undefined).toBe(isSame)
      },
    ),
    { numRuns: 300 },
  )
})

describe('a configuration', () => {
  const data = keySet.local.data
  // biome-ignore format: table
  const table: readonly { readonly config: AuxDataConfig; readonly code: AuxDataErrorCode; readonly says: string }[] = [
    { config: { acceptableTimeSkew: -1 },                                          code: 'config-invalid',     says: '`acceptableTimeSkew` must be' },
    { config: { acceptableTimeSkew: Number.NaN },                                  code: 'config-invalid',     says: '`acceptableTimeSkew` must be' },
    { config: { keySets: [keySet, keySet] },                                       code: 'config-invalid',     says: 'used by two key sets' },
    { config: { keySets: [{ id: '', local: { data } }] },                          code: 'config-invalid',     says: 'has no `id`' },
    { config: { keySets: [{ id: 'a' }] },                                          code: 'config-invalid',     says: 'either `local` or `remote`' },
    { config: { keySets: [{ id: 'a', local: { data }, remote: { url: 'https://a/' } }] }, code: 'config-invalid', says: 'either `local` or `remote`' },
    { config: { keySets: [{ id: 'a', local: {} }] },                               code: 'config-invalid',     says: '`local.data` or `local.file`' },
    { config: { keySets: [{ id: 'a', local: { data: '', file: '' } }] },           code: 'config-invalid',     says: '`local.data` or `local.file`' },
    { config: { keySets: [{ id: 'a', local: { data, file: '/a' } }] },             code: 'config-invalid',     says: 'only one of' },
    { config: { keySets: [{ id: 'a', remote: { url: '' } }] },                     code: 'config-invalid',     says: 'http or https URL' },
    { config: { keySets: [{ id: 'a', remote: { url: 'file:///keys' } }] },         code: 'config-invalid',     says: 'http or https URL' },
    { config: { keySets: [{ id: 'a', remote: { url: 'https://a/', refreshInterval: -1 } }] }, code: 'config-invalid', says: '`remote.refreshInterval`' },
    { config: { keySets: [{ id: 'a', local: { file: '/nowhere/keys.jwk' } }] },    code: 'key-set-unreadable', says: 'the file `/nowhere/keys.jwk` cannot be read' },
    { config: { keySets: [{ id: 'a', local: { data: '{"keys":[]}' } }] },          code: 'key-set-invalid',    says: 'must be base64' },
    { config: { keySets: [{ id: 'a', local: { data: base64('{"keys":[]}') } }] },  code: 'key-set-invalid',    says: 'there are no keys' },
    { config: { keySets: [{ id: 'a', local: { data: base64('-----BEGIN') } }] },   code: 'key-set-invalid',    says: 'without `pem: true`' },
    { config: { keySets: [{ id: 'a', local: { data: jwkData({ ...p256.jwk, alg: 'ES256' }) } }] }, code: 'key-set-invalid', says: 'key 1 has no `kid`' },
    { config: { keySets: [{ id: 'a', local: { data: jwkData({ ...p256.jwk, kid: 'a' }) } }] }, code: 'key-set-invalid', says: 'key 1 has no `alg`' },
    { config: { keySets: [{ id: 'a', local: { data: jwkData({ ...p256.jwk, kid: 'a', alg: 'X' }) } }] }, code: 'key-set-invalid', says: 'an `alg` that is not known' },
    { config: { keySets: [{ id: 'a', local: { data: jwkData({ kty: 'XX', kid: 'a', alg: 'ES256' }) } }] }, code: 'key-set-invalid', says: 'key 1 cannot be read' },
    { config: { keySets: [{ id: 'a', local: { data: jwkData({ ...keys.weakRsa.jwk, kid: 'a', alg: 'RS256' }) } }] }, code: 'key-set-invalid', says: 'shorter than 2048 bits' },
  ]
  test.each(table)('is refused: $says', async ({ config, code, says }) => {
    const error = await createAuxDataExtractor(config).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(AuxDataError)
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) })
  })

  test('tells all mistakes at once', async () => {
    const config = { acceptableTimeSkew: -1, keySets: [{ id: 'a' }, { id: 'b', local: {} }] }
    await expect(createAuxDataExtractor(config)).rejects.toThrow(/acceptableTimeSkew.*`a`.*`b`/)
  })

  test('may name files of JWKs and of PEM', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstitch-auxdata-'))
    try {
      const [jwk, pem] = [join(directory, 'key.jwk'), join(directory, 'key.pem')]
      await writeFile(jwk, Buffer.from(keySet.local.data, 'base64'))
      await writeFile(pem, p256.publicKey.export({ type: 'spki', format: 'pem' }))
      const insecure = { optionalAlg: true, optionalKid: true }
      const keySets = [
        { id: 'jwk', local: { file: jwk } },
        { id: 'pem', local: { file: pem, pem: true }, insecure },
      ]
      expect(await codeOf({ keySets }, tokenOf({}), 'jwk')).toBeUndefined()
      expect(await codeOf({ keySets }, tokenOf({}), 'pem')).toBeUndefined()
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})

test('empty text is a token without claims, and no auxData none at all', async () => {
  const extractor = await createAuxDataExtractor({ keySets: [keySet] })
  expect(await extractor.extract({ jwt: { token: '' } }, { now })).toEqual({ jwt: {} })
  expect(await extractor.extract({ jwts: { a: { token: '' } } }, { now })).toEqual({
    jwts: { a: { claims: {} } },
  })
  expect(await extractor.extract({}, { now })).toEqual({})
})

function tokenOf(claims: object | string): string {
  return signToken({
    header: { alg: 'ES256', kid: 'a' },
    claims,
    alg: 'ES256',
    key: p256.privateKey,
  })
}

async function codeOf(
  config: AuxDataConfig,
  token: string,
  keySetId?: string,
): Promise<AuxDataErrorCode | undefined> {
  return (await refusalOf(await createAuxDataExtractor(config), token, keySetId))?.code
}

async function refusalOf(
  extractor: AuxDataExtractor,
  token: string,
  keySetId = '',
): Promise<AuxDataError | undefined> {
  try {
    await extractor.extract({ jwt: { token, keySetId } }, { now })
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(AuxDataError)
    return error as AuxDataError
  }
}

async function usableKeySets(): Promise<NonNullable<AuxDataConfig['keySets']>> {
  const tried = keySetsOf(keys).map(async (each) => {
    const isUsable = await createAuxDataExtractor({ keySets: [each] }).then(
      () => true,
      () => false,
    )
    return isUsable ? [each] : []
  })
  return (await Promise.all(tried)).flat()
}

function bytes(token: string): string {
  const isBase64url = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
  if (!isBase64url) return 'malformed'
  const [header, payload, signature = ''] = token.split('.')
  return `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('hex')}`
}

function jwkData(jwk: object): string {
  return base64(JSON.stringify(jwk))
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
