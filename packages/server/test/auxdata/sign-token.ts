import { constants, createHmac, type KeyObject, sign } from 'node:crypto'

/** What a test token is made of. Text is taken as it is, so that malformed parts can be signed too. */
export interface TokenParts {
  readonly header: object | string
  readonly claims: object | string
  /** How it is signed, whatever the header says; none makes the signature empty. */
  readonly alg?: string
  readonly key?: KeyObject | Uint8Array
}

/** A compact JWS. */
export function signToken({ header, claims, alg, key }: TokenParts): string {
  const content = `${encode(header)}.${encode(claims)}`
  if (alg === undefined || key === undefined) return `${content}.`
  return `${content}.${signature(alg, key, Buffer.from(content)).toString('base64url')}`
}

function encode(part: object | string): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}

function signature(alg: string, key: KeyObject | Uint8Array, content: Buffer): Buffer {
  const hash = `sha${alg.slice(2, 5)}`
  if (key instanceof Uint8Array) return createHmac(hash, key).update(content).digest()
  if (alg.startsWith('PS'))
    return sign(hash, content, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
  if (alg.startsWith('ES')) return sign(hash, content, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('Ed')) return sign(null, content, key)
  return sign(hash, content, key)
}
