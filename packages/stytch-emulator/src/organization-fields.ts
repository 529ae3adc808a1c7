import type { OrganizationSettings } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { jsonObject, listOf, object, oneOf, optional, type Reader, string, text } from './fields.ts'
import type { JsonObject } from './json.ts'
import { described, schemaOf } from './json-schema.ts'

/** The fields of an organization as create, update and a seed take them, each optional. */
export type OrganizationFields = {
  readonly [K in keyof OrganizationSettings]: Reader<OrganizationSettings[K] | undefined>
} & {
  readonly organization_slug: Reader<string | undefined>
  readonly organization_logo_url: Reader<string | undefined>
  readonly organization_external_id: Reader<string | undefined>
  readonly trusted_metadata: Reader<JsonObject | undefined>
}

/** The name of a new organization. */
export const organizationName: Reader<string> = described(
  { type: 'string', minLength: 1, maxLength: 128 },
  (value, name) => {
    if (value === undefined || value === null || value === '')
      throw new StytchFailure('organization_name_missing')
    const read = text(value, name)
    if (read.length > 128) throw new StytchFailure('invalid_organization_name')
    return read
  },
)

/** What a new organization gets where nothing else is said. */
export const defaultSettings: OrganizationSettings = {
  sso_jit_provisioning: 'ALL_ALLOWED',
  sso_jit_provisioning_allowed_connections: [],
  sso_default_connection_id: undefined,
  email_allowed_domains: [],
  email_jit_provisioning: 'NOT_ALLOWED',
  email_invites: 'ALL_ALLOWED',
  auth_methods: 'ALL_ALLOWED',
  allowed_auth_methods: [],
  mfa_policy: 'OPTIONAL',
  mfa_methods: 'ALL_ALLOWED',
  allowed_mfa_methods: [],
  rbac_email_implicit_role_assignments: [],
  oauth_tenant_jit_provisioning: 'NOT_ALLOWED',
  allowed_oauth_tenants: {},
  claimed_email_domains: [],
  first_party_connected_apps_allowed_type: 'ALL_ALLOWED',
  allowed_first_party_connected_apps: [],
  third_party_connected_apps_allowed_type: 'ALL_ALLOWED',
  allowed_third_party_connected_apps: [],
}

const authMethods = [
  'sso',
  'magic_link',
  'email_otp',
  'password',
  'google_oauth',
  'microsoft_oauth',
  'slack_oauth',
  'github_oauth',
  'hubspot_oauth',
]

const setting = (...values: readonly string[]): Reader<string | undefined> =>
  optional(oneOf(values, 'invalid_organization_auth_factor_setting'))

const domain: Reader<string> = described(schemaOf(string), (value, name) =>
  string(value, name).toLowerCase(),
)

const slugPattern = /^[A-Za-z0-9._~-]{2,128}$/

const organizationSlug: Reader<string> = described(
  { type: 'string', pattern: slugPattern.source },
  (value, name) => {
    const read = string(value, name)
    if (!slugPattern.test(read)) throw new StytchFailure('invalid_organization_slug')
    return read
  },
)

/** Reads the fields that create and update share. */
export const organizationFields: OrganizationFields = {
  organization_slug: optional(organizationSlug),
  organization_logo_url: optional(text),
  organization_external_id: optional(string),
  trusted_metadata: optional(jsonObject),
  sso_jit_provisioning: setting('ALL_ALLOWED', 'RESTRICTED', 'NOT_ALLOWED'),
  sso_jit_provisioning_allowed_connections: optional(listOf(string)),
  sso_default_connection_id: optional(text),
  email_allowed_domains: optional(listOf(domain)),
  email_jit_provisioning: setting('RESTRICTED', 'NOT_ALLOWED'),
  email_invites: setting('ALL_ALLOWED', 'RESTRICTED', 'NOT_ALLOWED'),
  auth_methods: setting('ALL_ALLOWED', 'RESTRICTED'),
  allowed_auth_methods: optional(
    listOf(oneOf(authMethods, 'invalid_organization_allowed_auth_methods')),
  ),
  mfa_policy: optional(oneOf(['REQUIRED_FOR_ALL', 'OPTIONAL'], 'invalid_organization_mfa_policy')),
  mfa_methods: setting('ALL_ALLOWED', 'RESTRICTED'),
  allowed_mfa_methods: optional(
    listOf(oneOf(['sms_otp', 'totp'], 'invalid_organization_allowed_mfa_methods')),
  ),
  rbac_email_implicit_role_assignments: optional(listOf(object({ domain, role_id: string }))),
  oauth_tenant_jit_provisioning: setting('RESTRICTED', 'NOT_ALLOWED'),
  allowed_oauth_tenants: optional(jsonObject),
  claimed_email_domains: optional(listOf(domain)),
  first_party_connected_apps_allowed_type: setting('ALL_ALLOWED', 'RESTRICTED', 'NOT_ALLOWED'),
  allowed_first_party_connected_apps: optional(listOf(string)),
  third_party_connected_apps_allowed_type: setting('ALL_ALLOWED', 'RESTRICTED', 'NOT_ALLOWED'),
  allowed_third_party_connected_apps: optional(listOf(string)),
}
