import { mayJoinByDomain } from './discovery.ts'
import type { Emulation } from './emulation.ts'
import type { Member, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { createMember } from './members.ts'
import { allowsMethod } from './organizations.ts'

/** Refuses a way of signing in that the organization does not allow. */
export function assertAllowed(
  organization: Organization,
  method: string,
  member: Member | undefined,
): void {
  if (!allowsMethod(organization, method, member))
    throw new StytchFailure('operation_restricted_by_organization_auth_methods')
}

/** Makes a pending member of an address that the organization admits. */
export function joinByEmail(
  emulation: Emulation,
  organization: Organization,
  emailAddress: string,
): Member {
  if (organization.email_jit_provisioning !== 'RESTRICTED')
    throw new StytchFailure('email_jit_provisioning_not_allowed')
  if (!mayJoinByDomain(organization, emailAddress))
    throw new StytchFailure('invalid_email_for_jit_provisioning')
  return createMember(emulation, organization, emailAddress, 'pending')
}
