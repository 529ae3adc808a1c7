import type { AuthenticationFactor, Member, Organization } from './entities.ts'
import { isSecondFactor, oauthOf, primaryMethod, provesAddress } from './factors.ts'
import { allowsMethod } from './organizations.ts'

/** What keeps a member from a session. */
export interface Requirements {
  readonly primary_required?: { readonly allowed_auth_methods: readonly string[] }
  readonly mfa_required?: {
    readonly member_options: {
      readonly mfa_phone_number: string
      readonly totp_registration_id: string
    }
    readonly secondary_auth_initiated: string | null
  }
}

/** What a member with these factors still lacks. */
export function requirementsOf(
  organization: Organization,
  member: Member,
  factors: readonly AuthenticationFactor[],
): Requirements {
  const allows = (method: string | undefined): boolean =>
    method !== undefined && allowsMethod(organization, method, member)
  if (!factors.some((factor) => allows(primaryMethod(factor))))
    return { primary_required: { allowed_auth_methods: organization.allowed_auth_methods } }
  if (!factors.some((factor) => isOwn(factor, member)))
    return { primary_required: { allowed_auth_methods: provingMethods.filter(allows) } }
  const needsTwo = member.mfa_enrolled || organization.mfa_policy === 'REQUIRED_FOR_ALL'
  if (!needsTwo || factors.some(isSecondFactor)) return {}
  const { mfa_phone_number, credentials } = member
  const totp_registration_id = credentials.totp?.verified === true ? credentials.totp.totp_id : ''
  return {
    mfa_required: {
      member_options: { mfa_phone_number, totp_registration_id },
      secondary_auth_initiated: null,
    },
  }
}

/** Ways of signing in that show whose an address is. */
const provingMethods: readonly string[] = [
  'magic_link',
  'email_otp',
  'google_oauth',
  'microsoft_oauth',
]

/**
 * Whether a factor shows that this member is there, and not merely someone who says they have the
 * member's address: a password of an address that nobody has verified, or the first sign-in with a
 * provider that does not verify addresses, asks for a proof of the address as well.
 * @see https://stytch.com/docs/b2b/guides/oauth/auth-flows
 */
function isOwn(factor: AuthenticationFactor, member: Member): boolean {
  if (provesAddress(factor)) return true
  if (factor.type === 'password') return member.email_address_verified
  const registrationId = oauthOf(factor)?.detail?.id
  return member.oauth_registrations.some(
    (one) => one.linked && one.registration_id === registrationId,
  )
}
