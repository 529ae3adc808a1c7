import type { JsonObject } from './json.ts'
import type { Policy, PolicyRole } from './rbac.ts'
import type { ScimConnection, ScimRegistration } from './scim/entities.ts'
import type { SsoAssertion, SsoConnection, SsoRegistration } from './sso/entities.ts'

/** An organization as it is stored; all but its own roles, the connections and the dates is as Stytch shows it. */
export interface Organization extends OrganizationSettings {
  readonly organization_id: string
  readonly organization_name: string
  readonly organization_slug: string
  readonly organization_logo_url: string
  readonly organization_external_id: string | undefined
  readonly trusted_metadata: JsonObject
  /** Roles that this organization defined for itself. */
  readonly org_roles: readonly PolicyRole[]
  readonly sso_connections: readonly SsoConnection[]
  readonly scim_connection: ScimConnection | undefined
  readonly created_at: Date
  readonly updated_at: Date
}

/** How members may join an organization and sign in to it. */
export interface OrganizationSettings {
  readonly sso_jit_provisioning: string
  readonly sso_jit_provisioning_allowed_connections: readonly string[]
  readonly sso_default_connection_id: string | undefined
  readonly email_allowed_domains: readonly string[]
  readonly email_jit_provisioning: string
  readonly email_invites: string
  readonly auth_methods: string
  readonly allowed_auth_methods: readonly string[]
  readonly mfa_policy: string
  readonly mfa_methods: string
  readonly allowed_mfa_methods: readonly string[]
  readonly rbac_email_implicit_role_assignments: readonly EmailRoleAssignment[]
  readonly oauth_tenant_jit_provisioning: string
  readonly allowed_oauth_tenants: JsonObject
  readonly claimed_email_domains: readonly string[]
  readonly first_party_connected_apps_allowed_type: string
  readonly allowed_first_party_connected_apps: readonly string[]
  readonly third_party_connected_apps_allowed_type: string
  readonly allowed_third_party_connected_apps: readonly string[]
}

/** Gives every member with an address of this domain a role. */
interface EmailRoleAssignment {
  readonly domain: string
  readonly role_id: string
}

/** Where a member stands: only an active one has signed in or was created as such. */
export type MemberStatus = 'pending' | 'invited' | 'active' | 'deleted'

/** A member as it is stored. What Stytch derives (roles with sources, `is_admin`) is derived when it is shown. */
export interface Member {
  readonly member_id: string
  readonly organization_id: string
  readonly email_address: string
  readonly email_id: string
  readonly email_address_verified: boolean
  readonly status: MemberStatus
  readonly name: string
  readonly external_id: string | undefined
  readonly is_breakglass: boolean
  readonly mfa_enrolled: boolean
  readonly mfa_phone_number: string
  readonly mfa_phone_number_verified: boolean
  readonly phone_id: string
  readonly default_mfa_method: string
  readonly credentials: Credentials
  readonly oauth_registrations: readonly OAuthRegistration[]
  readonly sso_registrations: readonly SsoRegistration[]
  /** What the organization's directory calls them, if it has them. */
  readonly scim_registration: ScimRegistration | undefined
  /** Roles given by create, update or invite; the automatic ones are not among them. */
  readonly assigned_roles: readonly string[]
  readonly retired_email_addresses: readonly {
    readonly email_id: string
    readonly email_address: string
  }[]
  readonly trusted_metadata: JsonObject
  readonly untrusted_metadata: JsonObject
  readonly created_at: Date
  readonly updated_at: Date
}

/** How a member proved who they are, and when. */
export type AuthenticationFactor = FactorProof & {
  readonly created_at: Date
  readonly last_authenticated_at: Date
}

