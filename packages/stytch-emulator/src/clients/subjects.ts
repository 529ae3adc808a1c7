import type { User } from '../consumer/entities.ts'
import { requireUser, rolesOfUser } from '../consumer/users.ts'
import type { Project } from '../emulation.ts'
import type { Member, Organization } from '../entities.ts'
import { memberRoles } from '../members.ts'
import { requireOrganization, rolesOf } from '../organizations.ts'
import { consumerPolicy, type PolicyRole } from '../rbac.ts'

/** Someone whom an app acts for: a member of an organization, or a user. */
export interface Subject {
  readonly subject_id: string
  /** The roles they have, and what each role that there is may do. */
  readonly roles: readonly string[]
  readonly policy: readonly PolicyRole[]
  /** What ID tokens tell of them. */
  readonly email: string
  readonly email_verified: boolean
  readonly name: string
  readonly phone_number: string
  readonly phone_number_verified: boolean
  /** Where a member belongs. */
  readonly organization: Organization | undefined
}

/** A member as an app's subject. */
export function memberSubject(
  project: Project,
  organization: Organization,
  member: Member,
): Subject {
  return {
    subject_id: member.member_id,
    roles: memberRoles(organization, member).map((role) => role.role_id),
    policy: rolesOf(project, organization),
    email: member.email_address,
    email_verified: member.email_address_verified,
    name: member.name,
    phone_number: member.mfa_phone_number,
    phone_number_verified: member.mfa_phone_number_verified,
    organization,
  }
}

/** A user as an app's subject. */
export function userSubject({ settings }: Project, user: User): Subject {
  const [address] = user.emails
  const [phone] = user.phone_numbers
  const { first_name, middle_name, last_name } = user.name
  return {
    subject_id: user.user_id,
    roles: rolesOfUser(user),
    policy: consumerPolicy(settings.rbac_policy).roles,
    email: address?.email ?? '',
    email_verified: address?.verified ?? false,
    name: [first_name, middle_name, last_name].filter((part) => part !== '').join(' '),
    phone_number: phone?.phone_number ?? '',
    phone_number_verified: phone?.verified ?? false,
    organization: undefined,
  }
}

/** Whoever has this id, unless they were deleted. */
export function findSubject(project: Project, subjectId: string): Subject | undefined {
  const { members, users } = project.store
  const member = members.get(subjectId)
  if (member !== undefined)
    return member.status === 'deleted'
      ? undefined
      : memberSubject(project, requireOrganization(project, member.organization_id), member)
  return users.has(subjectId) ? userSubject(project, requireUser(project, subjectId)) : undefined
}
