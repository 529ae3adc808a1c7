import { createHash, randomBytes } from 'node:crypto'

/** What proves that the browser that comes back is the one that left (PKCE). */
export interface Proof {
  /** Stays in the browser. */
  readonly verifier: string
  /** Goes out with the request. */
  readonly challenge: string
}

/** A new proof. */
export function newProof(): Proof {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
