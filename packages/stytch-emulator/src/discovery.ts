import type { Emulation } from './emulation.ts'
import type { AuthenticationFactor, Organization } from './entities.ts'
import { showMember } from './members.ts'
import { allowsDomain, domainOf, showOrganization } from './organizations.ts'
import { requirementsOf } from './requirements.ts'
import { memberByEmail } from './store.ts'

/** The organizations that an address belongs to or may join. */
export function discoveredOrganizations(
  emulation: Emulation,
  emailAddress: string,
  factors: readonly AuthenticationFactor[],
): object[] {
  return [...emulation.project.store.organizations.values()].flatMap(
    (organization) => discovered(emulation, organization, emailAddress, factors) ?? [],
  )
}

function discovered(
  { project }: Emulation,
  organization: Organization,
  emailAddress: string,
  factors: readonly AuthenticationFactor[],
): object | undefined {
  const member = memberByEmail(project.store, organization.organization_id, emailAddress)
  if (member !== undefined) {
    const missing = requirementsOf(organization, member, factors)
    return {
      organization: showOrganization(organization),
      membership: { type: `${member.status}_member`, member: showMember(organization, member) },
      member_authenticated: Object.keys(missing).length === 0,
      ...missing,
    }
  }
  if (!mayJoinByDomain(organization, emailAddress)) return undefined
  return {
    organization: showOrganization(organization),
    membership: {
      type: 'eligible_to_join_by_email_domain',
      details: { domain: domainOf(emailAddress) },
    },
    member_authenticated: false,
  }
}

/** Whether an organization admits new members by the domain of their address. */
export function mayJoinByDomain(organization: Organization, emailAddress: string): boolean {
  return (
    organization.email_jit_provisioning === 'RESTRICTED' && allowsDomain(organization, emailAddress)
  )
}
