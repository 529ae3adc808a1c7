import type { IdentifyFailure } from '@lockstitch/guard'

import { failure } from '../errors.ts'
import type { VerifiedJwt } from './verifier.ts'

/** Seconds by which a JWT may be past its expiry, whatever the tolerance. */
const maxExpiryTolerance = 5
/** Seconds by which clocks may differ at most. */
export const maxClockTolerance = 60

/** Seconds between a time and now, never negative: a clock that is behind makes nothing younger. */
export function ageInSeconds(since: number, now: number): number {
  return Math.max(0, Math.floor(now / 1000 - since))
}

/**
 * Why the time is not right for a JWT. The tolerance is for clocks that differ: it makes tokens valid
 * earlier, and hardly later, because an expiry that is tolerated is a longer session.
 */
export function timeFailure(
  { session, issuedAt, notBefore, expiresAt }: VerifiedJwt,
  now: number,
  tolerance: number,
): IdentifyFailure | undefined {
  const seconds = now / 1000
  if (Math.max(issuedAt, notBefore) > seconds + tolerance) return failure('token-not-yet-valid')
  if (expiresAt <= seconds - Math.min(tolerance, maxExpiryTolerance))
    return failure('token-expired', Math.floor(seconds - expiresAt))
  if ('expiresAt' in session && Date.parse(session.expiresAt) <= now)
    return failure('session-expired')
  return undefined
}
