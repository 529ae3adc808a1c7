import { minutesFromNow } from '../../clock.ts'
import { registerUserOAuth, userOfGrant } from '../../consumer/oauth.ts'
import { ownUserSession, signInUser } from '../../consumer/sessions.ts'
import { changeUser, showUser } from '../../consumer/users.ts'
import type { Endpoint } from '../../endpoint.ts'
import { StytchFailure } from '../../errors.ts'
import { factorOf, oauthProof } from '../../factors.ts'
import { optional, string } from '../../fields.ts'
import { requireHandover, useUpHandover } from '../../handovers.ts'
import { showTokens } from '../../oauth.ts'
import { isOAuthProvider, traitsOf } from '../../oauth-providers.ts'
import { selectedUser } from './addresses.ts'
import { userEndpoint, userReference, userSignInFields } from './user-endpoint.ts'

/** How long a user has to add an account at a provider. */
const attachMinutes = 60

/** OAuth of users: what comes back from a provider's page, and accounts added to a user. */
export const userOAuthEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/oauth/attach', sdk: 'oauth.attach' },
    { provider: string, ...userReference },
    (call) => {
      const { provider } = call.fields
      if (!isOAuthProvider(provider)) throw new StytchFailure('invalid_oauth_provider')
      const user = selectedUser(call, call.fields)
      if (user === undefined) throw new StytchFailure('no_session_arguments')
      const oauth_attach_token = call.ids.token('oauth attach')
      const expires_at = minutesFromNow(call.clock, attachMinutes)
      const { user_id } = user
      call.project.store.attachTokens.set(oauth_attach_token, { user_id, provider, expires_at })
      return { oauth_attach_token }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/oauth/authenticate', sdk: 'oauth.authenticate' },
    { token: string, code_verifier: optional(string), ...userSignInFields },
    (call) => {
      const { fields } = call
      const handover = requireHandover(call, 'user_oauth', fields.token, fields.code_verifier)
      const { attach_to, ...grant } = handover.proof
      // Whoever is new has no session, so that any that is named is another's.
      ownUserSession(call, userOfGrant(call, grant, attach_to) ?? { user_id: '' }, fields)
      const { user, registration } = registerUserOAuth(call, grant, attach_to)
      const [address] = user.emails
      const factor = factorOf(call, oauthProof(registration, address?.email_id ?? ''))
      const { session, ...answer } = signInUser(call, user, [factor], fields)
      useUpHandover(call, handover)
      return {
        ...answer,
        ...(session !== undefined && { user_session: session }),
        provider_subject: registration.provider_subject,
        provider_type: traitsOf(registration.provider).name,
        provider_values: showTokens(registration),
        oauth_user_registration_id: registration.registration_id,
        reset_sessions: false,
      }
    },
  ),
  userEndpoint(
    {
      method: 'DELETE',
      path: '/v1/users/oauth/:oauth_user_registration_id',
      sdk: 'users.deleteOAuthRegistration',
    },
    { oauth_user_registration_id: string },
    (call) => {
      const id = call.fields.oauth_user_registration_id
      const user = [...call.project.store.users.values()].find((one) =>
        one.oauth_registrations.some(({ registration_id }) => registration_id === id),
      )
      if (user === undefined) throw new StytchFailure('oauth_user_registration_not_found')
      const changed = changeUser(call, user, {
        oauth_registrations: user.oauth_registrations.filter(
          ({ registration_id }) => registration_id !== id,
        ),
      })
      return { user_id: changed.user_id, user: showUser(changed) }
    },
  ),
]
