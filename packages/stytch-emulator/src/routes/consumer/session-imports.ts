import type { User } from '../../consumer/entities.ts'
import { showUserTokens, signInUser, startUserSession } from '../../consumer/sessions.ts'
import { requireUser, showUser, userByEmail } from '../../consumer/users.ts'
import type { Emulation } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { AuthenticationFactor } from '../../entities.ts'
import { StytchFailure } from '../../errors.ts'
import { exchangeAccessToken, externalAddress } from '../../external-sessions.ts'
import {
  accessTokenFactor,
  impersonatedFactor,
  importedFactor,
  trustedTokenFactor,
} from '../../factors.ts'
import { string } from '../../fields.ts'
import { impersonatedMinutes, useImpersonationToken } from '../../impersonation.ts'
import { type SessionOptions, sessionOptions } from '../../sessions.ts'
import { attested } from '../../trusted-tokens.ts'
import { userEndpoint, userSignInFields } from './user-endpoint.ts'

/** Sessions of users who were signed in elsewhere, and of those who take a user's place. */
export const userSessionImportEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/sessions/attest', sdk: 'sessions.attest' },
    { profile_id: string, token: string, ...userSignInFields },
    async (call) => {
      const { fields } = call
      const token = await attested(call, fields)
      const user = userWithAddress(call, token.email)
      const factor = trustedTokenFactor(call, token.token_id)
      const answer =
        fields.session_token === undefined && fields.session_jwt === undefined
          ? startAndShow(call, user, factor, fields)
          : signInUser(call, user, [factor], fields)
      token.useUp()
      return answer
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/sessions/migrate', sdk: 'sessions.migrate' },
    { session_token: string, ...sessionOptions },
    async (call) => {
      const email = await externalAddress(call, call.fields.session_token)
      return startAndShow(call, userWithAddress(call, email), importedFactor(call), call.fields)
    },
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/sessions/exchange_access_token',
      sdk: 'sessions.exchangeAccessToken',
    },
    { access_token: string, ...sessionOptions },
    (call) => {
      const { subject_id, client_id } = exchangeAccessToken(call, call.fields.access_token, (id) =>
        call.project.store.users.has(id),
      )
      const user = requireUser(call.project, subject_id)
      return startAndShow(call, user, accessTokenFactor(call, client_id), call.fields)
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/impersonation/authenticate', sdk: 'impersonation.authenticate' },
    { impersonation_token: string },
    (call) => {
      const token = useImpersonationToken(call, call.fields.impersonation_token, (subjectId) =>
        call.project.store.users.has(subjectId),
      )
      const user = requireUser(call.project, token.subject_id)
      return startAndShow(call, user, impersonatedFactor(call, token), {
        session_duration_minutes: impersonatedMinutes,
      })
    },
  ),
]

function userWithAddress({ project }: Emulation, email: string): User {
  const user = userByEmail(project, email)
  if (user === undefined) throw new StytchFailure('user_not_found')
  return user
}

function startAndShow(
  emulation: Emulation,
  user: User,
  factor: AuthenticationFactor,
  options: SessionOptions,
): object {
  const session = startUserSession(emulation, user, [factor], options)
  return {
    user_id: user.user_id,
    user: showUser(user),
    ...showUserTokens(emulation, user, session),
  }
}
