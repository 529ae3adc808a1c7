import { AuxDataError } from './errors.ts'
import type { Fields } from './json.ts'

/** Seconds since 1970 of the last moment that a Date can hold. */
const latest = 8.64e12

const decimal = /^\d{1,15}(\.\d{0,15})?$/
const rfc3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/**
 * The time in a claim, in whole seconds since 1970: a number, a number as text, or RFC 3339. Cerbos
 * takes no number before 1970, and not -0 either.
 */
export function timeFromClaim(name: string, value: unknown): number {
  const seconds = Math.floor(secondsOf(value))
  if (Math.abs(seconds) <= latest) return seconds
  throw new AuxDataError(
    'claim-invalid',
    `the claim \`${name}\` must be a time in seconds since 1970`,
  )
}

function secondsOf(value: unknown): number {
  if (typeof value === 'number') return value < 0 || Object.is(value, -0) ? Number.NaN : value
  if (typeof value !== 'string') return Number.NaN
  return decimal.test(value) ? Number(value) : secondsOfRfc3339(value)
}

function secondsOfRfc3339(text: string): number {
  const local = rfc3339.exec(text)?.[1]
  // JavaScript takes the 30th of February for a day of March.
  const asUtc = new Date(`${local}Z`)
  const isDay = !Number.isNaN(asUtc.getTime()) && asUtc.toISOString() === `${local}.000Z`
  return isDay ? Date.parse(text) / 1000 : Number.NaN
}

/** RFC 3339 in UTC, and beyond the year 9999 what Go makes of it: a year of more digits. */
export function timeText(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString()
  return text.replace(/^\+0*/, '').replace('.000Z', 'Z')
}

/** When a token is judged. */
export interface TimeOptions {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds by which clocks may differ. */
  readonly skew: number
}

/** Refuses tokens outside their time. One without times is valid for ever, as in Cerbos. */
export function assertTimes(claims: Fields, { now, skew }: TimeOptions): void {
  // Cerbos compares whole seconds.
  const current = Math.floor(now / 1000) * 1000
  const at = (name: string): number | undefined =>
    Object.hasOwn(claims, name) ? timeFromClaim(name, claims[name]) * 1000 : undefined
  const [expiresAt, issuedAt, notBefore] = [at('exp'), at('iat'), at('nbf')]
  if (issuedAt !== undefined && current < issuedAt - skew)
    throw new AuxDataError(
      'token-issued-in-future',
      'the token was issued in the future; compare the clocks',
    )
  if (expiresAt !== undefined && current >= expiresAt + skew)
    throw new AuxDataError('token-expired', 'the token has expired')
  // Cerbos: the moment at which the tolerance begins is not in it.
  if (notBefore !== undefined && current !== notBefore && current <= notBefore - skew)
    throw new AuxDataError('token-not-yet-valid', 'the token is not valid yet')
}
