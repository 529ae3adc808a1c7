/**
 * What Stytch answers when a request fails. It is thrown, not returned: a failure ends the request
 * at whichever step it happens, and one handler at the rim writes it down.
 */
export class StytchFailure extends Error {
  override readonly name = 'StytchFailure'
  readonly type: ErrorType
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(type: ErrorType, message?: string, details?: Readonly<Record<string, unknown>>) {
    super(message ?? errors[type][1])
    this.type = type
    this.details = details
  }

  /** The HTTP status. */
  get status(): number {
    return errors[this.type][0]
  }
}

/** The error types the emulator answers with: a part of Stytch's list of 803. */
export type ErrorType = keyof typeof errors

/** The body of a failure, in Stytch's field order. */
export function failureBody(failure: StytchFailure, requestId: string): Record<string, unknown> {
  return {
    status_code: failure.status,
    request_id: requestId,
    error_type: failure.type,
    error_message: failure.message,
    error_url: `https://stytch.com/docs/b2b/api/errors/${failure.status}#${failure.type}`,
    ...(failure.details === undefined ? {} : { error_details: failure.details }),
  }
}

// biome-ignore format: table
const errors = {
  bad_request: [400, 'The request could not be read.'],
  invalid_argument: [400, 'An argument is invalid.'],
  unauthorized_credentials: [401, 'Unauthorized credentials.'],
  route_not_found: [404, 'The requested route could not be found.'],
  project_not_found: [404, 'Project could not be found.'],
  too_many_requests: [429, 'Too many requests have been made.'],
  internal_server_error: [500, 'Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.'],
  live_id_used_in_test_environment: [400, 'An id of the live environment was used in the test environment.'],

  organization_not_found: [404, 'Organization could not be found.'],
  organization_name_missing: [400, 'organization_name is required.'],
  invalid_organization_name: [400, 'organization_name must have between 1 and 128 characters.'],
  invalid_organization_slug: [400, 'organization_slug must have between 2 and 128 characters: letters, digits and - . _ ~.'],
  organization_slug_already_used: [400, 'The organization_slug is already in use.'],
  organization_external_id_already_used: [400, 'The organization_external_id is already in use.'],
  invalid_organization_auth_factor_setting: [400, 'The setting is not one of the accepted values.'],
  invalid_organization_mfa_policy: [400, 'mfa_policy must be REQUIRED_FOR_ALL or OPTIONAL.'],
  invalid_organization_allowed_auth_methods: [400, 'allowed_auth_methods holds a method that does not exist.'],
  allowed_auth_methods_required_for_restricted: [400, 'allowed_auth_methods must not be empty when auth_methods is RESTRICTED.'],
  invalid_organization_allowed_mfa_methods: [400, 'allowed_mfa_methods holds a method that does not exist.'],
  allowed_mfa_methods_required_for_restricted: [400, 'allowed_mfa_methods must not be empty when mfa_methods is RESTRICTED.'],
  organization_search_filter_name_not_recognized: [400, 'The filter_name is not recognized.'],
  organization_search_expected_array_of_strings: [400, 'The filter_value must be an array of strings.'],
  organization_search_expected_boolean: [400, 'The filter_value must be a boolean.'],
  organization_search_expected_string: [400, 'The filter_value must be a string.'],
  organization_search_organization_name_fuzzy_too_short: [400, 'organization_name_fuzzy must have at least 3 characters.'],
  organization_search_organization_slug_fuzzy_too_short: [400, 'organization_slug_fuzzy must have at least 3 characters.'],
  organization_search_member_email_fuzzy_too_short: [400, 'member_email_fuzzy must have at least 3 characters.'],
  organization_search_allowed_domain_fuzzy_too_short: [400, 'allowed_domain_fuzzy must have at least 3 characters.'],

  member_not_found: [404, 'Member could not be found.'],
  invalid_member_get_fields: [400, 'Exactly one of member_id and email_address is required.'],
  invalid_email: [400, 'email_address is invalid.'],
  duplicate_member_email: [400, 'A member with this email_address already exists in the organization.'],
  duplicate_member_external_id: [400, 'A member with this external_id already exists in the organization.'],
  no_deleted_member_found_for_reactivation: [404, 'No deleted member was found to reactivate.'],
  reactivation_email_belongs_to_another_member: [400, 'The email address now belongs to another member.'],
  email_not_found: [404, 'The email address could not be found.'],
  retired_email_missing_email_identifiers: [400, 'One of email_id and email_address is required.'],
  member_search_organization_ids_empty: [400, 'organization_ids must name at least one organization.'],
  member_search_filter_name_not_recognized: [400, 'The filter_name is not recognized.'],
  member_search_expected_array_of_strings: [400, 'The filter_value must be an array of strings.'],
  member_search_expected_boolean: [400, 'The filter_value must be a boolean.'],
  member_search_expected_string: [400, 'The filter_value must be a string.'],
  member_search_member_email_fuzzy_too_short: [400, 'member_email_fuzzy must have at least 3 characters.'],
  member_search_member_mfa_phone_number_fuzzy_too_short: [400, 'member_mfa_phone_number_fuzzy must have at least 3 characters.'],
  metadata_too_many_keys: [400, 'Metadata may have at most 20 top-level keys.'],
  metadata_too_large: [400, 'Metadata may be at most 4 KB.'],
  cannot_update_trusted_metadata: [403, 'You cannot update trusted metadata when acting as a Member.'],

  invalid_rbac_role_assignment: [400, 'The role does not exist.'],
  cannot_assign_default_rbac_role_id: [400, 'stytch_member is assigned to every member and cannot be assigned explicitly.'],
  invalid_rbac_custom_role: [400, 'The custom role is invalid.'],
  rbac_role_duplicate: [400, 'A role_id occurs more than once.'],
  invalid_rbac_stytch_role_edit: [400, 'Roles that start with stytch_ cannot be defined by an organization.'],

  magic_link_not_found: [404, 'The magic link could not be authenticated, try sending another magic link to the user.'],
  unable_to_auth_magic_link: [401, 'The magic link could not be authenticated because it was either already used or expired. Send another magic link to this user.'],
  no_match_for_provided_magic_link_url: [400, 'The redirect URL does not match one of the redirect URLs of this project.'],
  invalid_magic_link_url: [400, 'The redirect URL is not a valid URL.'],
  no_default_login_redirect_url_set: [400, 'No login_redirect_url was given and the project has no default one.'],
  no_default_signup_redirect_url_set: [400, 'No signup_redirect_url was given and the project has no default one.'],
  no_default_invite_redirect_url_set: [400, 'No invite_redirect_url was given and the project has no default one.'],
  no_default_discovery_redirect_url_set: [400, 'No discovery_redirect_url was given and the project has no default one.'],
  email_jit_provisioning_not_allowed: [400, 'The organization does not admit new members by email.'],
  invalid_email_for_jit_provisioning: [400, 'The domain of the email address is not one of email_allowed_domains.'],
  invalid_email_for_invites: [400, 'The organization does not admit invitations to this email address.'],
  operation_restricted_by_organization_auth_methods: [400, 'The organization does not allow this authentication method.'],
  pkce_expected_code_verifier: [400, 'The flow was started with a pkce_code_challenge: a pkce_code_verifier is required.'],
  pkce_did_not_expect_code_verifier: [400, 'The flow was started without a pkce_code_challenge: no pkce_code_verifier is expected.'],
  pkce_mismatch: [400, 'The pkce_code_verifier does not match the pkce_code_challenge.'],
  invalid_pkce_code_challenge: [400, 'pkce_code_challenge must be a base64url encoded SHA256 hash.'],

  public_token_required: [400, 'public_token is required.'],
  public_token_not_found: [404, 'No project has this public_token.'],
  invalid_oauth_provider: [400, 'The OAuth provider is not supported.'],
  missing_oauth_organization_locator: [400, 'One of organization_id and slug is required.'],
  too_many_oauth_organization_locators: [400, 'Only one of organization_id and slug may be given.'],
  invalid_login_oauth_url: [400, 'login_redirect_url is not a valid URL.'],
  invalid_signup_oauth_url: [400, 'signup_redirect_url is not a valid URL.'],
  no_match_for_provided_oauth_url: [400, 'The redirect URL does not match one of the redirect URLs of this project.'],
  oauth_unverified_email: [400, 'The provider has not verified the email address.'],
  oauth_app_not_authorized: [400, 'The user did not authorize the application at the provider.'],
  oauth_tenant_jit_provisioning_not_allowed: [400, 'The organization does not admit new members by their tenant at the provider.'],
  invalid_oauth_tenant_for_jit_provisioning: [400, 'The tenant at the provider is not one of allowed_oauth_tenants.'],
  oauth_token_not_found: [404, 'The OAuth token could not be authenticated because it was either already used, expired or never issued.'],
  member_oauth_token_not_found: [404, 'The member has no tokens of this OAuth provider.'],
  insufficient_factors_for_session_exchange: [400, 'The session has no factor that counts in the other organization.'],

  invalid_phone_number: [400, 'phone_number is invalid: it must be in the E.164 format, such as +15551234567.'],
  member_phone_number_not_found: [404, 'The member has no phone number.'],
  duplicate_member_phone_number_for_member: [400, 'The member has another phone number already.'],
  operation_restricted_by_organization_mfa_methods: [400, 'The organization does not allow this second factor.'],
  default_mfa_member_missing_factor: [400, 'The member does not have the factor that default_mfa_method names.'],
  otp_code_not_found: [404, 'The one-time passcode could not be authenticated, try sending another passcode.'],
  unable_to_auth_otp_code: [401, 'The one-time passcode could not be authenticated because it was either already used or expired. Send another passcode to this user.'],
  invalid_expiration_otp: [400, 'The expiration of the passcode is out of range.'],
  active_totp_exists: [400, 'The member has an authenticator app already.'],
  totp_not_found: [404, 'The TOTP registration could not be found.'],
  expired_totp: [400, 'The TOTP registration was not completed in time.'],
  invalid_totp_code: [400, 'A TOTP code has six digits.'],
  recovery_code_used_as_totp_code: [400, 'A recovery code was sent where a TOTP code is expected.'],
  totp_code_used_as_recovery_code: [400, 'A TOTP code was sent where a recovery code is expected.'],
  totp_code_already_authenticated: [400, 'The TOTP code was used already, wait for the next one.'],
  unable_to_authenticate_totp: [401, 'The TOTP code could not be authenticated.'],
  recovery_codes_not_found: [404, 'The member has no recovery codes.'],
  unable_to_authenticate_recovery_code: [401, 'The recovery code could not be authenticated.'],
  member_password_not_found: [404, 'The member has no password.'],
  member_reset_password: [400, 'The member must reset the password before signing in with it.'],
  invalid_password_id: [400, 'member_password_id is invalid.'],
  weak_password: [400, 'The password is too weak: choose a longer or less common one.'],
  breached_password: [400, 'The password is known from breaches: choose another one.'],
  cannot_reset_password_with_existing_password: [400, 'The new password must differ from the existing one.'],
  session_too_old_to_reset_password: [400, 'The session has no email or password factor of the last five minutes.'],
  unable_to_auth_password_reset_token: [401, 'The password reset token could not be authenticated because it was either already used or expired.'],
  invalid_password_reset_redirect_url: [400, 'reset_password_redirect_url does not match one of the redirect URLs of this project.'],
  no_password_reset_redirect_url: [400, 'No reset_password_redirect_url was given and the project has no default one.'],
  invalid_hash_type: [400, 'The hash_type is not one of those that can be migrated.'],
  invalid_hash: [400, 'The hash is not one of its hash_type.'],
  password_already_exists: [400, 'The member has a password already.'],

  intermediate_session_not_found: [404, 'Intermediate session could not be found.'],
  session_not_found: [404, 'Session could not be found.'],
  no_session_arguments: [400, 'One of session_token and session_jwt is required.'],
  too_many_session_arguments: [400, 'Only one of session_token and session_jwt may be given.'],
  no_session_revoke_arguments: [400, 'One of member_session_id, session_token, session_jwt and member_id is required.'],
  too_many_session_revoke_arguments: [400, 'Only one of member_session_id, session_token, session_jwt and member_id may be given.'],
  unable_to_parse_session_jwt: [400, 'session_jwt is not a JWT of this project.'],
  invalid_session_duration_minutes: [400, 'session_duration_minutes is invalid, should be between 5 to 527040 minutes.'],
  custom_claims_too_large: [400, 'Custom claims may be at most 4 KB.'],
  reserved_claims_in_custom_claims: [400, 'iss, sub, aud, exp, nbf, iat and jti are reserved claims.'],
  stytch_claims_in_custom_claims: [400, 'Claims that start with https://stytch.com/ are reserved.'],
  session_authorization_error: [403, 'The Member is not authorized to perform the requested action on that Resource.'],
  session_authorization_tenancy_error: [403, "The Member's Organization does not match the Organization of the authorization check."],
} as const
