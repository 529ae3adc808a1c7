import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { impersonatedFactor } from '../factors.ts'
import { string } from '../fields.ts'
import { impersonatedMinutes, useImpersonationToken } from '../impersonation.ts'
import { requireOrganization } from '../organizations.ts'
import { showSignedIn, startSession } from '../sessions.ts'

/** Impersonation of members: support staff in a member's place, marked as such. */
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
        const { members } = call.project.store
        const isMember = (id: string): boolean =>
          (members.get(id)?.status ?? 'deleted') !== 'deleted'
        const token = useImpersonationToken(call, call.fields.impersonation_token, isMember)
        const member = members.get(token.subject_id)
        if (member === undefined) throw new StytchFailure('member_not_found')
        const organization = requireOrganization(call.project, member.organization_id)
        const factor = impersonatedFactor(call, token)
        const options = { session_duration_minutes: impersonatedMinutes }
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
