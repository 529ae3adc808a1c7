import {
  requireLiveUserSession,
  requireUserSession,
  showUserSession,
  showUserTokens,
  touchUserSession,
} from '../../consumer/sessions.ts'
import { requireUser, rolesOfUser, showUser } from '../../consumer/users.ts'
import type { Endpoint } from '../../endpoint.ts'
import { StytchFailure } from '../../errors.ts'
import { object, optional, string } from '../../fields.ts'
import { consumerPolicy, grantingRoles } from '../../rbac.ts'
import { sessionReference } from '../../sessions.ts'
import { userEndpoint, userSignInFields } from './user-endpoint.ts'

/** Sessions of users, and the policy of a consumer project. */
export const userSessionEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'GET', path: '/v1/sessions', sdk: 'sessions.get' },
    { user_id: string },
    ({ project, clock, fields }) => {
      const user = requireUser(project, fields.user_id)
      const live = [...project.store.userSessions.values()].filter(
        (one) => one.user_id === user.user_id && one.expires_at > clock.now(),
      )
      return { sessions: live.map((session) => showUserSession(session, user)) }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/sessions/authenticate', sdk: 'sessions.authenticate' },
    {
      ...userSignInFields,
      authorization_check: optional(object({ resource_id: string, action: string })),
    },
    (call) => {
      const { session: known, user } = requireUserSession(call, call.fields)
      const check = call.fields.authorization_check
      // A user who is not authorized must not be able to keep the session alive by asking.
      const granting_roles =
        check &&
        grantingRoles(
          consumerPolicy(call.project.settings.rbac_policy).roles,
          rolesOfUser(user),
          check.resource_id,
          check.action,
        )
      if (granting_roles?.length === 0)
        throw new StytchFailure('consumer_session_authorization_error')
      const session = touchUserSession(call, known, call.fields)
      return {
        ...showUserTokens(call, user, session),
        user: showUser(user),
        ...(granting_roles && { verdict: { authorized: true, granting_roles } }),
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/sessions/revoke', sdk: 'sessions.revoke' },
    { session_id: optional(string), ...sessionReference },
    (call) => {
      const { session_id, session_token, session_jwt } = call.fields
      const { userSessions } = call.project.store
      const given = [session_id, session_token, session_jwt].filter((one) => one !== undefined)
      if (given.length === 0) throw new StytchFailure('no_session_revoke_arguments')
      if (given.length > 1) throw new StytchFailure('too_many_session_revoke_arguments')
      const { session } =
        session_id === undefined
          ? requireUserSession(call, { session_token, session_jwt })
          : requireLiveUserSession(call, userSessions.get(session_id))
      userSessions.delete(session.session_id)
      return {}
    },
  ),
  userEndpoint(
    { method: 'GET', path: '/v1/rbac/policy', sdk: 'rbac.policy' },
    {},
    ({ project }) => ({
      policy: consumerPolicy(project.settings.rbac_policy),
    }),
  ),
]
