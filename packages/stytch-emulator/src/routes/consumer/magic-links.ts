import type { User } from '../../consumer/entities.ts'
import { makeUserLink, requireUserLink, useUpUserLink } from '../../consumer/links.ts'
import { ownUserSession, signInUser } from '../../consumer/sessions.ts'
import {
  changeUser,
  createUser,
  requireUser,
  userByEmail,
  userFields,
} from '../../consumer/users.ts'
import type { Emulation } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import { StytchFailure } from '../../errors.ts'
import { emailFactor, factorOf } from '../../factors.ts'
import { boolean, email, integer, optional, string } from '../../fields.ts'
import { pkceChallenge } from '../../pkce.ts'
import { redirectUrl } from '../../redirect-urls.ts'
import { emailOf, userWithEmail, verifyEmail } from './addresses.ts'
import { userEndpoint, userReference, userSignInFields } from './user-endpoint.ts'

const hour = 60
const week = 10_080
const minutes = optional(integer(5, week))

const linkFields = {
  email,
  login_magic_link_url: optional(string),
  signup_magic_link_url: optional(string),
  login_expiration_minutes: minutes,
  signup_expiration_minutes: minutes,
  code_challenge: optional(pkceChallenge),
}

/** Magic links of users: sent, made for the application to deliver, authenticated. */
export const userMagicLinkEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/magic_links/email/send', sdk: 'magicLinks.email.send' },
    { ...linkFields, ...userReference },
    (call) => sendLink(call, userWithEmail(call, call.fields), call.fields),
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/magic_links/email/login_or_create',
      sdk: 'magicLinks.email.loginOrCreate',
    },
    { ...linkFields, create_user_as_pending: optional(boolean) },
    (call) => {
      const { project, fields } = call
      const known = userByEmail(project, fields.email)
      const kind = kindFor(known)
      // Before the user is made: a refused call leaves nothing behind.
      redirectUrl(project.settings, kind, fields[`${kind}_magic_link_url`])
      const status = fields.create_user_as_pending === true ? 'pending' : 'active'
      const user = known ?? createUser(call, { email: fields.email, status })
      return {
        ...sendLink(call, user, fields, kind),
        user_created: known === undefined,
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/magic_links/email/invite', sdk: 'magicLinks.email.invite' },
    {
      email,
      name: userFields.name,
      trusted_metadata: userFields.trusted_metadata,
      untrusted_metadata: userFields.untrusted_metadata,
      invite_magic_link_url: optional(string),
      invite_expiration_minutes: minutes,
    },
    (call) => {
      const { project, fields } = call
      const url = redirectUrl(project.settings, 'invite', fields.invite_magic_link_url)
      const user = createUser(call, { ...fields, status: 'pending' })
      const { email_id } = emailOf(user, fields.email)
      const expiration_minutes = fields.invite_expiration_minutes ?? week
      makeUserLink(call, { user, expiration_minutes, mail: { kind: 'invite', email_id, url } })
      return { user_id: user.user_id, email_id }
    },
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/magic_links/email/revoke_invite',
      sdk: 'magicLinks.email.revokeInvite',
    },
    { email },
    ({ project, fields }) => {
      const user = userByEmail(project, fields.email)
      if (user === undefined) throw new StytchFailure('email_not_found')
      const { userLinks } = project.store
      for (const link of userLinks.values())
        if (link.user_id === user.user_id && link.kind === 'invite') userLinks.delete(link.token)
      return {}
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/magic_links', sdk: 'magicLinks.create' },
    { user_id: string, expiration_minutes: minutes },
    (call) => {
      const user = requireUser(call.project, call.fields.user_id)
      const expiration_minutes = call.fields.expiration_minutes ?? hour
      return { user_id: user.user_id, token: makeUserLink(call, { user, expiration_minutes }) }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/magic_links/authenticate', sdk: 'magicLinks.authenticate' },
    { token: string, code_verifier: optional(string), ...userSignInFields },
    (call) => {
      const { fields, project } = call
      const link = requireUserLink(call, fields.token, 'sign-in', fields.code_verifier)
      const owner = requireUser(project, link.user_id)
      ownUserSession(call, owner, fields)
      const user = verifyEmail(call, owner, link.email_id)
      const address = user.emails.find((one) => one.email_id === link.email_id)
      const factor =
        address === undefined
          ? factorOf(call, {
              type: 'magic_link',
              delivery_method: 'embedded',
              embeddable_magic_link_factor: { embedded_id: call.ids.id('embedded') },
            })
          : emailFactor(call, 'magic_link', {
              email_id: address.email_id,
              email_address: address.email,
            })
      const answer = signInUser(call, user, [factor], fields)
      useUpUserLink(call, link)
      return { ...answer, method_id: link.email_id || link.user_id, reset_sessions: false }
    },
  ),
]

interface SentLink {
  readonly email: string
  readonly login_magic_link_url?: string | undefined
  readonly signup_magic_link_url?: string | undefined
  readonly login_expiration_minutes?: number | undefined
  readonly signup_expiration_minutes?: number | undefined
  readonly code_challenge?: string | undefined
}

function sendLink(
  emulation: Emulation,
  user: User,
  fields: SentLink,
  kind: 'login' | 'signup' = kindFor(user),
): object {
  const url = redirectUrl(emulation.project.settings, kind, fields[`${kind}_magic_link_url`])
  const { email_id } = emailOf(user, fields.email)
  makeUserLink(emulation, {
    user: changeUser(emulation, user, {}),
    expiration_minutes: fields[`${kind}_expiration_minutes`] ?? hour,
    code_challenge: fields.code_challenge,
    mail: { kind, email_id, url },
  })
  return { user_id: user.user_id, email_id }
}

function kindFor(user: User | undefined): 'login' | 'signup' {
  return user?.status === 'active' ? 'login' : 'signup'
}
