import type { AuxDataConfig } from '../../src/auxdata.ts'
import { signToken, type TokenParts } from './sign-token.ts'
import type { SigningKeys } from './signing-keys.ts'
import { privateJwk } from './signing-keys.ts'

/** A token, and the key set that the request names. */
export interface TokenCase {
  readonly title: string
  /** `''` names none. */
  readonly keySetId: string
  readonly token: string
}

/** The key sets of the cases. */
export function keySetsOf(keys: SigningKeys): NonNullable<AuxDataConfig['keySets']> {
  const { rsa, otherRsa, weakRsa, p256, otherP256, p384, p521, secp256k1, ed25519, ed448 } = keys
  const secret = { kty: 'oct', k: Buffer.from(keys.secret).toString('base64url') }
  const jwks = (...members: readonly object[]): { data: string } => ({
    data: base64(JSON.stringify({ keys: members })),
  })
  const pem = (...members: readonly { publicKey: SigningKeys['rsa']['publicKey'] }[]) => ({
    data: base64(
      members.map((each) => each.publicKey.export({ type: 'spki', format: 'pem' })).join(''),
    ),
    pem: true,
  })
  const inferred = { optionalAlg: true }
  const unnamed = { optionalKid: true }
  const insecure = { ...inferred, ...unnamed }
  // biome-ignore format: table
  const main = [
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => ({ ...rsa.jwk, kid: alg, alg })),
    { ...p256.jwk,      kid: 'ES256',     alg: 'ES256' },
    { ...p384.jwk,      kid: 'ES384',     alg: 'ES384' },
    { ...p521.jwk,      kid: 'ES512',     alg: 'ES512' },
    { ...ed25519.jwk,   kid: 'EdDSA',     alg: 'EdDSA' },
    { ...ed25519.jwk,   kid: 'Ed25519',   alg: 'Ed25519' },
    { ...secret,        kid: 'HS256',     alg: 'HS256' },
    { ...secret,        kid: 'HS512',     alg: 'HS512' },
    { ...rsa.jwk,       kid: 'sig',       alg: 'RS256', use: 'sig' },
    { ...rsa.jwk,       kid: 'enc',       alg: 'RS256', use: 'enc' },
    { ...rsa.jwk,       kid: 'no-use',    alg: 'RS256', use: '' },
    { ...rsa.jwk,       kid: 'ops',       alg: 'RS256', key_ops: ['verify'] },
    { ...rsa.jwk,       kid: 'ops-sign',  alg: 'RS256', key_ops: ['sign'] },
    { ...rsa.jwk,       kid: 'oaep',      alg: 'RSA-OAEP' },
    { ...rsa.jwk,       kid: 'none',      alg: 'none' },
    { ...rsa.jwk,       kid: 'rsa-es256', alg: 'ES256' },
    { ...rsa.jwk,       kid: 'rsa-hs256', alg: 'HS256' },
    { ...privateJwk(rsa), kid: 'private', alg: 'RS256' },
    { ...p256.jwk,      kid: 'twice',     alg: 'ES256' },
    { ...otherP256.jwk, kid: 'twice',     alg: 'ES256' },
  ]
  // biome-ignore format: table
  return [
    { id: 'main',            local: jwks(...main) },
    { id: 'weak',            local: jwks({ ...weakRsa.jwk, kid: 'weak', alg: 'RS256' }) },
    { id: 'es256k',          local: jwks({ ...secp256k1.jwk, kid: 'es256k', alg: 'ES256K' }) },
    { id: 'ed448',           local: jwks({ ...ed448.jwk, kid: 'ed448', alg: 'EdDSA' }) },
    { id: 'one-odd',         local: jwks({ kty: 'XX', kid: 'odd' }, { ...rsa.jwk, kid: 'RS256', alg: 'RS256' }) },
    { id: 'one-broken',      local: jwks({ kty: 'RSA', kid: 'broken', alg: 'RS256', n: 'AQAB' }, { ...rsa.jwk, kid: 'RS256', alg: 'RS256' }) },
    { id: 'one-no-alg',      local: jwks({ ...p256.jwk, kid: 'p256' }, { ...rsa.jwk, kid: 'RS256', alg: 'RS256' }) },
    { id: 'one-no-kid',      local: jwks({ ...p256.jwk, alg: 'ES256' }, { ...rsa.jwk, kid: 'RS256', alg: 'RS256' }) },
    { id: 'inferred-no-kid', local: jwks({ ...p256.jwk }, { ...rsa.jwk, kid: 'RS256', alg: 'RS256' }), insecure: inferred },
    { id: 'unnamed-no-alg',  local: jwks({ ...p256.jwk, kid: 'p256' }, { ...rsa.jwk, alg: 'RS256' }), insecure: unnamed },
    { id: 'empty',           local: jwks() },
    { id: 'one-key',         local: { data: base64(JSON.stringify({ ...rsa.jwk, kid: 'RS256', alg: 'RS256' })) } },
    { id: 'one-unnamed',     local: jwks({ ...rsa.jwk, alg: 'RS256' }) },
    { id: 'no-alg',          local: jwks({ ...rsa.jwk, kid: 'rsa' }, { ...p256.jwk, kid: 'p256' }) },
    { id: 'inferred',        local: jwks({ ...rsa.jwk, kid: 'rsa' }, { ...p256.jwk, kid: 'p256' }, { ...ed25519.jwk, kid: 'ed' }, { ...secret, kid: 'secret' }, { ...p384.jwk, kid: 'p384-fixed', alg: 'ES384' }), insecure: inferred },
    { id: 'unnamed',         local: jwks({ ...otherRsa.jwk, alg: 'RS256' }, { ...rsa.jwk, alg: 'RS256' }, { ...p256.jwk, alg: 'ES256', kid: 'p256' }, { ...secret, alg: 'HS256' }), insecure: unnamed },
    { id: 'insecure',        local: jwks({ ...otherRsa.jwk }, { ...rsa.jwk }, { ...p256.jwk, use: 'enc' }, { ...p384.jwk }), insecure },
    { id: 'pem',             local: pem(rsa, p256) },
    { id: 'pem-inferred',    local: pem(rsa), insecure: inferred },
    { id: 'pem-insecure',    local: pem(otherRsa, rsa, p256, ed25519), insecure },
    { id: 'text',            local: { data: base64('these are no keys') } },
  ]
}

