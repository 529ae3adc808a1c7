import { createPublicKey, generateKeyPair, type KeyObject, sign as signBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

import { uuidOf } from './ids.ts'

/** An RSA key that signs session JWTs. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public half as Stytch's JWKS shows it. */
  readonly jwk: JWK
}

/** The keys of a project: the newest signs, the older ones still verify. */
export interface KeyRing {
  /** The key that signs. */
  current(): SigningKey
  /** Every published key, newest first. */
  all(): readonly SigningKey[]
  /** Puts a new key in front; the old ones stay in the JWKS, as they do at Stytch for a month. */
  rotate(): Promise<SigningKey>
  /** Puts these in the place of all. */
  replace(keys: readonly [SigningKey, ...SigningKey[]]): void
}

/** What `sign` may be told apart from the claims. */
export interface SignOptions {
  /** Header fields that replace `alg`, `kid` and `typ`, or add to them; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>
  /** The key to sign with; the project's current one when left out. */
  readonly key?: SigningKey
}

const generate = promisify(generateKeyPair)
const signAside = promisify<string, Buffer, KeyObject, Buffer>(signBytes)

/** Makes an RSA 2048 key. It takes about 170 ms: tests make one and pass it to each emulator. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  return signingKeyOf(privateKey)
}

/** A private key with what is published of it. */
export function signingKeyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey)
  const { kty, n, e } = publicKey.export({ format: 'jwk' })
  const kid = `jwk-test-${uuidOf(`${n}`)}`
  // Stytch's JWKS has these fields on each key. The certificate chain is empty: no SDK reads it.
  const jwk = {
    kty,
    use: 'sig',
    key_ops: ['verify'],
    alg: 'RS256',
    kid,
    x5c: [],
    x5tS256: '',
    n,
    e,
  }
  return { kid, privateKey, publicKey, jwk: jwk as JWK }
}

/** Keeps the keys of one project. */
export function createKeyRing(first: SigningKey): KeyRing {
  let keys: readonly [SigningKey, ...SigningKey[]] = [first]
  return {
    current: () => keys[0],
    all: () => keys,
    async rotate() {
      const key = await generateSigningKey()
      keys = [key, ...keys]
      return key
    },
    replace(others) {
      keys = others
    },
  }
}

/** The same keys as they were before the last rotation, if there was one. */
export function withoutNewest(ring: KeyRing): KeyRing {
  const [, ...older] = ring.all()
  return { ...ring, all: () => (older.length > 0 ? older : ring.all()) }
}

/**
 * Signs claims exactly as they are given, without adding or checking one, so that tests can make
 * tokens that no honest issuer would.
 */
export function signClaims(key: SigningKey, claims: object, options: SignOptions = {}): string {
  const signer = options.key ?? key
  const input = signingInput(signer, claims, options)
  return `${input}.${signBytes('sha256', Buffer.from(input), signer.privateKey).toString('base64url')}`
}

/** The same on another thread: a signature takes most of the time of a request. */
export async function signClaimsAside(key: SigningKey, claims: object): Promise<string> {
  const input = signingInput(key, claims, {})
  const signature = await signAside('sha256', Buffer.from(input), key.privateKey)
  return `${input}.${signature.toString('base64url')}`
}

function signingInput({ kid }: SigningKey, claims: object, { header }: SignOptions): string {
  return `${encode({ alg: 'RS256', kid, typ: 'JWT', ...header })}.${encode(claims)}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
