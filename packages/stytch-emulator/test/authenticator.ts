import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** What may be otherwise than an honest browser and authenticator would have it. */
export interface Lies {
  readonly origin?: string
  readonly domain?: string
  readonly challenge?: string
  readonly counter?: number
  readonly userHandle?: string
  /** What is signed with; a key of its own when left out. */
  readonly key?: KeyObject
  /** Whether nobody touched it. */
  readonly absent?: boolean
}

/** A security key with one credential, and the browser it is plugged into. */
export interface Authenticator {
  readonly id: string
  /** Answers `public_key_credential_creation_options`. */
  create(options: string, lies?: Lies): string
  /** Answers `public_key_credential_request_options`. */
  get(options: string, lies?: Lies): string
}

/** A security key: ES256, with a statement about its credential that it signs itself. */
export function createAuthenticator(pageOrigin = 'http://localhost:4000'): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(16)
  const id = credentialId.toString('base64url')
  let count = 0
  let handle = ''

  const cose = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(Buffer.from(x, 'base64url'))],
    [-3, bytes(Buffer.from(y, 'base64url'))],
  ])
  const attested = Buffer.concat([
    Buffer.alloc(16),
    Buffer.from([0, credentialId.length]),
    credentialId,
    isoCBOR.encode(cose),
  ])

  return {
    id,
    create(options, lies = {}) {
      const { rp, challenge, user } = JSON.parse(options)
      handle = urlSafe(user.id)
      const data = authenticatorData(lies.domain ?? rp.id, 0x40, lies, 0)
      const authData = Buffer.concat([data, attested])
      const clientDataJSON = clientData('webauthn.create', challenge, lies)
      const sig = signed(authData, clientDataJSON, lies.key ?? privateKey)
      const statement = new Map<string, number | Uint8Array>([
        ['alg', -7],
        ['sig', bytes(sig)],
      ])
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Uint8Array | typeof statement>([
          ['fmt', 'packed'],
          ['attStmt', statement],
          ['authData', bytes(authData)],
        ]),
      )
      return shown({ clientDataJSON, attestationObject })
    },
    get(options, lies = {}) {
      const { rpId, challenge } = JSON.parse(options)
      count += 1
      const authenticatorDatum = authenticatorData(lies.domain ?? rpId, 0, lies, count)
      const clientDataJSON = clientData('webauthn.get', challenge, lies)
      const signature = signed(authenticatorDatum, clientDataJSON, lies.key ?? privateKey)
      const userHandle = Buffer.from(lies.userHandle ?? handle, 'base64url')
      return shown({
        clientDataJSON,
        authenticatorData: authenticatorDatum,
        signature,
        userHandle,
      })
    },
  }

  function clientData(type: string, challenge: string, lies: Lies): Buffer {
    const origin = lies.origin ?? pageOrigin
    return Buffer.from(
      JSON.stringify({ type, challenge: lies.challenge ?? urlSafe(challenge), origin }),
    )
  }

  function shown(response: Readonly<Record<string, Uint8Array>>): string {
    const texts = Object.entries(response).map(([name, value]) => [
      name,
      Buffer.from(value).toString('base64url'),
    ])
    const credential = { id, rawId: id, type: 'public-key', clientExtensionResults: {} }
    return JSON.stringify({ ...credential, response: Object.fromEntries(texts) })
  }
}

function authenticatorData(domain: string, flags: number, lies: Lies, count: number): Buffer {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(lies.counter ?? count)
  const present = lies.absent === true ? 0 : 1
  return Buffer.concat([hash(Buffer.from(domain)), Buffer.from([flags | present]), counter])
}

function signed(data: Buffer, clientDataJSON: Buffer, key: KeyObject): Buffer {
  return sign('sha256', Buffer.concat([data, hash(clientDataJSON)]), key)
}

function hash(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

function bytes(buffer: Buffer): Uint8Array {
  return Uint8Array.from(buffer)
}

function urlSafe(text: string): string {
  return Buffer.from(text, 'base64').toString('base64url')
}
