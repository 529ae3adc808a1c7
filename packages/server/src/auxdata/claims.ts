import { AuxDataError } from './errors.ts'
import type { Claims, ClaimValue, Fields } from './json.ts'
import { timeFromClaim, timeText } from './times.ts'

/** Of what a claim becomes for conditions. */
type ReadClaim = (name: string, value: unknown) => ClaimValue

/** Claims with a meaning of their own; they are refused where they are of another type. */
const registered: ReadonlyMap<string, ReadClaim> = new Map<string, ReadClaim>([
  ['aud', readAudience],
  ['iss', readText],
  ['sub', readText],
  ['jti', readText],
  ['exp', readTime],
  ['iat', readTime],
  ['nbf', readTime],
])

/** Nesting of the deepest claim. */
const deepest = 500

/**
 * The claims of a token as conditions read them. As in Cerbos, `aud` is always a list, the times are
 * RFC 3339 text, and a claim that is null is none.
 */
export function claimsForConditions(claims: Fields): Claims {
  const result: Record<string, ClaimValue> = Object.create(null)
  for (const [name, value] of Object.entries(claims)) {
    const read = registered.get(name)
    if (read !== undefined) result[name] = read(name, value)
    else if (value !== null) result[wellFormed(name)] = readValue(value, 1)
  }
  return result
}

function readAudience(name: string, value: unknown): ClaimValue {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((each) => {
    if (typeof each !== 'string') throw invalid(name, 'text or a list of texts')
    return wellFormed(each)
  })
}

// Cerbos: these, and only these, are empty text where the token has null.
function readText(name: string, value: unknown): ClaimValue {
  if (value === null) return ''
  if (typeof value !== 'string') throw invalid(name, 'text')
  return wellFormed(value)
}

function readTime(name: string, value: unknown): ClaimValue {
  return timeText(timeFromClaim(name, value))
}

function readValue(value: unknown, depth: number): ClaimValue {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'number') {
    // JSON has larger numbers than there are doubles.
    if (!Number.isFinite(value)) throw unreadable('a number is too large')
    return value
  }
  if (typeof value !== 'object' || value === null) return value as boolean | null // JSON has no others
  if (depth > deepest) throw unreadable(`it is nested deeper than ${deepest}`)
  if (Array.isArray(value)) return value.map((each) => readValue(each, depth + 1))
  const result: Record<string, ClaimValue> = Object.create(null)
  for (const [name, each] of Object.entries(value))
    result[wellFormed(name)] = readValue(each, depth + 1)
  return result
}

/** Half a surrogate pair is no character; it becomes U+FFFD, as in Go. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}

function invalid(name: string, expected: string): AuxDataError {
  return new AuxDataError('claim-invalid', `the claim \`${name}\` must be ${expected}`)
}

// The names of claims of the application's own stay out of the log, like their values.
function unreadable(what: string): AuxDataError {
  return new AuxDataError('claim-invalid', `a claim cannot be used: ${what}`)
}
