import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
} from '../../../../tools/cerbos-server.ts'
import { createAuxDataExtractor, type KeySetConfig } from '../../src/auxdata.ts'
import { cerbosClaims, startClaimsServer } from './cerbos-claims.ts'
import { signToken } from './sign-token.ts'
import { createSigningKeys, privateJwk } from './signing-keys.ts'

interface Row {
  readonly title: string
  readonly content: string
  readonly pem?: boolean
  readonly insecure?: KeySetConfig['insecure']
}

const { rsa, p256, otherP256, secp256k1, ed25519, ed448, weakRsa } = createSigningKeys()
const good = { ...rsa.jwk, kid: 'good', alg: 'RS256' }
const pemOf = (type: 'spki' | 'pkcs1'): string =>
  String(rsa.publicKey.export({ type, format: 'pem' }))
const privatePem = (type: 'pkcs8' | 'pkcs1'): string =>
  String(rsa.privateKey.export({ type, format: 'pem' }))
const sec1 = String(p256.privateKey.export({ type: 'sec1', format: 'pem' }))

/** A good key beside another: does it still verify? */
// biome-ignore format: table
const companions: readonly (readonly [string, unknown])[] = [
  ['nothing',                        good],
  ['an unknown type',                { kty: 'XX', kid: 'a', alg: 'RS256' }],
  ['a type that came later',         { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: 'AAAA' }],
  ['no type',                        { kid: 'a', alg: 'RS256' }],
  ['a number',                       5],
  ['null',                           null],
  ['text',                           'key'],
  ['an RSA key without a modulus',   { kty: 'RSA', kid: 'a', alg: 'RS256', e: 'AQAB' }],
  ['an unknown alg',                 { ...good, kid: 'a', alg: 'FOO' }],
  ['an encryption alg',              { ...good, kid: 'a', alg: 'RSA-OAEP' }],
  ['alg none',                       { ...good, kid: 'a', alg: 'none' }],
  ['the alg of another type',        { ...good, kid: 'a', alg: 'ES256' }],
  ['an alg of null',                 { ...good, kid: 'a', alg: null }],
  ['an empty alg',                   { ...good, kid: 'a', alg: '' }],
  ['an alg that is no text',         { ...good, kid: 'a', alg: 1 }],
  ['no alg',                         { ...rsa.jwk, kid: 'a' }],
  ['no kid',                         { ...rsa.jwk, alg: 'RS256' }],
  ['an empty kid',                   { ...good, kid: '' }],
  ['a kid of null',                  { ...good, kid: null }],
  ['a kid that is no text',          { ...good, kid: 1 }],
  ['another use',                    { ...good, kid: 'a', use: 'foo' }],
  ['a use of null',                  { ...good, kid: 'a', use: null }],
  ['a use that is no text',          { ...good, kid: 'a', use: 1 }],
  ['operations',                     { ...good, kid: 'a', key_ops: ['verify'], use: 'sig' }],
  ['unknown operations',             { ...good, kid: 'a', key_ops: ['foo'] }],
  ['the same kid',                   { ...rsa.jwk, kid: 'good', alg: 'RS256' }],
  ['a private key',                  { ...privateJwk(rsa), kid: 'a', alg: 'RS256' }],
  ['a short RSA key',                { ...weakRsa.jwk, kid: 'a', alg: 'RS256' }],
  ['another curve',                  { ...secp256k1.jwk, kid: 'a', alg: 'ES256K' }],
  ['a point off the curve',          { ...p256.jwk, y: otherP256.jwk.y, kid: 'a', alg: 'ES256' }],
  ['Ed25519',                        { ...ed25519.jwk, kid: 'a', alg: 'EdDSA' }],
  ['Ed448',                          { ...ed448.jwk, kid: 'a', alg: 'EdDSA' }],
  ['a key for key agreement',        { kty: 'OKP', crv: 'X25519', x: ed25519.jwk.x, kid: 'a', alg: 'ECDH-ES' }],
  ['a short secret',                 { kty: 'oct', k: 'AAAA', kid: 'a', alg: 'HS256' }],
  ['an empty secret',                { kty: 'oct', k: '', kid: 'a', alg: 'HS256' }],
  ['a secret that is no text',       { kty: 'oct', k: 1, kid: 'a', alg: 'HS256' }],
  ['members of its own',             { ...good, kid: 'a', x: { y: 1 } }],
]
const insecure = { optionalAlg: true, optionalKid: true }
// biome-ignore format: table
const documents: readonly Row[] = [
  { title: 'no keys',                  content: '{"keys":[]}' },
  { title: 'keys that are no list',    content: '{"keys":"x"}' },
  { title: 'keys of null',             content: '{"keys":null}' },
  { title: 'an empty object',          content: '{}' },
  { title: 'a bare list',              content: JSON.stringify([good]) },
  { title: 'text after the set',       content: `${JSON.stringify({ keys: [good] })} x` },
  { title: 'members of its own',       content: JSON.stringify({ keys: [good], x: 1 }) },
  { title: 'a key with keys',          content: JSON.stringify({ ...good, keys: [good] }) },
  { title: 'keys twice',               content: `{"keys":[],"keys":[${JSON.stringify(good)}]}` },
  { title: 'PEM without saying so',    content: pemOf('spki'), insecure },
  { title: 'JSON said to be PEM',      content: JSON.stringify({ keys: [good] }), pem: true, insecure },
  { title: 'PEM, SPKI',                content: pemOf('spki'), pem: true, insecure },
  { title: 'PEM, PKCS #1',             content: pemOf('pkcs1'), pem: true, insecure },
  { title: 'PEM, private, PKCS #8',    content: privatePem('pkcs8'), pem: true, insecure },
  { title: 'PEM, private, PKCS #1',    content: privatePem('pkcs1'), pem: true, insecure },
  { title: 'PEM, SEC 1 and another',   content: sec1 + pemOf('spki'), pem: true, insecure },
  { title: 'PEM, blank lines between', content: `${sec1}\n\n${pemOf('spki')}\n`, pem: true, insecure },
  { title: 'PEM with text around',     content: `hello\n${pemOf('spki')}bye\n`, pem: true, insecure },
  { title: 'PEM of an unknown block',  content: `-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n${pemOf('spki')}`, pem: true, insecure },
  { title: 'PEM without insecure',     content: pemOf('spki'), pem: true },
  { title: 'PEM with optional alg',    content: pemOf('spki'), pem: true, insecure: { optionalAlg: true } },
  { title: 'PEM with optional kid',    content: pemOf('spki'), pem: true, insecure: { optionalKid: true } },
]
const rows: readonly Row[] = [
  ...companions.map(([title, other]) => ({
    title: `a good key beside ${title}`,
    content: JSON.stringify({ keys: [other, good] }),
  })),
  ...documents,
]
const keySets = rows.map(({ content, pem = false, insecure: lax = {} }, index) => ({
  id: `set-${index}`,
  local: { data: Buffer.from(content).toString('base64'), pem },
  insecure: lax,
}))
const token = signToken({
  header: { alg: 'RS256', kid: 'good' },
  claims: {},
  alg: 'RS256',
  key: rsa.privateKey,
})

describe.skipIf('missing' in findCerbos())(
  `a key set is used or refused as by the real Cerbos${skippedWithoutCerbos()}`,
  () => {
    let server: CerbosServer
    beforeAll(async () => {
      server = await startClaimsServer({ jwt: { keySets } })
    }, 60_000)
    afterAll(() => server.stop())

    test.each(rows.map(({ title }, index) => ({ title, index })))('$title', async ({ index }) => {
      const { ok } = await cerbosClaims(server, token, `set-${index}`)
      expect(await accepts(keySets.slice(index, index + 1))).toBe(ok)
    })
  },
)

async function accepts(configs: readonly KeySetConfig[]): Promise<boolean> {
  try {
    const extractor = await createAuxDataExtractor({ keySets: configs })
    await extractor.extract({ jwt: { token } }, { now: Date.now() })
    return true
  } catch {
    return false
  }
}
