import { importJWK, type JWK } from 'jose'

import { isYoung } from '../age.ts'
import { failure, failureFrom } from '../errors.ts'
import { field, isFields } from '../shape.ts'
import { OutOfTries, type TryLimits, withTries } from '../tries.ts'

/** The signature keys of a Stytch project. */
export interface KeySet {
  /**
   * The key that a token names, the same object until the keys are fetched again. Rejects with a 401
   * when there is none, and a 503 when unknown.
   */
  key(kid: string): Promise<SignatureKey>
  /** When the keys were fetched, milliseconds since 1970; null before the first time. */
  fetchedAt(): number | null
}

/** A key that jose verifies with. */
export type SignatureKey = Awaited<ReturnType<typeof importJWK>>

/** Where the keys are, and how they are fetched. */
export interface KeySetOptions {
  readonly url: URL
  readonly limits: TryLimits
  readonly clock: () => number
  readonly fetch: typeof fetch
}

/** Milliseconds after which the keys are fetched again. */
const maxAge = 10 * 60_000
/** Milliseconds for which keys are used when they cannot be fetched again. */
const maxStaleness = 60 * 60_000
/** Milliseconds between fetches, so that tokens with invented keys cause no traffic. */
const cooldown = 10_000

interface Keys {
  readonly fetchedAt: number
  readonly byId: ReadonlyMap<string, JWK>
}

/** Fetches the keys of a project when they are needed, once however many requests wait for them. */
export function createKeySet(options: KeySetOptions): KeySet {
  const { clock } = options
  const imported = new WeakMap<JWK, Promise<SignatureKey>>()
  let keys: Keys | undefined
  let lastFetch = Number.NEGATIVE_INFINITY
  let lastFailure: unknown
  let fetching: Promise<Keys> | undefined

  const fetchOnce = (): Promise<Keys> => {
    fetching ??= fetchKeys(options)
      .then(
        (fetched) => {
          lastFailure = undefined
          keys = fetched
          return fetched
        },
        (error) => {
          lastFailure = error
          throw error
        },
      )
      .finally(() => {
        lastFetch = clock()
        fetching = undefined
      })
    return fetching
  }
  const mayFetch = (): boolean => fetching !== undefined || !isYoung(lastFetch, clock(), cooldown)

  const current = async (): Promise<Keys> => {
    if (keys === undefined) return fetchOnce()
    if (isYoung(keys.fetchedAt, clock(), maxAge)) return keys
    if (!isYoung(keys.fetchedAt, clock(), maxStaleness)) return fetchOnce()
    if (!mayFetch()) return keys
    const stale = keys
    return fetchOnce().catch(() => stale)
  }

  /** A key that nobody has seen yet is a rotation, or an invention. */
  const look = async (kid: string): Promise<JWK> => {
    if (!mayFetch() && lastFailure !== undefined) throw lastFailure
    const found = mayFetch() ? (await fetchOnce()).byId.get(kid) : undefined
    if (found === undefined) throw failure('token-key-unknown')
    return found
  }

  const importOnce = (jwk: JWK): Promise<SignatureKey> => {
    const key = imported.get(jwk) ?? importKey(jwk)
    imported.set(jwk, key)
    return key
  }

  return {
    key: async (kid) => importOnce((await current()).byId.get(kid) ?? (await look(kid))),
    fetchedAt: () => keys?.fetchedAt ?? null,
  }
}

async function fetchKeys({ url, limits, clock, fetch: request }: KeySetOptions): Promise<Keys> {
  const fetchedAt = clock()
  try {
    const isFinal = (): boolean => false
    const body = await withTries((signal) => fetchJson(request, url, signal), isFinal, limits)
    return { fetchedAt, byId: readKeys(body) }
  } catch (error) {
    if (error instanceof OutOfTries)
      throw failureFrom(error, 'stytch-unavailable', limits.deadline, error.tries)
    throw error
  }
}

async function fetchJson(request: typeof fetch, url: URL, signal: AbortSignal): Promise<unknown> {
  const response = await request(url, { signal, redirect: 'error' })
  if (!response.ok) throw new Error(`the JWKS answered ${response.status}`)
  return response.json()
}

function readKeys(body: unknown): Map<string, JWK> {
  const keys = isFields(body) ? field(body, 'keys') : undefined
  if (!Array.isArray(keys)) throw failure('stytch-answer-invalid', 'the JWKS has no `keys`')
  const byId = new Map<string, JWK>()
  for (const key of keys) if (isJwk(key)) byId.set(key.kid, key)
  // Believed, it would sign everyone out.
  if (byId.size === 0) throw failure('stytch-answer-invalid', 'the JWKS has no keys')
  return byId
}

function isJwk(key: unknown): key is JWK & { kid: string } {
  return (
    isFields(key) && typeof field(key, 'kid') === 'string' && typeof field(key, 'kty') === 'string'
  )
}

/** Refuses a key of another algorithm: a token must not choose how it is verified. */
async function importKey(jwk: JWK): Promise<SignatureKey> {
  const isForSignatures = jwk.alg === 'RS256' && (jwk.use ?? 'sig') === 'sig' && !('d' in jwk)
  const isRsa = jwk.kty === 'RSA' && typeof jwk.n === 'string' && typeof jwk.e === 'string'
  if (!isForSignatures || !isRsa) throw failure('token-key-not-accepted')
  try {
    return await importJWK(jwk, 'RS256')
  } catch {
    throw failure('token-key-not-accepted')
  }
}
