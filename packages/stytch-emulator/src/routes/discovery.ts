import { discoveredOrganizations, factorsOf, mayJoin } from '../discovery.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { IntermediateSession, Member } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { optional, string } from '../fields.ts'
import { requireIntermediateSession } from '../intermediate-sessions.ts'
import { createMember } from '../members.ts'
import { organizationFields, organizationName } from '../organization-fields.ts'
import { createOrganization, requireOrganization } from '../organizations.ts'
import { adminRole } from '../rbac.ts'
import { requireSession, sessionOptions, sessionReference } from '../sessions.ts'
import { signIn } from '../sign-in.ts'
import { memberByEmail } from '../store.ts'

/** Discovery: sign in first, choose or create the organization afterwards. */
export const discoveryEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/discovery/organizations',
      sdk: 'discovery.organizations.list',
    },
    { intermediate_session_token: optional(string), ...sessionReference },
    {
      run(call) {
        const { intermediate_session_token, session_token, session_jwt } = call.fields
        const hasSession = session_token !== undefined || session_jwt !== undefined
        if (intermediate_session_token !== undefined && hasSession)
          throw new StytchFailure('too_many_session_arguments')
        if (intermediate_session_token !== undefined) {
          const intermediate = requireIntermediateSession(call, intermediate_session_token)
          return {
            email_address: intermediate.email_address,
            discovered_organizations: discoveredOrganizations(call, intermediate),
          }
        }
        const { member, organization, session } = requireSession(call, call.fields)
        return {
          email_address: member.email_address,
          discovered_organizations: discoveredOrganizations(call, {
            email_address: member.email_address,
            authentication_factors: session.authentication_factors,
            oauth_tenants: undefined,
          }),
          organization_id_hint: organization.organization_id,
        }
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/discovery/organizations/create',
      sdk: 'discovery.organizations.create',
    },
    {
      intermediate_session_token: string,
      organization_name: optional(organizationName),
      ...organizationFields,
      ...sessionOptions,
    },
    {
      run(call) {
        const {
          intermediate_session_token,
          organization_name,
          session_duration_minutes,
          session_custom_claims,
          ...settings
        } = call.fields
        const intermediate = requireIntermediateSession(call, intermediate_session_token)
        const { email_address } = intermediate
        const organization = createOrganization(call, {
          ...settings,
          // Stytch derives the name from the address when none is given.
          organization_name: organization_name ?? `${email_address.split('@')[0]}'s organization`,
        })
        const member = createMember(call, organization, email_address, 'active', {
          roles: [adminRole],
        })
        return signIn(call, {
          organization,
          member,
          factors: [],
          options: { session_duration_minutes, session_custom_claims },
          intermediate: intermediateOf(member, intermediate),
        })
      },
    },
  ),
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/discovery/intermediate_sessions/exchange',
      sdk: 'discovery.intermediateSessions.exchange',
    },
    { intermediate_session_token: string, organization_id: string, ...sessionOptions },
    {
      run(call) {
        const { project, fields } = call
        const intermediate = requireIntermediateSession(call, fields.intermediate_session_token)
        const { email_address } = intermediate
        const organization = requireOrganization(project, fields.organization_id)
        const known = memberByEmail(project.store, organization.organization_id, email_address)
        if (known === undefined && mayJoin(organization, intermediate) === undefined)
          throw new StytchFailure('member_not_found')
        const member = known ?? createMember(call, organization, email_address, 'active')
        return signIn(call, {
          organization,
          member,
          factors: [],
          options: fields,
          intermediate: intermediateOf(member, intermediate),
        })
      },
    },
  ),
]

/** What was proved before the member was known, as it counts for this member. */
function intermediateOf(member: Member, intermediate: IntermediateSession): IntermediateSession {
  return {
    ...intermediate,
    authentication_factors: factorsOf(member, intermediate.authentication_factors),
  }
}