/** What was proved: the type, the way it came, and the address, number or device behind it. */
export type FactorProof =
  | {
      readonly type: 'magic_link' | 'email_otp'
      readonly delivery_method: 'email'
      readonly email_factor: { readonly email_id: string; readonly email_address: string }
    }
  | {
      readonly type: 'otp'
      readonly delivery_method: 'sms' | 'whatsapp'
      readonly phone_number_factor: { readonly phone_id: string; readonly phone_number: string }
    }
  | {
      /** Users have one type for all codes. */
      readonly type: 'otp'
      readonly delivery_method: 'email'
      readonly email_factor: { readonly email_id: string; readonly email_address: string }
    }
  | {
      /** A link that the application delivered itself. */
      readonly type: 'magic_link'
      readonly delivery_method: 'embedded'
      readonly embeddable_magic_link_factor: { readonly embedded_id: string }
    }
  | {
      readonly type: 'totp'
      readonly delivery_method: 'authenticator_app'
      readonly authenticator_app_factor: { readonly totp_id: string }
    }
  | {
      readonly type: 'recovery_codes'
      readonly delivery_method: 'recovery_code'
      readonly recovery_code_factor: { readonly totp_recovery_code_id: string }
    }
  | {
      readonly type: 'webauthn'
      readonly delivery_method: 'webauthn_registration'
      readonly webauthn_factor: {
        readonly webauthn_registration_id: string
        readonly domain: string
        readonly user_agent: string
      }
    }
  | { readonly type: 'password'; readonly delivery_method: 'knowledge' }
  | {
      readonly type: 'oauth'
      readonly delivery_method: 'oauth_access_token_exchange'
      readonly oauth_access_token_exchange_factor: { readonly client_id: string }
    }
  | {
      readonly type: 'trusted_auth_token'
      readonly delivery_method: 'trusted_token_exchange'
      readonly trusted_auth_token_factor: { readonly token_id: string }
    }
  | { readonly type: 'imported'; readonly delivery_method: 'imported_auth0' }
  | {
      readonly type: 'impersonated'
      readonly delivery_method: 'impersonation'
      readonly impersonated_factor: {
        readonly impersonator_id: string
        readonly impersonator_email_address: string
      }
    }
  | {
      readonly type: 'sso'
      readonly delivery_method: 'sso_saml'
      readonly saml_sso_factor: SsoFactorDetail
    }
  | {
      readonly type: 'sso'
      readonly delivery_method: 'sso_oidc'
      readonly oidc_sso_factor: SsoFactorDetail
    }
  | {
      readonly type: 'oauth'
      readonly delivery_method: `oauth_${OAuthProvider}`
      /** The one detail, under the provider's name: `google_oauth_factor`. */
      readonly [detail: `${string}_oauth_factor`]: OAuthFactorDetail
    }
  | {
      readonly type: 'oauth'
      readonly delivery_method: `oauth_exchange_${OAuthProvider}`
      /** What is left of it in another organization: `google_oauth_exchange_factor`. */
      readonly [detail: `${string}_oauth_exchange_factor`]: { readonly email_id: string }
    }

/** A way into someone's place, for support staff. */
export interface ImpersonationToken {
  /** A member's or a user's id. */
  readonly subject_id: string
  readonly impersonator_id: string
  readonly impersonator_email_address: string
  readonly expires_at: Date
}

/** How tokens of another issuer are checked and read, to be exchanged for sessions. */
export interface TrustedTokenProfile {
  readonly profile_id: string
  readonly issuer: string
  readonly audience: string
  /** Where the issuer's keys are; or its one key, in PEM. */
  readonly jwks_url: string | undefined
  readonly public_key: string | undefined
  /** The claims that say whose it is, and which it is. */
  readonly attribute_mapping: {
    readonly email: string
    readonly token_id: string
    readonly organization_id: string
  }
}

/** The registration that a sign-in with a connection made or used. */
interface SsoFactorDetail {
  readonly id: string
  /** The connection's id. */
  readonly provider_id: string
  readonly external_id: string
}

/** The registration that a sign-in with a provider made or used. */
export interface OAuthFactorDetail {
  readonly id: string
  readonly provider_subject: string
  readonly email_id: string
}

/** A provider that members can sign in with. */
export type OAuthProvider = 'google' | 'microsoft' | 'github' | 'slack' | 'hubspot'

/** Someone as an identity provider knows them. */
export interface Identity {
  readonly email_address: string
  readonly email_verified: boolean
  readonly name: string
  readonly subject: string
  /** The workspaces, hubs or organizations they belong to at the provider. */
  readonly tenants: readonly string[]
  readonly groups: readonly string[]
}

/** What a provider granted to the application. */
export interface OAuthGrant {
  readonly provider: OAuthProvider
  readonly identity: Identity
  readonly scopes: readonly string[]
}

/** A member's or user's account at a provider. */
export interface OAuthRegistration {
  readonly registration_id: string
  readonly provider: OAuthProvider
  readonly provider_subject: string
  readonly tenants: readonly string[]
  readonly tokens: OAuthTokens
  /** Whether a sign-in with it was ever completed; until then it proves nothing by itself. */
  readonly linked: boolean
}

/** What the application may call the provider's API with. */
export interface OAuthTokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly scopes: readonly string[]
  readonly expires_at: Date
}

/** What was proved on a sign-in page, and waits for the application to ask for it. */
export interface Handover {
  readonly token: string
  readonly proof:
    | ({ readonly kind: 'oauth' } & OAuthGrant)
    | ({ readonly kind: 'discovery_oauth' } & OAuthGrant)
    | ({ readonly kind: 'sso' } & SsoAssertion)
    | ({
        readonly kind: 'user_oauth'
        /** The user who asked to add the account to their own. */
        readonly attach_to: string | undefined
      } & OAuthGrant)
  /** The member it signs in; `undefined` for discovery. */
  readonly member_id: string | undefined
  readonly pkce_code_challenge: string | undefined
  readonly expires_at: Date
  readonly used: boolean
}

/** What a member signs in with besides an address; none of it is shown. */
export interface Credentials {
  readonly password: StoredPassword | undefined
  readonly totp: TotpRegistration | undefined
  /** Each works once, instead of a code of the authenticator app. */
  readonly recovery_codes: readonly RecoveryCode[]
}

/** A password, hashed. */
interface StoredPassword {
  readonly password_id: string
  readonly hash: PasswordHash
  /** Whether it must be reset by mail before it works again. */
  readonly requires_reset: boolean
}

