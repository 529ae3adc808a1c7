import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'

import { algorithmsOf, isKeyAlgorithm } from './algorithms.ts'
import type { InsecureOptions } from './config.ts'
import { type Fields, field, isFields, parseObject } from './json.ts'

/** A key that verifies signatures, or none where `algorithms` is empty. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithms: readonly string[]
  readonly key: KeyObject
}

/** What keys are read from. */
export interface KeySource {
  readonly content: Uint8Array
  readonly isPem: boolean
  readonly insecure: InsecureOptions
}

/**
 * Reads a key set. As in Cerbos, one key that cannot be used makes the set unusable: half a set would
 * refuse the tokens of the other half without a word. @throws with the reason, which tells no key.
 */
export function readKeys({ content, isPem, insecure }: KeySource): readonly VerificationKey[] {
  const keys = isPem ? readPem(content) : readJwks(content)
  if (keys.length === 0) throw new Error('there are no keys')
  for (const [index, { kid, alg, key }] of keys.entries()) {
    const lack = lackOf(kid, alg, insecure)
    if (lack !== undefined) throw new Error(`key ${index + 1} ${lack}`)
    const problem = keyProblem(key)
    if (problem !== undefined) throw new Error(`key ${index + 1} ${problem}`)
  }
  return keys.map(({ kid, alg, isForSignatures, key }) => ({
    kid,
    key,
    algorithms: isForSignatures ? algorithmsOf(key, alg) : [],
  }))
}

interface ReadKey {
  readonly kid: string | undefined
  readonly alg: string | undefined
  readonly isForSignatures: boolean
  readonly key: KeyObject
}

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g

function readPem(content: Uint8Array): readonly ReadKey[] {
  const text = Buffer.from(content).toString('latin1')
  if (text.replace(pemBlock, '').trim() !== '') throw new Error('it is not PEM throughout')
  return [...text.matchAll(pemBlock)].map(([block], index) => ({
    kid: undefined,
    alg: undefined,
    isForSignatures: true,
    // Of a private key and of a certificate it is the public key.
    key: attempt(index, () => createPublicKey(block)),
  }))
}

function readJwks(content: Uint8Array): readonly ReadKey[] {
  const document = parseObject(content)
  if (document === undefined)
    throw new Error('it is not a JSON object; is it PEM without `pem: true`?')
  const keys = Object.hasOwn(document, 'keys') ? field(document, 'keys') : [document]
  if (!Array.isArray(keys)) throw new Error('its `keys` is not a list')
  return keys.map((jwk: unknown, index) => {
    if (!isFields(jwk)) throw new Error(`key ${index + 1} is not an object`)
    return readJwk(jwk, index)
  })
}

function readJwk(jwk: Fields, index: number): ReadKey {
  const text = (name: string): string | undefined => {
    const value = field(jwk, name) ?? undefined
    if (value !== undefined && typeof value !== 'string')
      throw new Error(`key ${index + 1} has a \`${name}\` that is not text`)
    return value === '' ? undefined : value
  }
  const use = text('use')
  return {
    kid: text('kid'),
    alg: text('alg'),
    isForSignatures: use === undefined || use === 'sig',
    key: attempt(index, () => keyObject(jwk)),
  }
}

function keyObject(jwk: Fields): KeyObject {
  if (field(jwk, 'kty') !== 'oct') return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const k = field(jwk, 'k')
  if (typeof k !== 'string' || k === '') throw new Error('the secret is empty')
  return createSecretKey(Buffer.from(k, 'base64url'))
}

// What OpenSSL says may quote the key.
function attempt(index: number, read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch {
    throw new Error(`key ${index + 1} cannot be read, or is of a type that is not known`)
  }
}

function lackOf(
  kid: string | undefined,
  alg: string | undefined,
  { optionalAlg = false, optionalKid = false }: InsecureOptions,
): string | undefined {
  if (kid === undefined && !optionalKid) return 'has no `kid`; see `insecure.optionalKid`'
  if (alg === undefined && !optionalAlg) return 'has no `alg`; see `insecure.optionalAlg`'
  return alg === undefined || isKeyAlgorithm(alg) ? undefined : 'has an `alg` that is not known'
}

const shortestRsa = 2048
// Some of them verify nothing here, and do no harm to those that do.
const acceptedTypes = new Set(['rsa', 'ec', 'ed25519', 'ed448', 'x25519'])
const acceptedCurves = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

function keyProblem(key: KeyObject): string | undefined {
  if (key.type === 'secret') return undefined
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (!acceptedTypes.has(key.asymmetricKeyType ?? '')) return 'is of a type that is not accepted'
  if (namedCurve !== undefined && !acceptedCurves.has(namedCurve))
    return 'is on a curve that is not accepted'
  if (modulusLength !== undefined && modulusLength < shortestRsa)
    return `is shorter than ${shortestRsa} bits`
  return undefined
}
