import { isSignatureAlgorithm } from './algorithms.ts'
import { AuxDataError } from './errors.ts'
import type { KeySet } from './key-sets.ts'
import type { VerificationKey } from './read-keys.ts'
import type { DecodedToken } from './token.ts'

/** Loaded with the first token: most servers never see one. */
let jose: Promise<typeof import('jose')> | undefined

/** Verifies the signature of a token. @throws {AuxDataError} unless a key of the set made it. */
export async function verifySignature(token: DecodedToken, keySet: KeySet): Promise<void> {
  const { alg, text } = token
  if (alg === undefined || alg === 'none')
    throw new AuxDataError('token-algorithm-not-accepted', 'the token is not signed')
  const named = keysFor(token, keySet, await keySet.keys())
  const fitting = named.filter((key) => key.algorithms.includes(alg))
  if (fitting.length === 0)
    throw new AuxDataError(
      'token-algorithm-not-accepted',
      'the algorithm of the token is not one that its key verifies',
    )
  jose ??= import('jose')
  const { compactVerify } = await jose
  const isSignedBy = async (key: VerificationKey['key']): Promise<boolean> => {
    try {
      await compactVerify(text, key, { algorithms: [alg] })
      return true
    } catch {
      // Whatever the reason, this key does not vouch for the token.
      return false
    }
  }
  for (const { key } of fitting) if (await isSignedBy(key)) return
  throw new AuxDataError('token-signature-invalid', 'the signature does not fit the token')
}

/** What is asked of a token on trust: that it says, in words that exist, how it is signed. */
export function assertUnverifiedShape({ alg, isSigned }: DecodedToken): void {
  if (alg !== undefined && !isSignatureAlgorithm(alg))
    throw new AuxDataError('token-algorithm-not-accepted', 'the token names an unknown algorithm')
  if (!isSigned && alg !== 'none')
    throw new AuxDataError('token-malformed', 'the token cannot be read: it has no signature')
}

function keysFor(
  { kid }: DecodedToken,
  { insecure }: KeySet,
  keys: readonly VerificationKey[],
): readonly VerificationKey[] {
  if (insecure.optionalKid === true) return keys
  if (kid === undefined)
    throw new AuxDataError('token-key-unknown', 'the token has no `kid`, which its key set needs')
  // Cerbos: of two keys of the same `kid` the first.
  const key = keys.find((each) => each.kid === kid)
  if (key === undefined)
    throw new AuxDataError(
      'token-key-unknown',
      'the token names a key that its key set does not have',
    )
  return [key]
}
