import type { Emulation } from './emulation.ts'
import type {
  AuthenticationFactor,
  IntermediateSession,
  Member,
  OAuthTenants,
  Organization,
} from './entities.ts'
import { connectionOf, exchangedProof, oauthOf, oauthProof } from './factors.ts'
import { showMember } from './members.ts'
import { allowsDomain, domainOf, showOrganization } from './organizations.ts'
import { requirementsOf } from './requirements.ts'
import { memberByEmail } from './store.ts'

/** What was proved of whoever looks for an organization. */
type Proof = Pick<IntermediateSession, 'email_address' | 'authentication_factors' | 'oauth_tenants'>

/** The organizations that an address belongs to or may join. */
export function discoveredOrganizations(emulation: Emulation, proof: Proof): object[] {
  return [...emulation.project.store.organizations.values()].flatMap(
    (organization) => discovered(emulation, organization, proof) ?? [],
  )
}

function discovered(
  { project }: Emulation,
  organization: Organization,
  proof: Proof,
): object | undefined {
  const member = memberByEmail(project.store, organization.organization_id, proof.email_address)
  if (member !== undefined) {
    const factors = factorsOf(member, proof.authentication_factors)
    if (factors.length === 0) return undefined
    const missing = requirementsOf(organization, member, factors)
    return {
      organization: showOrganization(organization),
      membership: { type: `${member.status}_member`, member: showMember(organization, member) },
      member_authenticated: Object.keys(missing).length === 0,
      ...missing,
    }
  }
  // What an organization's identity provider says of an address, it says to that one alone.
  if (proof.authentication_factors.every(({ type }) => type === 'sso')) return undefined
  const membership = mayJoin(organization, proof)
  if (membership === undefined) return undefined
  return { organization: showOrganization(organization), membership, member_authenticated: false }
}

/** Why an organization admits someone as a new member, if it does. */
export function mayJoin(
  organization: Organization,
  { email_address, oauth_tenants }: Pick<Proof, 'email_address' | 'oauth_tenants'>,
): object | undefined {
  if (mayJoinByDomain(organization, email_address))
    return {
      type: 'eligible_to_join_by_email_domain',
      details: { domain: domainOf(email_address) },
    }
  const tenant = oauth_tenants && admittingTenant(organization, oauth_tenants)
  if (tenant === undefined) return undefined
  return {
    type: 'eligible_to_join_by_oauth_tenant',
    details: { provider: oauth_tenants?.provider, tenant },
  }
}

/** Whether an organization admits new members by the domain of their address. */
export function mayJoinByDomain(organization: Organization, emailAddress: string): boolean {
  return (
    organization.email_jit_provisioning === 'RESTRICTED' && allowsDomain(organization, emailAddress)
  )
}

/** Which of the organization's tenants someone belongs to, if that lets them join. */
export function admittingTenant(
  organization: Organization,
  { provider, tenants }: OAuthTenants,
): string | undefined {
  if (organization.oauth_tenant_jit_provisioning !== 'RESTRICTED') return undefined
  const allowed: unknown = organization.allowed_oauth_tenants[provider]
  return Array.isArray(allowed) ? tenants.find((tenant) => allowed.includes(tenant)) : undefined
}

/**
 * What was proved elsewhere, as it counts for this member: the address under the member's own id of
 * it, an account at a provider as the member's own where they have linked it.
 */
export function factorsOf(
  member: Member,
  factors: readonly AuthenticationFactor[],
): readonly AuthenticationFactor[] {
  const { email_id, email_address } = member
  // An organization's identity provider says nothing to another organization.
  const isPortable = (factor: AuthenticationFactor): boolean =>
    factor.type !== 'sso' ||
    member.sso_registrations.some((one) => one.connection_id === connectionOf(factor))
  return factors.filter(isPortable).map((factor) => {
    if ('email_factor' in factor) return { ...factor, email_factor: { email_id, email_address } }
    const oauth = oauthOf(factor)
    if (oauth?.detail === undefined) return factor
    const { provider, detail } = oauth
    const { created_at, last_authenticated_at } = factor
    const linked = member.oauth_registrations.find(
      (one) =>
        one.linked && one.provider === provider && one.provider_subject === detail.provider_subject,
    )
    const proof =
      linked === undefined ? exchangedProof(provider, email_id) : oauthProof(linked, email_id)
    return { ...proof, created_at, last_authenticated_at }
  })
}
