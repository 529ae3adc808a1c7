import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { factorOf } from '../factors.ts'
import { string } from '../fields.ts'
import { requireOrganization } from '../organizations.ts'
import { showSignedIn, startSession } from '../sessions.ts'

/** How long an impersonated session lasts. */
const minutes = 60

/** Impersonation: support staff in a member's place, marked as such. */
export const impersonationEndpoints: readonly Endpoint[] = [
  endpoint(
    {
      method: 'POST',
      path: '/v1/b2b/impersonation/authenticate',
      sdk: 'impersonation.authenticate',
    },
    { impersonation_token: string },
    {
      run(call) {
        const { project, clock, fields } = call
        const token = project.store.impersonationTokens.get(fields.impersonation_token)
        const member = project.store.members.get(token?.member_id ?? '')
        if (
          token === undefined ||
          token.expires_at <= clock.now() ||
          member === undefined ||
          member.status === 'deleted'
        )
          throw new StytchFailure('unable_to_auth_impersonation_token')
        project.store.impersonationTokens.delete(fields.impersonation_token)
        const organization = requireOrganization(project, member.organization_id)
        const { impersonator_id, impersonator_email_address } = token
        const factor = factorOf(call, {
          type: 'impersonated',
          delivery_method: 'impersonation',
          impersonated_factor: { impersonator_id, impersonator_email_address },
        })
        const options = { session_duration_minutes: minutes }
        const session = startSession(call, member, [factor], options)
        return {
          member_id: member.member_id,
          organization_id: organization.organization_id,
          ...showSignedIn(call, { session, member, organization }),
          member_authenticated: true,
          intermediate_session_token: '',
        }
      },
    },
  ),
]
