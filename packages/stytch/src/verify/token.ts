import { failure } from '../errors.ts'
import { type Fields, field, isFields } from '../shape.ts'

/** A JWT that could be read. Nothing in it is true yet. */
export interface DecodedToken {
  readonly kid: string
  readonly claims: Fields
}

/** Characters of the longest token that is read. Stytch's own limit is 4 KB of custom claims. */
const maxTokenLength = 16_384

const segment = /^[A-Za-z0-9_-]+$/

/** Reads a JWT and refuses what its header alone shows to be unacceptable. */
export function decodeToken(token: string): DecodedToken {
  if (token.length > maxTokenLength) throw failure('token-too-large', maxTokenLength)
  const parts = token.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined)
    throw failure('token-malformed', 'it does not have three parts')

  const headers = decodeSegment(header, 'header')
  assertAlgorithm(field(headers, 'alg'))
  if (signature === undefined || !segment.test(signature))
    throw failure('token-malformed', 'its signature is not base64url')
  if (field(headers, 'typ') !== 'JWT') throw failure('token-type-not-accepted')
  // `crit` can change what the signature covers; the other two would bring their own key.
  for (const name of ['crit', 'b64', 'jwk', 'jku', 'x5c', 'x5u'])
    if (Object.hasOwn(headers, name)) throw failure('token-header-not-accepted', name)

  const kid = field(headers, 'kid')
  if (typeof kid !== 'string' || kid === '') throw failure('token-malformed', 'it names no key')
  return { kid, claims: decodeSegment(payload, 'payload') }
}

/** Whether a credential is meant to be a JWT: Stytch's session tokens have no dots. */
export function looksLikeJwt(credential: string): boolean {
  return credential.includes('.')
}

/** Parses one base64url segment as a JSON object. */
function decodeSegment(text: string, name: string): Fields {
  if (!segment.test(text)) throw failure('token-malformed', `its ${name} is not base64url`)
  return parseClaims(Buffer.from(text, 'base64url'), name)
}

/** Parses bytes as a JSON object. */
export function parseClaims(bytes: Uint8Array, name: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw failure('token-malformed', `its ${name} is not JSON`)
  }
  if (!isFields(value)) throw failure('token-malformed', `its ${name} is not a JSON object`)
  return value
}

function assertAlgorithm(algorithm: unknown): void {
  if (typeof algorithm === 'string' && algorithm.toLowerCase() === 'none')
    throw failure('token-unsigned')
  if (algorithm !== 'RS256') throw failure('token-algorithm-not-accepted')
}
