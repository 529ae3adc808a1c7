import { minutesFromNow, timestamp } from './clock.ts'
import { discoveredOrganizations } from './discovery.ts'
import type { Emulation } from './emulation.ts'
import type { AuthenticationFactor, IntermediateSession, Member, OAuthTenants } from './entities.ts'
import { StytchFailure } from './errors.ts'

/** Keeps proof of an address for ten minutes. */
export function startIntermediateSession(
  { project, ids, clock }: Emulation,
  proof: Pick<IntermediateSession, 'email_address' | 'authentication_factors'> & {
    readonly oauth_tenants?: OAuthTenants
  },
): IntermediateSession {
  const intermediate: IntermediateSession = {
    token: ids.token('intermediate'),
    oauth_tenants: undefined,
    ...proof,
    expires_at: minutesFromNow(clock, 10),
  }
  project.store.intermediateSessions.set(intermediate.token, intermediate)
  return intermediate
}

/** The intermediate session with this token, unless it expired or was used up. */
export function requireIntermediateSession(
  { project, clock }: Emulation,
  token: string,
): IntermediateSession {
  const intermediate = project.store.intermediateSessions.get(token)
  if (intermediate === undefined || intermediate.expires_at <= clock.now())
    throw new StytchFailure('intermediate_session_not_found')
  return intermediate
}

/** The intermediate session to go on with, if one is given. One of another address is ignored. */
export function ownIntermediateSession(
  emulation: Emulation,
  member: Member,
  token: string | undefined,
): IntermediateSession | undefined {
  if (token === undefined) return undefined
  const intermediate = requireIntermediateSession(emulation, token)
  return intermediate.email_address === member.email_address ? intermediate : undefined
}

/** What whoever proved an address is told before choosing an organization. */
export function showDiscovery(
  emulation: Emulation,
  emailAddress: string,
  factor: AuthenticationFactor,
  tenants?: OAuthTenants,
): object {
  const intermediate = startIntermediateSession(emulation, {
    email_address: emailAddress,
    authentication_factors: [factor],
    ...(tenants !== undefined && { oauth_tenants: tenants }),
  })
  return {
    email_address: emailAddress,
    intermediate_session_token: intermediate.token,
    intermediate_session_token_expires_at: timestamp(intermediate.expires_at),
    discovered_organizations: discoveredOrganizations(emulation, intermediate),
  }
}
