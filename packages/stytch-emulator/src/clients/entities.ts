import type { JsonObject } from '../json.ts'

/** A client's secret, and the one that is to replace it while both work. */
export interface ClientSecrets {
  readonly current: string
  readonly next: string | undefined
}

/** A machine that calls the application's API in its own name. */
export interface M2MClient {
  readonly client_id: string
  readonly client_name: string
  readonly client_description: string
  readonly status: 'active' | 'inactive'
  readonly scopes: readonly string[]
  readonly trusted_metadata: JsonObject
  readonly secrets: ClientSecrets
}

/** Whether an app is the application's own, and whether it can keep a secret. */
type ConnectedAppType = 'first_party' | 'first_party_public' | 'third_party' | 'third_party_public'

/** An app that acts for members and users who let it. */
export interface ConnectedApp {
  readonly client_id: string
  readonly client_type: ConnectedAppType
  readonly client_name: string
  readonly client_description: string
  readonly redirect_urls: readonly string[]
  readonly full_access_allowed: boolean
  readonly access_token_expiry_minutes: number
  readonly access_token_custom_audience: string
  readonly access_token_template_content: string
  readonly post_logout_redirect_urls: readonly string[]
  readonly logo_url: string
  readonly bypass_consent_for_offline_access: boolean
  readonly id_token_template_content: string
  /** What the app said of itself, if it registered by itself. */
  readonly registration: string | undefined
  /** `undefined` for an app that cannot keep one. */
  readonly secrets: ClientSecrets | undefined
}

/** What someone lets an app do. */
export interface Consent {
  readonly client_id: string
  /** A member's or a user's id. */
  readonly subject_id: string
  readonly scopes: readonly string[]
}

/** What an app may do for someone, until it expires. */
export interface AppGrant extends Consent {
  readonly nonce: string | undefined
  /** The access token that was issued with a refresh token. */
  readonly access_token_id?: string
  readonly expires_at: Date
}

/** A code that an app trades for tokens. */
export interface AuthorizationCode extends AppGrant {
  readonly redirect_uri: string
  readonly code_challenge: string | undefined
}
