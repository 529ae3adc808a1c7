import type {
  AuthenticationFactor,
  Credentials,
  OAuthProvider,
  OAuthRegistration,
} from '../entities.ts'
import type { JsonObject } from '../json.ts'

/** A user of a consumer project as it is stored. */
export interface User {
  readonly user_id: string
  readonly name: UserName
  readonly emails: readonly UserEmail[]
  readonly phone_numbers: readonly UserPhoneNumber[]
  readonly status: 'active' | 'pending'
  readonly external_id: string | undefined
  readonly credentials: Credentials
  readonly oauth_registrations: readonly OAuthRegistration[]
  readonly webauthn_registrations: readonly WebAuthnRegistration[]
  /** Roles given by create or update; the automatic one is not among them. */
  readonly assigned_roles: readonly string[]
  readonly trusted_metadata: JsonObject
  readonly untrusted_metadata: JsonObject
  readonly created_at: Date
}

/** A user's name, in parts. */
export interface UserName {
  readonly first_name: string
  readonly middle_name: string
  readonly last_name: string
}

/** An address of a user. */
export interface UserEmail {
  readonly email_id: string
  readonly email: string
  readonly verified: boolean
}

/** A phone number of a user. */
interface UserPhoneNumber {
  readonly phone_id: string
  readonly phone_number: string
  readonly verified: boolean
}

/** A signed-in user. */
export interface UserSession {
  readonly session_id: string
  readonly session_token: string
  readonly user_id: string
  readonly started_at: Date
  readonly last_accessed_at: Date
  readonly expires_at: Date
  readonly authentication_factors: readonly AuthenticationFactor[]
  readonly custom_claims: JsonObject
}

/** What a one-time link of a user is for. */
export type UserLinkKind = 'login' | 'signup' | 'invite' | 'embedded' | 'password_reset'

/** A one-time link of a user, by its token. */
export interface UserLink {
  readonly token: string
  readonly kind: UserLinkKind
  readonly user_id: string
  /** The address it was sent to; empty for a link that the application delivers itself. */
  readonly email_id: string
  readonly code_challenge: string | undefined
  readonly expires_at: Date
  readonly used: boolean
}

/** A one-time code of a user, by the id of its message. */
export interface UserCode {
  readonly id: string
  /** The id of the address or number that it was sent to. */
  readonly method_id: string
  readonly user_id: string
  readonly channel: 'email' | 'sms' | 'whatsapp'
  readonly code: string
  readonly expires_at: Date
  readonly used: boolean
}

/** A passkey or security key of a user. */
export interface WebAuthnRegistration {
  readonly webauthn_registration_id: string
  readonly domain: string
  readonly user_agent: string
  readonly authenticator_type: string
  readonly name: string
  /** In base64url, as the next two. */
  readonly credential_id: string
  readonly public_key: string
  /** What the authenticator calls the user. */
  readonly user_handle: string
  /** How often the authenticator said it was used; it never goes back. */
  readonly counter: number
}

/** What a browser was asked for, by its challenge. */
export type WebAuthnCeremony = {
  readonly challenge: string
  readonly expires_at: Date
} & (NewCredentialRequest | AssertionRequest)

/** A new passkey or security key. */
export interface NewCredentialRequest {
  readonly kind: 'registration'
  readonly domain: string
  readonly user_id: string
  readonly user_handle: string
  readonly user_agent: string
  readonly authenticator_type: string
}

/** A sign-in with one that is there. */
export interface AssertionRequest {
  readonly kind: 'authentication'
  readonly domain: string
  /** Whose credential it has to be; anyone's with this domain where nobody was named. */
  readonly user_id: string | undefined
}

/** What lets a user add an account at a provider to their own. */
export interface AttachToken {
  readonly user_id: string
  readonly provider: OAuthProvider
  readonly expires_at: Date
}