/** Tokens that a server accepts or refuses, with claims of every sort. `now` is in seconds. */
export function tokenCases(keys: SigningKeys, now: number): readonly TokenCase[] {
  return [...signatureCases(keys), ...claimCases(keys, now), ...shapeCases(keys)]
}

const claims = { sub: 'maya', level: 3 }

function signatureCases(keys: SigningKeys): readonly TokenCase[] {
  const { rsa, otherRsa, p256, otherP256, p384, p521, ed25519, secret } = keys
  const publicPem = Buffer.from(String(rsa.publicKey.export({ type: 'spki', format: 'pem' })))
  const row = (
    title: string,
    keySetId: string,
    header: object,
    alg: string | undefined,
    key: TokenParts['key'],
  ): TokenCase => ({
    title,
    keySetId,
    token: signToken({
      header,
      claims,
      ...(alg !== undefined && key !== undefined && { alg, key }),
    }),
  })
  const [R, P, E4, E5, Ed] = [rsa, p256, p384, p521, ed25519].map((each) => each.privateKey)
  // biome-ignore format: table
  return [
    row('RS256',                              'main',     { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('RS384',                              'main',     { alg: 'RS384', kid: 'RS384' },    'RS384', R),
    row('RS512',                              'main',     { alg: 'RS512', kid: 'RS512' },    'RS512', R),
    row('PS256',                              'main',     { alg: 'PS256', kid: 'PS256' },    'PS256', R),
    row('PS384',                              'main',     { alg: 'PS384', kid: 'PS384' },    'PS384', R),
    row('PS512',                              'main',     { alg: 'PS512', kid: 'PS512' },    'PS512', R),
    row('ES256',                              'main',     { alg: 'ES256', kid: 'ES256' },    'ES256', P),
    row('ES384',                              'main',     { alg: 'ES384', kid: 'ES384' },    'ES384', E4),
    row('ES512',                              'main',     { alg: 'ES512', kid: 'ES512' },    'ES512', E5),
    row('EdDSA',                              'main',     { alg: 'EdDSA', kid: 'EdDSA' },    'EdDSA', Ed),
    row('Ed25519',                            'main',     { alg: 'Ed25519', kid: 'Ed25519' }, 'EdDSA', Ed),
    row('EdDSA with a key for Ed25519',       'main',     { alg: 'EdDSA', kid: 'Ed25519' },  'EdDSA', Ed),
    row('Ed25519 with a key for EdDSA',       'main',     { alg: 'Ed25519', kid: 'EdDSA' },  'EdDSA', Ed),
    row('HS256',                              'main',     { alg: 'HS256', kid: 'HS256' },    'HS256', secret),
    row('HS512',                              'main',     { alg: 'HS512', kid: 'HS512' },    'HS512', secret),
    row('a short RSA key',                    'weak',     { alg: 'RS256', kid: 'weak' },     'RS256', keys.weakRsa.privateKey),
    row('ES256K',                             'es256k',   { alg: 'ES256K', kid: 'es256k' },  'ES256', keys.secp256k1.privateKey),
    row('Ed448',                              'ed448',    { alg: 'EdDSA', kid: 'ed448' },    'EdDSA', keys.ed448.privateKey),
    row('a key beside one of unknown type',   'one-odd',  { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('a key beside a broken one',          'one-broken', { alg: 'RS256', kid: 'RS256' },  'RS256', R),
    row('no kid in another key',              'one-no-kid', { alg: 'RS256', kid: 'RS256' },  'RS256', R),
    row('inferred: no kid in another key',    'inferred-no-kid', { alg: 'RS256', kid: 'RS256' }, 'RS256', R),
    row('unnamed: no alg in another key',     'unnamed-no-alg', { alg: 'RS256' },            'RS256', R),
    row('a key set without keys',             'empty',    { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('a key set that is one key',          'one-key',  { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('a key set that is text',             'text',     { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('an unknown key set',                 'nowhere',  { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('no key set named',                   '',         { alg: 'RS256', kid: 'RS256' },    'RS256', R),
    row('an unknown kid',                     'main',     { alg: 'RS256', kid: 'nobody' },   'RS256', R),
    row('no kid',                             'main',     { alg: 'RS256' },                  'RS256', R),
    row('an empty kid',                       'main',     { alg: 'RS256', kid: '' },         'RS256', R),
    row('no kid, and one key without kid',    'one-unnamed', { alg: 'RS256' },               'RS256', R),
    row('no kid, and one key with kid',       'one-key',  { alg: 'RS256' },                  'RS256', R),
    row('kid, and one key without',           'one-unnamed', { alg: 'RS256', kid: 'RS256' }, 'RS256', R),
    row('another key of that sort',           'main',     { alg: 'RS256', kid: 'RS256' },    'RS256', otherRsa.privateKey),
    row('the first of two keys of a kid',     'main',     { alg: 'ES256', kid: 'twice' },    'ES256', P),
    row('the second of two keys of a kid',    'main',     { alg: 'ES256', kid: 'twice' },    'ES256', otherP256.privateKey),
    row('a key for signatures',               'main',     { alg: 'RS256', kid: 'sig' },      'RS256', R),
    row('a key for encryption',               'main',     { alg: 'RS256', kid: 'enc' },      'RS256', R),
    row('a key of empty use',                 'main',     { alg: 'RS256', kid: 'no-use' },   'RS256', R),
    row('a key to verify with',               'main',     { alg: 'RS256', kid: 'ops' },      'RS256', R),
    row('a key to sign with only',            'main',     { alg: 'RS256', kid: 'ops-sign' }, 'RS256', R),
    row('a key of an encryption algorithm',   'main',     { alg: 'RS256', kid: 'oaep' },     'RS256', R),
    row('a key of no algorithm at all',       'main',     { alg: 'none', kid: 'none' },      undefined, undefined),
    row('a private key in the set',           'main',     { alg: 'RS256', kid: 'private' },  'RS256', R),
    row('an RSA key said to be for ES256',    'main',     { alg: 'ES256', kid: 'rsa-es256' }, 'ES256', P),
    row('HS256 with the public key as secret', 'main',    { alg: 'HS256', kid: 'RS256' },    'HS256', publicPem),
    row('HS256 with an RSA key said to be for it', 'main', { alg: 'HS256', kid: 'rsa-hs256' }, 'HS256', publicPem),
    row('HS256 inferred from an RSA key',     'inferred', { alg: 'HS256', kid: 'rsa' },      'HS256', publicPem),
    row('alg none without a signature',       'main',     { alg: 'none', kid: 'RS256' },     undefined, undefined),
    row('alg none with a good signature',     'main',     { alg: 'none', kid: 'RS256' },     'RS256', R),
    row('alg nOnE',                           'main',     { alg: 'nOnE', kid: 'RS256' },     undefined, undefined),
    row('no alg in the token',                'main',     { kid: 'RS256' },                  'RS256', R),
    row('another alg in the token, signed by the key\'s', 'main', { alg: 'PS256', kid: 'RS256' }, 'RS256', R),
    row('another alg in the token, signed by it', 'main', { alg: 'PS256', kid: 'RS256' },    'PS256', R),
    row('an unknown alg, signed by the key\'s', 'main',   { alg: 'XX1', kid: 'RS256' },      'RS256', R),
    row('no alg in the key',                  'no-alg',   { alg: 'RS256', kid: 'rsa' },      'RS256', R),
    row('no alg in another key',              'one-no-alg', { alg: 'RS256', kid: 'RS256' },  'RS256', R),
    row('inferred: RS256',                    'inferred', { alg: 'RS256', kid: 'rsa' },      'RS256', R),
    row('inferred: PS512',                    'inferred', { alg: 'PS512', kid: 'rsa' },      'PS512', R),
    row('inferred: ES256',                    'inferred', { alg: 'ES256', kid: 'p256' },     'ES256', P),
    row('inferred: ES384 of P-256',           'inferred', { alg: 'ES384', kid: 'p256' },     'ES384', P),
    row('inferred: EdDSA',                    'inferred', { alg: 'EdDSA', kid: 'ed' },       'EdDSA', Ed),
    row('inferred: Ed25519',                  'inferred', { alg: 'Ed25519', kid: 'ed' },     'EdDSA', Ed),
    row('inferred: HS384',                    'inferred', { alg: 'HS384', kid: 'secret' },   'HS384', secret),
    row('inferred: the alg of a key that has one', 'inferred', { alg: 'ES384', kid: 'p384-fixed' }, 'ES384', E4),
    row('inferred: alg none',                 'inferred', { alg: 'none', kid: 'rsa' },       undefined, undefined),
    row('inferred: no alg in the token',      'inferred', { kid: 'rsa' },                    'RS256', R),
    row('inferred: no alg in the token, ES256', 'inferred', { kid: 'p256' },                 'ES256', P),
    row('inferred: no kid',                   'inferred', { alg: 'RS256' },                  'RS256', R),
    row('unnamed: the second of the keys',    'unnamed',  { alg: 'RS256' },                  'RS256', R),
    row('unnamed: another key by kid',        'unnamed',  { alg: 'ES256', kid: 'p256' },     'ES256', P),
    row('unnamed: kid that no key has',       'unnamed',  { alg: 'RS256', kid: 'nobody' },   'RS256', R),
    row('unnamed: kid of a key without that alg', 'unnamed', { alg: 'RS256', kid: 'p256' },  'RS256', R),
    row('unnamed: HS256 with the public key as secret', 'unnamed', { alg: 'HS256' },         'HS256', publicPem),
    row('unnamed: no key fits',               'unnamed',  { alg: 'ES256' },                  'ES256', otherP256.privateKey),
    row('unnamed: no alg in the token',       'unnamed',  {},                                'RS256', R),
    row('insecure: RS256',                    'insecure', { alg: 'RS256' },                  'RS256', R),
    row('insecure: PS256',                    'insecure', { alg: 'PS256', kid: 'nobody' },   'PS256', R),
    row('insecure: a key for encryption',     'insecure', { alg: 'ES256' },                  'ES256', P),
    row('insecure: ES384',                    'insecure', { alg: 'ES384' },                  'ES384', E4),
    row('insecure: no alg in the token',      'insecure', {},                                'ES384', E4),
    row('PEM without kid and alg',            'pem',      { alg: 'RS256' },                  'RS256', R),
    row('PEM inferred',                       'pem-inferred', { alg: 'RS256' },              'RS256', R),
    row('PEM insecure, second key',           'pem-insecure', { alg: 'RS256' },              'RS256', R),
    row('PEM insecure, EC',                   'pem-insecure', { alg: 'ES256' },              'ES256', P),
    row('PEM insecure, EdDSA',                'pem-insecure', { alg: 'EdDSA' },              'EdDSA', Ed),
    row('crit',                               'main',     { alg: 'RS256', kid: 'RS256', crit: ['exp'], exp: 1 }, 'RS256', R),
    row('crit that is no list',               'main',     { alg: 'RS256', kid: 'RS256', crit: 1 }, 'RS256', R),
    row('b64 false without crit',             'main',     { alg: 'RS256', kid: 'RS256', b64: false }, 'RS256', R),
    row('b64 false in crit',                  'main',     { alg: 'RS256', kid: 'RS256', b64: false, crit: ['b64'] }, 'RS256', R),
    row('a key in the header',                'main',     { alg: 'RS256', kid: 'RS256', jwk: otherRsa.jwk }, 'RS256', otherRsa.privateKey),
    row('another typ',                        'main',     { alg: 'RS256', kid: 'RS256', typ: 'at+jwt' }, 'RS256', R),
    row('a typ that is no text',              'main',     { alg: 'RS256', kid: 'RS256', typ: 7 }, 'RS256', R),
    row('a kid that is no text',              'main',     { alg: 'RS256', kid: 7 },          'RS256', R),
    row('cty JWT',                            'main',     { alg: 'RS256', kid: 'RS256', cty: 'JWT' }, 'RS256', R),
    row('a jku that is no text',              'main',     { alg: 'RS256', kid: 'RS256', jku: 7 }, 'RS256', R),
    row('a cty that is no text',              'main',     { alg: 'RS256', kid: 'RS256', cty: 7 }, 'RS256', R),
    row('an x5c that is no list',             'main',     { alg: 'RS256', kid: 'RS256', x5c: 7 }, 'RS256', R),
    row('a jwk that is none',                 'main',     { alg: 'RS256', kid: 'RS256', jwk: 7 }, 'RS256', R),
    row('an alg that is no text',             'main',     { alg: 7, kid: 'RS256' },      'RS256', R),
    row('an alg that is null',                'main',     { alg: null, kid: 'RS256' },   'RS256', R),
    row('a kid that is null',                 'main',     { alg: 'RS256', kid: null },   'RS256', R),
    row('a typ that is null',                 'main',     { alg: 'RS256', kid: 'RS256', typ: null }, 'RS256', R),
    row('b64 true',                           'main',     { alg: 'RS256', kid: 'RS256', b64: true }, 'RS256', R),
    row('b64 true in crit',                   'main',     { alg: 'RS256', kid: 'RS256', b64: true, crit: ['b64'] }, 'RS256', R),
    row('an empty crit',                      'main',     { alg: 'RS256', kid: 'RS256', crit: [] }, 'RS256', R),
    row('a header of its own',                'main',     { alg: 'RS256', kid: 'RS256', x: { y: [1] } }, 'RS256', R),
    row('zip',                                'main',     { alg: 'RS256', kid: 'RS256', zip: 'DEF' }, 'RS256', R),
  ]
}

function claimCases({ rsa }: SigningKeys, now: number): readonly TokenCase[] {
  const row = (title: string, content: object | string): TokenCase => ({
    title,
    keySetId: 'main',
    token: signToken({
      header: { alg: 'RS256', kid: 'RS256' },
      claims: content,
      alg: 'RS256',
      key: rsa.privateKey,
    }),
  })
  // biome-ignore format: table
  return [
    row('all registered claims',     { iss: 'us', sub: 'maya', aud: ['a', 'b'], exp: now + 600, nbf: now - 60, iat: now - 60, jti: 'id' }),
    row('no claims',                 {}),
    row('an audience of one',        { aud: 'only' }),
    row('an audience of none',       { aud: [] }),
    row('an audience with a number', { aud: ['a', 1] }),
    row('an audience that is a number', { aud: 1 }),
    row('an audience that is null',  { aud: null }),
    row('an audience with null',     { aud: [null] }),
    row('an empty audience',         { aud: '' }),
    row('an issuer that is a number', { iss: 1 }),
    row('a subject that is a list',  { sub: ['maya'] }),
    row('an id that is a number',    { jti: 7 }),
    row('an issuer that is null',    { iss: null, sub: null, jti: null }),
    row('expired',                   { exp: now - 60 }),
    row('expired a little',          { exp: now - 10 }),
    row('expired at 0',              { exp: 0 }),
    row('expired at 1',              { exp: 1 }),
    row('expired before 1970',       { exp: -5 }),
    row('expiry as text',            { exp: String(now + 600) }),
    row('expiry as decimal text',    { exp: `${now + 600}.5` }),
    row('expiry as text with a space', { exp: ` ${now + 600}` }),
    row('expiry as text with a sign', { exp: `+${now + 600}` }),
    row('expiry as text in exponent form', { exp: '4.1e9' }),
    row('expiry as text in hexadecimal', { exp: '0xffffffff' }),
    row('expiry as text ending in a point', { exp: `${now + 600}.` }),
    row('expiry as text with leading zeros', { exp: `00${now + 600}` }),
    row('expiry as a date', { exp: '2099-01-01' }),
    row('expiry as RFC 3339 with an offset', { exp: '2099-01-01T00:00:00+02:00' }),
    row('expiry as RFC 3339 with a fraction', { exp: '2099-01-01T00:00:00.75Z' }),
    row('expiry as RFC 3339 in lower case', { exp: '2099-01-01t00:00:00z' }),
    row('expiry as RFC 3339 with a space', { exp: '2099-01-01 00:00:00Z' }),
    row('expiry as RFC 3339 of no day', { exp: '2099-02-30T00:00:00Z' }),
    row('expiry as RFC 3339 of hour 24', { exp: '2099-01-01T24:00:00Z' }),
    row('expiry as RFC 3339 of second 60', { exp: '2099-06-30T23:59:60Z' }),
    row('expiry as RFC 3339 with a wide offset', { exp: '2099-01-01T00:00:00+23:59' }),
    row('expiry as RFC 3339 without an offset', { exp: '2099-01-01T00:00:00' }),
    row('issued before 1970 as RFC 3339', { iat: '1960-01-01T00:00:00Z' }),
    row('issued before 1970 as text', { iat: '-5' }),
    row('issued at -0', '{"iat":-0}'),
    row('issued half a second before 1970', { iat: -0.5 }),
    row('expiry as other text',      { exp: 'tomorrow' }),
    row('expiry as RFC 3339',        { exp: '2099-01-01T00:00:00Z' }),
    row('expiry as empty text',      { exp: '' }),
    row('expiry with a fraction',    { exp: now + 600.75 }),
    row('expiry in exponent form',   `{"exp":4.1e9}`),
    row('expiry in 1970 as text',    { exp: '0' }),
    row('expiry null',               { exp: null, sub: 'maya' }),
    row('expiry true',               { exp: true }),
    row('expiry list',               { exp: [now + 600] }),
    row('expiry in milliseconds',    { exp: (now + 600) * 1000 }),
    row('expiry beyond the year 9999', { exp: 253402300800 }),
    row('the last second of 9999',   { exp: 253402300799 }),
    row('expiry 1e15',               { exp: 1e15 }),
    row('expiry 1e18',               `{"exp":1e18}`),
    row('expiry 9223372036854775807', `{"exp":9223372036854775807}`),
    row('expiry 9223372036854775808', `{"exp":9223372036854775808}`),
    row('expiry 1e19',               `{"exp":1e19}`),
    row('expiry 1e308',              `{"exp":1e308}`),
    row('not yet valid',             { nbf: now + 60 }),
    row('not yet valid by a little', { nbf: now + 20 }),
    row('valid from 0',              { nbf: 0, iat: 0 }),
    row('valid from before 1970',    { nbf: -5, iat: -5 }),
    row('valid from a fraction',     { nbf: now - 60.25, iat: now - 60.5 }),
    row('issued in the future',      { iat: now + 60 }),
    row('issued a little in the future', { iat: now + 20 }),
    row('issued at as text',         { iat: String(now - 5) }),
    row('values of every sort',      { t: true, f: false, n: 1.5, s: 'é😀', list: [1, 'a', null, { x: null }], map: { a: { b: [null] } }, e: {}, l: [] }),
    row('null claims',               { gone: null, kept: { inner: null }, list: [null] }),
    row('large numbers',             `{"a":9007199254740993,"b":1e400,"c":-0,"d":1E2,"e":12345678901234567890}`),
    row('a number too large',        `{"b":1e400}`),
    row('a large integer',           `{"a":9007199254740993,"c":-0,"d":1E2,"e":12345678901234567890}`),
    row('a claim twice',             `{"sub":"first","sub":"second","x":1,"x":2}`),
    row('null over a claim',         `{"sub":"first","sub":null,"x":1,"x":null}`),
    row('a nested key twice',        `{"m":{"a":1,"b":1,"a":2}}`),
    row('names of prototypes',       `{"__proto__":{"a":1},"constructor":1,"toString":"x","m":{"__proto__":1}}`),
    row('a claim without a name',    `{"":1}`),
    row('other time claims',         { auth_time: now, updated_at: 1700000000 }),
    row('nested registered names',   { m: { exp: 1, aud: 'a', iat: 5 } }),
    row('a lone surrogate',          `{"s":"\\ud800"}`),
    row('claims of a list',          `[1]`),
    row('claims of null',            `null`),
    row('claims of text',            `"maya"`),
    row('claims of a number',        `1`),
    row('claims that are no JSON',   `{"sub":`),
    row('claims with a comma too much', `{"sub":"maya",}`),
    row('claims with white space',   ` {"sub" : "maya"}\n`),
    row('claims with text after',    `{"sub":"maya"} x`),
    row('claims with JSON after',    `{"sub":"maya"}{"sub":"x"}`),
    row('claims with a byte order mark', `\ufeff{"sub":"maya"}`),
    row('no claims at all',          ''),
    row('deep claims',               `{"a":${'['.repeat(500)}${']'.repeat(500)}}`),
    row('claims nested 9000 deep',   `{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`),
    row('claims nested 20000 deep',  `{"a":${'['.repeat(20000)}${']'.repeat(20000)}}`),
  ]
}

function shapeCases({ rsa }: SigningKeys): readonly TokenCase[] {
  const good = signToken({
    header: { alg: 'RS256', kid: 'RS256' },
    claims,
    alg: 'RS256',
    key: rsa.privateKey,
  })
  const [header = '', payload = '', signature = ''] = good.split('.')
  const lone = Buffer.from(`{"s":"\xff"}`, 'latin1')
  const headerText = (text: string): string =>
    signToken({ header: text, claims, alg: 'RS256', key: rsa.privateKey })
  const row = (title: string, token: string): TokenCase => ({ title, keySetId: 'main', token })
  // biome-ignore format: table
  return [
    row('text',                        'maya'),
    row('one dot',                     `${header}.${payload}`),
    row('three dots',                  `${good}.`),
    row('four dots',                   `${good}.a.b`),
    row('only dots',                   '..'),
    row('no header',                   `.${payload}.${signature}`),
    row('no payload',                  `${header}..${signature}`),
    row('no signature',                `${header}.${payload}.`),
    row('a changed payload',           `${header}.${base64url('{"sub":"root"}')}.${signature}`),
    row('a changed signature',         `${header}.${payload}.${flip(signature)}`),
    row('a shortened signature',       `${header}.${payload}.${signature.slice(0, -8)}`),
    row('a padded signature',          `${good}==`),
    row('a padded payload',            `${header}.${payload}=.${signature}`),
    row('white space before',          ` ${good}`),
    row('white space after',           `${good}\n`),
    row('white space inside',          `${header}.${payload}.\n${signature}`),
    row('the word Bearer',             `Bearer ${good}`),
    row('base64 instead of base64url', `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`),
    row('bytes that are no UTF-8',     `${header}.${lone.toString('base64url')}.${signature}`),
    row('a header that is no JSON',    headerText('{')),
    row('a header that is a list',     headerText('[]')),
    row('a header that is null',       headerText('null')),
    row('alg twice',                   headerText('{"alg":"none","alg":"RS256","kid":"RS256"}')),
    row('kid twice',                   headerText('{"alg":"RS256","kid":"ES256","kid":"RS256"}')),
    row('general JSON',                JSON.stringify({ payload, signatures: [{ protected: header, signature }] })),
    row('flattened JSON',              JSON.stringify({ payload, protected: header, signature })),
    row('bare claims',                 JSON.stringify(claims)),
    row('five parts, as a JWE has',    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA'),
  ]
}

function flip(signature: string): string {
  const last = signature.slice(10, 11) === 'A' ? 'B' : 'A'
  return signature.slice(0, 10) + last + signature.slice(11)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
