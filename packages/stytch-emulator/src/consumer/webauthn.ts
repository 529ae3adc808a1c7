import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from '@simplewebauthn/server'

import { minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { isObject } from '../json.ts'
import type {
  AssertionRequest,
  NewCredentialRequest,
  User,
  WebAuthnCeremony,
  WebAuthnRegistration,
} from './entities.ts'

/** How long a browser may take to answer. */
export const ceremonyMinutes = 5

/** ES256, EdDSA and RS256: what browsers' authenticators sign with. */
export const algorithms: readonly number[] = [-7, -8, -257]

/** The library loads hundreds of ASN.1 classes, which an emulator without passkeys does not need. */
export const library = async (): Promise<typeof import('@simplewebauthn/server')> =>
  await import('@simplewebauthn/server')

/** Remembers what a browser is asked for; the bytes that it has to sign. */
export function startCeremony(
  { ids, clock, project }: Emulation,
  request: NewCredentialRequest | AssertionRequest,
): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(Buffer.from(ids.token('webauthn challenge'), 'base64url'))
  const challenge = Buffer.from(bytes).toString('base64url')
  const expires_at = minutesFromNow(clock, ceremonyMinutes)
  project.store.webauthnCeremonies.set(challenge, { ...request, challenge, expires_at })
  return bytes
}

/** What a browser answered, with the ceremony that it answers. */
export interface CeremonyAnswer<K extends WebAuthnCeremony['kind']> {
  readonly ceremony: Extract<WebAuthnCeremony, { readonly kind: K }>
  /** The page that asked the browser. */
  readonly origin: string
  readonly response: K extends 'registration'
    ? RegistrationResponseJSON
    : AuthenticationResponseJSON
}

/** Reads what a browser answered; `undefined` where nobody asked for it, or not in time. */
export function readAnswer<K extends WebAuthnCeremony['kind']>(
  { project, clock }: Emulation,
  kind: K,
  credential: string,
): CeremonyAnswer<K> | undefined {
  const response = parse(credential)
  const { challenge, origin } = clientDataOf(response)
  const ceremony = project.store.webauthnCeremonies.get(challenge)
  if (ceremony?.kind !== kind || ceremony.expires_at <= clock.now()) return undefined
  // The ceremony has this kind, and the library reads every part of the answer itself.
  return { ceremony, origin, response } as unknown as CeremonyAnswer<K>
}

/** Ends a ceremony: an answer is looked at once, whether it is right or not. */
export function endCeremony({ project }: Emulation, { challenge }: WebAuthnCeremony): void {
  project.store.webauthnCeremonies.delete(challenge)
}

/** What a browser says of a new credential, if it and the statement about it are valid. */
export async function verifyNewCredential({
  ceremony,
  origin,
  response,
}: CeremonyAnswer<'registration'>): Promise<WebAuthnCredential | undefined> {
  const { verifyRegistrationResponse } = await library()
  const checked = await refusedAsUndefined(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: ceremony.challenge,
      ...expectedOf(ceremony, origin),
      supportedAlgorithmIDs: [...algorithms],
    }),
  )
  return checked?.registrationInfo?.credential
}

/** The signature counter after a sign-in with a credential, if its assertion is valid. */
export async function verifyAssertion(
  { ceremony, origin, response }: CeremonyAnswer<'authentication'>,
  { credential_id: id, public_key, counter }: WebAuthnRegistration,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await library()
  const publicKey = Uint8Array.from(Buffer.from(public_key, 'base64url'))
  const checked = await refusedAsUndefined(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: ceremony.challenge,
      ...expectedOf(ceremony, origin),
      credential: { id, publicKey, counter },
    }),
  )
  return checked?.verified === true ? checked.authenticationInfo.newCounter : undefined
}

/** The user with a credential, and the registration. */
export function ownerOfRegistration(
  { project }: Emulation,
  matches: (registration: WebAuthnRegistration) => boolean,
): { readonly user: User; readonly registration: WebAuthnRegistration } | undefined {
  for (const user of project.store.users.values()) {
    const registration = user.webauthn_registrations.find(matches)
    if (registration !== undefined) return { user, registration }
  }
  return undefined
}

/** A registration as the API shows it. */
export function showRegistration(registration: WebAuthnRegistration): object {
  const { webauthn_registration_id, domain, user_agent, authenticator_type, name } = registration
  return { webauthn_registration_id, domain, user_agent, verified: true, authenticator_type, name }
}

/** The user's gesture is asked for, but Stytch does not insist on a PIN or a fingerprint. */
function expectedOf(
  { domain }: WebAuthnCeremony,
  origin: string,
): {
  readonly expectedOrigin: string[]
  readonly expectedRPID: string
  readonly requireUserVerification: false
} {
  const expectedOrigin = isOriginOf(domain, origin) ? [origin] : []
  return { expectedOrigin, expectedRPID: domain, requireUserVerification: false }
}

/** A page of the domain or of a part of it; without HTTPS only on this machine. */
function isOriginOf(domain: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) return false
  return hostname === domain || hostname.endsWith(`.${domain}`)
}

/** The library throws where an answer is not valid, and where it is not even readable. */
async function refusedAsUndefined<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify()
  } catch {
    return undefined
  }
}

function parse(credential: string): { readonly [name: string]: unknown } {
  const value = jsonOf(credential)
  return isObject(value) ? { clientExtensionResults: {}, ...asUrlSafe(value) } : {}
}

function clientDataOf({ response }: { readonly [name: string]: unknown }): {
  readonly challenge: string
  readonly origin: string
} {
  const encoded = isObject(response) ? response.clientDataJSON : undefined
  const text = typeof encoded === 'string' ? Buffer.from(encoded, 'base64url').toString() : ''
  const data = jsonOf(text)
  const field = (name: string): string => {
    const value = isObject(data) ? data[name] : undefined
    return typeof value === 'string' ? value : ''
  }
  return { challenge: field('challenge'), origin: field('origin') }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const binaryFields: readonly string[] = [
  'id',
  'rawId',
  'clientDataJSON',
  'attestationObject',
  'authenticatorData',
  'signature',
  'userHandle',
]

/** Without `use_base64_url_encoding`, what is binary is in plain base64, with `+`, `/` and `=`. */
function asUrlSafe(object: { readonly [name: string]: unknown }): {
  readonly [name: string]: unknown
} {
  const entries = Object.entries(object).map(([name, value]) => {
    if (name === 'response' && isObject(value)) return [name, asUrlSafe(value)] as const
    const isBinary = typeof value === 'string' && binaryFields.includes(name)
    return [name, isBinary ? Buffer.from(value, 'base64').toString('base64url') : value] as const
  })
  return Object.fromEntries(entries)
}
