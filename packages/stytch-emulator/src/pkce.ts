import { createHash } from 'node:crypto'

import { StytchFailure } from './errors.ts'
import { type Reader, string } from './fields.ts'

/** A base64url encoded SHA256 hash. */
export const pkceChallenge: Reader<string> = (value, name) => {
  const challenge = string(value, name)
  if (!/^[A-Za-z0-9_-]{43}=?$/.test(challenge))
    throw new StytchFailure('invalid_pkce_code_challenge')
  return challenge.slice(0, 43)
}

/** The challenge that a verifier answers. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/**
 * Checks that whoever finishes a flow is whoever started it.
 * @see https://www.rfc-editor.org/rfc/rfc7636#section-4.6
 */
export function assertVerified(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined) throw new StytchFailure('pkce_did_not_expect_code_verifier')
  if (verifier === undefined) throw new StytchFailure('pkce_expected_code_verifier')
  if (challengeOf(verifier) !== challenge) throw new StytchFailure('pkce_mismatch')
}
