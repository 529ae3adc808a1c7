import type { Emulation, Project } from '../emulation.ts'
import type { Member, Organization } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { requireMember } from '../members.ts'
import { allowsMfaMethod, requireOrganization } from '../organizations.ts'
import {
  assertStarted,
  type StartedReference,
  type StartedSignIn,
  startedSignIn,
} from '../second-factor.ts'
import type { SignedIn } from '../sessions.ts'
import type { Need } from '../steps/authorize-member.ts'

/** A call about an organization. */
export interface InOrganization {
  readonly project: Project
  readonly fields: { readonly organization_id: string }
}

/** A call about a member. */
export interface OfMember extends InOrganization {
  readonly fields: { readonly organization_id: string; readonly member_id: string }
}

/** A member and where they belong. */
export interface Belonging {
  readonly organization: Organization
  readonly member: Member
}

/** The organization that a call is about. */
export function organizationOfCall(call: InOrganization): Organization {
  return requireOrganization(call.project, call.fields.organization_id)
}

/** The member that a call is about. */
export function memberOfCall(call: OfMember): Belonging {
  const organization = organizationOfCall(call)
  return { organization, member: requireMember(call.project, organization, call.fields.member_id) }
}

/** A call about a member's second factor. */
interface OfFactor extends Emulation {
  readonly fields: OfMember['fields'] & StartedReference
}

/** The member whose second factor a call begins; a sign-in that it names must be their own. */
export function memberOfFactor(call: OfFactor, method: 'sms_otp' | 'totp'): Belonging {
  const { organization, member } = memberOfCall(call)
  if (!allowsMfaMethod(organization, method))
    throw new StytchFailure('operation_restricted_by_organization_mfa_methods')
  assertStarted(call, member, call.fields)
  return { organization, member }
}

/** The member who completes a sign-in with a second factor, and the sign-in. */
export function memberCompleting(call: OfFactor): Belonging & { readonly started: StartedSignIn } {
  const { organization, member } = memberOfCall(call)
  return { organization, member, started: startedSignIn(call, member, call.fields) }
}

/** The permission to do something to an organization's members. */
export function memberNeed({ organization_id }: Organization, action: string): Need {
  return { organization_id, resource_id: 'stytch.member', action }
}

/** Members may do to themselves what `stytch.self` grants; to others, what `stytch.member` grants. */
export function selfOrMember(
  call: OfMember,
  caller: SignedIn,
  actions: readonly string[],
): readonly Need[] {
  const { organization, member } = memberOfCall(call)
  const isSelf = member.member_id === caller.member.member_id
  return actions.map((action) => ({
    organization_id: organization.organization_id,
    resource_id: isSelf ? 'stytch.self' : 'stytch.member',
    action,
  }))
}
