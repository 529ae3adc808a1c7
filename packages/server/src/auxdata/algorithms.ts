import type { KeyObject } from 'node:crypto'

// biome-ignore format: table
const signatureAlgorithms = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512',
  'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed25519', 'none',
]
// biome-ignore format: table
const encryptionAlgorithms = [
  'RSA1_5', 'RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512', 'dir', 'A128KW', 'A192KW', 'A256KW',
  'A128GCMKW', 'A192GCMKW', 'A256GCMKW', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW',
  'PBES2-HS256+A128KW', 'PBES2-HS384+A192KW', 'PBES2-HS512+A256KW',
]
const edwards = ['EdDSA', 'Ed25519']

const signatureNames = new Set(signatureAlgorithms)
const keyNames = new Set([...signatureAlgorithms, ...encryptionAlgorithms])

/** Whether a token may say that it is signed so, where signatures are not looked at. */
export function isSignatureAlgorithm(name: string): boolean {
  return signatureNames.has(name)
}

/** Whether a key may say that it is for this algorithm. Most of them verify nothing. */
export function isKeyAlgorithm(name: string): boolean {
  return keyNames.has(name)
}

/**
 * The algorithms that a key verifies: those of its type, and of them only the one that its JWK names.
 * What a token says has no part in it, so that no token makes a public key a shared secret.
 */
export function algorithmsOf(key: KeyObject, alg: string | undefined): readonly string[] {
  const ofType = algorithmsOfType(key)
  if (alg === undefined) return ofType
  // Two names of the same algorithm: RFC 9864 gives `EdDSA` with Ed25519 a name of its own.
  if (edwards.includes(alg)) return ofType.filter((each) => edwards.includes(each))
  return ofType.filter((each) => each === alg)
}

function algorithmsOfType(key: KeyObject): readonly string[] {
  if (key.type === 'secret') return ['HS256', 'HS384', 'HS512']
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    case 'ed25519':
      return edwards
    case 'ec':
      return ofCurve[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? []
    default:
      return []
  }
}

// By OpenSSL's names of the curves.
const ofCurve: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
}
