import type { AuthenticationFactor, Member, Organization } from './entities.ts'
import { isSecondFactor, primaryMethod } from './factors.ts'
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
  const isAllowed = (factor: AuthenticationFactor): boolean => {
    const method = primaryMethod(factor)
    return method !== undefined && allowsMethod(organization, method, member)
  }
  if (!factors.some(isAllowed))
    return { primary_required: { allowed_auth_methods: organization.allowed_auth_methods } }
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
