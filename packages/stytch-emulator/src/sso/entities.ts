import type { JsonObject } from '../json.ts'

/** A way for an organization's members to sign in at their own identity provider. */
export type SsoConnection = SamlConnection | OidcConnection | ExternalConnection

/** What every connection has. */
interface ConnectionBase {
  readonly connection_id: string
  readonly display_name: string
}

/** A connection to an identity provider that speaks SAML. */
export interface SamlConnection extends ConnectionBase {
  readonly kind: 'saml'
  readonly identity_provider: string
  readonly idp_entity_id: string
  readonly idp_sso_url: string
  /** Which attribute of an assertion is what: `email`, `full_name` or `first_name` and `last_name`, `groups`. */
  readonly attribute_mapping: JsonObject
  readonly verification_certificates: readonly Certificate[]
  readonly encryption_private_keys: readonly EncryptionKey[]
  readonly connection_roles: readonly ConnectionRole[]
  readonly group_roles: readonly GroupRole[]
  readonly alternative_audience_uri: string
  readonly nameid_format: string
  readonly alternative_acs_url: string
  readonly idp_initiated_auth_disabled: boolean
  readonly allow_gateway_callback: boolean
}

/** A connection to an identity provider that speaks OpenID Connect. */
export interface OidcConnection extends ConnectionBase {
  readonly kind: 'oidc'
  readonly identity_provider: string
  readonly client_id: string
  readonly client_secret: string
  readonly issuer: string
  readonly authorization_url: string
  readonly token_url: string
  readonly userinfo_url: string
  readonly jwks_url: string
  readonly custom_scopes: string
  readonly attribute_mapping: JsonObject
}

/** A connection of another organization, used by this one too. */
interface ExternalConnection extends ConnectionBase {
  readonly kind: 'external'
  readonly external_organization_id: string
  readonly external_connection_id: string
  readonly connection_roles: readonly ConnectionRole[]
  readonly group_roles: readonly GroupRole[]
}

/** A connection that talks to an identity provider itself. */
export type DirectConnection = SamlConnection | OidcConnection

/** A certificate that an identity provider's signatures are checked with. */
export interface Certificate {
  readonly certificate_id: string
  /** In PEM. */
  readonly certificate: string
  readonly issuer: string
  readonly created_at: Date
  readonly expires_at: Date
}

/** A key that encrypted assertions are read with. */
export interface EncryptionKey {
  readonly private_key_id: string
  readonly private_key: string
  readonly created_at: Date
}

/** A role for everyone who signs in with a connection. */
export interface ConnectionRole {
  readonly role_id: string
}

/** A role for those in a group at the identity provider. */
interface GroupRole extends ConnectionRole {
  readonly group: string
}

/** What an identity provider said of a member, as of their last sign-in with the connection. */
export interface SsoRegistration {
  readonly registration_id: string
  readonly connection_id: string
  readonly external_id: string
  readonly attributes: JsonObject
  readonly groups: readonly string[]
  readonly tokens: OidcTokens | undefined
}

/** What an identity provider says of whoever just signed in there. */
export interface SsoAssertion {
  readonly connection_id: string
  /** The protocol that it came by. */
  readonly protocol: 'saml' | 'oidc'
  readonly external_id: string
  readonly email_address: string
  readonly name: string
  readonly attributes: JsonObject
  readonly groups: readonly string[]
  /** Only OpenID Connect has them. */
  readonly tokens: OidcTokens | undefined
}

/** What the application may call the identity provider's API with. */
export interface OidcTokens {
  readonly id_token: string
  readonly access_token: string
  readonly refresh_token: string
  readonly scopes: readonly string[]
  readonly expires_at: Date
}

/** A sign-in that was sent to an identity provider and has not come back. */
export interface SsoRequest {
  /** It comes back as `state` or `RelayState`. */
  readonly state: string
  /** The connection that was asked for, and the organization to sign in to. */
  readonly connection_id: string
  readonly login_url: string
  readonly signup_url: string
  readonly pkce_code_challenge: string | undefined
  /** The id of the SAML request. */
  readonly request_id: string
  /** What only an answer to this request can repeat: for OpenID Connect. */
  readonly nonce: string
  readonly code_verifier: string
  readonly expires_at: Date
}
