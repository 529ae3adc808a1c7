import type { JsonObject } from './json.ts'
import type { Policy, PolicyRole } from './rbac.ts'

/** An organization as it is stored; all but `org_roles` and the dates is as Stytch shows it. */
export interface Organization extends OrganizationSettings {
  readonly organization_id: string
  readonly organization_name: string
  readonly organization_slug: string
  readonly organization_logo_url: string
  readonly organization_external_id: string | undefined
  readonly trusted_metadata: JsonObject
  /** Roles that this organization defined for itself. */
  readonly org_roles: readonly PolicyRole[]
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
  readonly default_mfa_method: string
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

/** How a member proved who they are. */
export interface AuthenticationFactor {
  readonly type: 'magic_link'
  readonly delivery_method: 'email'
  readonly email_factor: { readonly email_id: string; readonly email_address: string }
  readonly created_at: Date
  readonly last_authenticated_at: Date
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
  readonly expires_at: Date
}

/** What a magic link is for. */
export type MagicLinkKind = 'login' | 'signup' | 'invite' | 'discovery'

/** A magic link that was sent. */
export interface MagicLink {
  readonly token: string
  readonly kind: MagicLinkKind
  readonly email_address: string
  /** The member it signs in; `undefined` for a discovery link. */
  readonly member_id: string | undefined
  readonly pkce_code_challenge: string | undefined
  readonly expires_at: Date
  readonly used: boolean
}

/** A mail that would have been sent. */
export interface Message {
  readonly id: string
  readonly project_id: string
  readonly kind: MagicLinkKind
  readonly from: string
  readonly to: string
  readonly subject: string
  /** The organization's name; empty for a discovery mail. */
  readonly organization_name: string
  /** The link in the mail: the redirect URL with the token. */
  readonly url: string
  readonly token: string
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
  readonly default_redirect_urls: Readonly<Partial<Record<MagicLinkKind, string | undefined>>>
}