/** A hash and how it was made: by the emulator (`scrypt`), or elsewhere and migrated. */
export interface PasswordHash {
  readonly kind: string
  readonly hash: string
  readonly config: JsonObject
}

/** An authenticator app. */
export interface TotpRegistration {
  readonly totp_id: string
  /** The shared secret, in base32. */
  readonly secret: string
  /** Whether a code was ever authenticated; until then it expires. */
  readonly verified: boolean
  readonly expires_at: Date
  /** The time step of the code that was used last: no code works twice. */
  readonly used_step: number | undefined
}

/** A way in for whoever lost their authenticator app. */
export interface RecoveryCode {
  readonly id: string
  readonly code: string
}

/** A signed-in member; its token is its key in the store. */
export interface Session {
  readonly member_session_id: string
  readonly session_token: string
  readonly organization_id: string
  readonly member_id: string
  readonly started_at: Date
  readonly last_accessed_at: Date
  readonly expires_at: Date
  readonly authentication_factors: readonly AuthenticationFactor[]
  readonly custom_claims: JsonObject
}

/** Proof of an email address that is not yet a session of any member. */
export interface IntermediateSession {
  readonly token: string
  readonly email_address: string
  readonly authentication_factors: readonly AuthenticationFactor[]
  /** Where whoever holds it may join because of where they belong at a provider. */
  readonly oauth_tenants: OAuthTenants | undefined
  readonly expires_at: Date
}

/** Where someone belongs at a provider. */
export interface OAuthTenants {
  readonly provider: OAuthProvider
  readonly tenants: readonly string[]
}

/** What a magic link is for. */
export type MagicLinkKind = 'login' | 'signup' | 'invite' | 'discovery'

/** What a one-time link is for: to sign in, to choose a new password, to confirm a new address. */
export type LinkKind =
  | MagicLinkKind
  | 'password_reset'
  | 'discovery_password_reset'
  | 'email_update'

/** What a project may have a default redirect URL for. */
export type RedirectKind = MagicLinkKind | 'password_reset'

/** What a one-time code is for. */
export type CodeKind = 'email_otp' | 'email_otp_discovery' | 'sms_otp' | 'email_update_otp'

/** A one-time code that was sent, by the id of its message. */
export interface OneTimeCode {
  readonly id: string
  readonly kind: CodeKind
  readonly code: string
  /** The address or phone number that it was sent to. */
  readonly to: string
  /** The member it is for; `undefined` for discovery. */
  readonly member_id: string | undefined
  readonly expires_at: Date
  readonly used: boolean
}

/** A one-time link that was sent. */
export interface OneTimeLink {
  readonly token: string
  readonly kind: LinkKind
  readonly email_address: string
  /** The member it signs in; `undefined` for a discovery link. */
  readonly member_id: string | undefined
  readonly pkce_code_challenge: string | undefined
  readonly expires_at: Date
  readonly used: boolean
}

/** A mail or text message that would have been sent. */
export interface Message {
  readonly id: string
  readonly project_id: string
  readonly channel: 'email' | 'sms' | 'whatsapp'
  readonly kind: LinkKind | CodeKind
  readonly from: string
  /** The address or phone number. */
  readonly to: string
  readonly subject: string
  /** The organization's name, or the application's for users; empty for a discovery mail. */
  readonly organization_name: string
  /** The link in the mail: the redirect URL with the token. Empty where there is a code instead. */
  readonly url: string
  readonly token: string
  /** The one-time code; empty where there is a link instead. */
  readonly code: string
  readonly sent_at: string
  readonly expires_at: string
}

/** What a project's session JWTs look like. */
interface JwtSettings {
  /** The `iss` claim. */
  readonly issuer: string
  /** Claims added to each session JWT, with `{{ member.email_address }}` and the like in them. */
  readonly template: JsonObject
  /** A second audience, beside the project id. */
  readonly custom_audience: string | undefined
}

/** Where a project's events are sent. */
export interface WebhookEndpoint {
  readonly url: string
  /** `whsec_` and a key in base64. */
  readonly secret: string
}

/** A project's fixed settings. */
export interface ProjectSettings {
  readonly project_id: string
  readonly secret: string
  readonly public_token: string
  readonly name: string
  readonly jwt: JwtSettings
  readonly rbac_policy: Policy
  /** Where magic links may lead; `*` stands for any port, a final `/*` for any path. */
  readonly redirect_urls: readonly string[]
  /** Where sessions of the system that the project comes from are looked up. */
  readonly userinfo_url: string | undefined
  /** Whose pages may use the frontend SDKs, beside this machine's. */
  readonly authorized_domains: readonly string[]
  /** Whether apps may register by themselves. */
  readonly dynamic_client_registration: boolean
  readonly trusted_token_profiles: readonly TrustedTokenProfile[]
  readonly webhooks: readonly WebhookEndpoint[]
  /** Whom the sign-in pages offer beside the members. */
  readonly identities: readonly Identity[]
  readonly default_redirect_urls: Readonly<Partial<Record<RedirectKind, string | undefined>>>
}
