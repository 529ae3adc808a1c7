import { createPrivateKey } from 'node:crypto'

import type { Clock } from '../clock.ts'
import { type SigningKey, signClaims, signingKeyOf } from '../keys.ts'
import { testPrivateKey } from './test-key.ts'

const lifetimeSeconds = 3600

let key: SigningKey | undefined

/** The identity provider's key: not a project's, so that nothing it signs is a session. */
export function idpKey(): SigningKey {
  key ??= signingKeyOf(createPrivateKey(testPrivateKey))
  return key
}

/** Signs an ID token; the times are added. */
export function signIdToken(clock: Clock, claims: object): string {
  const iat = Math.floor(clock.now().getTime() / 1000)
  return signClaims(idpKey(), { ...claims, iat, exp: iat + lifetimeSeconds })
}
