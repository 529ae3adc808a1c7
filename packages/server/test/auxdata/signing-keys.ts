import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

/** A key pair that test tokens are signed with. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public half as a JWK without `kid` and `alg`. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** One pair of each sort: RSA keys take long to make, so that a test file makes its keys once. */
export interface SigningKeys {
  readonly rsa: SigningKey
  readonly otherRsa: SigningKey
  readonly weakRsa: SigningKey
  readonly p256: SigningKey
  readonly otherP256: SigningKey
  readonly p384: SigningKey
  readonly p521: SigningKey
  readonly secp256k1: SigningKey
  readonly ed25519: SigningKey
  readonly ed448: SigningKey
  readonly secret: Uint8Array
}

export function createSigningKeys(): SigningKeys {
  return {
    rsa: pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
    otherRsa: pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
    weakRsa: pair(generateKeyPairSync('rsa', { modulusLength: 1024 })),
    p256: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    otherP256: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    p384: pair(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
    p521: pair(generateKeyPairSync('ec', { namedCurve: 'P-521' })),
    secp256k1: pair(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
    ed25519: pair(generateKeyPairSync('ed25519')),
    ed448: pair(generateKeyPairSync('ed448')),
    secret: randomBytes(64),
  }
}

/** The private half as a JWK. */
export function privateJwk({ privateKey }: SigningKey): Readonly<Record<string, unknown>> {
  return {
    ...createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
      format: 'jwk',
    }),
  }
}

function pair(keys: { privateKey: KeyObject; publicKey: KeyObject }): SigningKey {
  return { ...keys, jwk: { ...keys.publicKey.export({ format: 'jwk' }) } }
}
