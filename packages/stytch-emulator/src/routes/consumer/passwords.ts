import type { User } from '../../consumer/entities.ts'
import { makeUserLink, requireUserLink, useUpUserLink } from '../../consumer/links.ts'
import {
  endUserSessions,
  ownUserSession,
  requireUserSession,
  signInUser,
} from '../../consumer/sessions.ts'
import {
  changeUser,
  changeUserCredentials,
  createUser,
  newPhoneNumber,
  requireUser,
  showUser,
  updateUser,
  userByEmail,
  userByPhoneNumber,
  userFields,
} from '../../consumer/users.ts'
import type { Emulation } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { PasswordHash } from '../../entities.ts'
import { StytchFailure } from '../../errors.ts'
import { emailFactor, passwordFactor } from '../../factors.ts'
import { boolean, email, integer, optional, phoneNumber, string } from '../../fields.ts'
import { hashPassword, isPassword, migratedHashOf, migrationFields } from '../../password-hash.ts'
import { assertStrong, passwordStrength } from '../../password-strength.ts'
import { pkceChallenge } from '../../pkce.ts'
import { redirectUrl } from '../../redirect-urls.ts'
import { isFresh } from '../../sessions.ts'
import { emailOf, verifyEmail } from './addresses.ts'
import { userEndpoint, userSignInFields } from './user-endpoint.ts'

const halfAnHour = 30
const { name, trusted_metadata, untrusted_metadata } = userFields

/** Passwords of users: create, authenticate, reset by mail, session or the old one, strength, migration. */
export const userPasswordEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/passwords', sdk: 'passwords.create' },
    { email, password: string, name, trusted_metadata, untrusted_metadata, ...userSignInFields },
    async (call) => {
      const { fields } = call
      assertStrong(await passwordStrength(fields.password, fields.email))
      const created = createUser(call, {
        email: fields.email,
        name: fields.name,
        trusted_metadata: fields.trusted_metadata,
        untrusted_metadata: fields.untrusted_metadata,
        status: 'active',
      })
      const user = withPassword(call, created, hashPassword(fields.password))
      const { session_duration_minutes, session_custom_claims } = fields
      return {
        ...signInUser(call, user, [passwordFactor(call)], {
          session_duration_minutes,
          session_custom_claims,
        }),
        email_id: emailOf(user, fields.email).email_id,
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/passwords/authenticate', sdk: 'passwords.authenticate' },
    { email, password: string, ...userSignInFields },
    (call) => {
      const { fields } = call
      const user = requireUserPassword(call, fields.email, fields.password)
      return signInUser(call, user, [passwordFactor(call)], fields)
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/passwords/strength_check', sdk: 'passwords.strengthCheck' },
    { password: string, email: optional(email) },
    async ({ fields }) => {
      const { zxcvbn_feedback, ...strength } = await passwordStrength(fields.password, fields.email)
      return { ...strength, feedback: zxcvbn_feedback }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/passwords/migrate', sdk: 'passwords.migrate' },
    {
      email,
      ...migrationFields,
      ...userFields,
      set_email_verified: optional(boolean),
      phone_number: optional(phoneNumber),
      set_phone_number_verified: optional(boolean),
    },
    (call) => {
      const { fields, project } = call
      const hash = migratedHashOf(fields)
      const known = userByEmail(project, fields.email)
      const holder = fields.phone_number && userByPhoneNumber(project, fields.phone_number)
      if (holder && holder.user_id !== known?.user_id)
        throw new StytchFailure('duplicate_phone_number')
      const { external_id, roles } = fields
      const input = {
        name: fields.name,
        trusted_metadata: fields.trusted_metadata,
        untrusted_metadata: fields.untrusted_metadata,
        external_id,
        roles,
      }
      const user =
        known === undefined
          ? createUser(call, { ...input, email: fields.email, status: 'active' })
          : updateUser(call, known, input)
      const { email_id } = emailOf(user, fields.email)
      const reached = withNumber(call, withPassword(call, user, hash), fields)
      const migrated =
        fields.set_email_verified === true ? verifyEmail(call, reached, email_id) : reached
      return {
        user_id: migrated.user_id,
        email_id,
        user_created: known === undefined,
        user: showUser(migrated),
      }
    },
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/passwords/email/reset/start',
      sdk: 'passwords.email.resetStart',
    },
    {
      email,
      reset_password_redirect_url: optional(string),
      reset_password_expiration_minutes: optional(integer(5, 10_080)),
      code_challenge: optional(pkceChallenge),
    },
    (call) => {
      const { fields, project } = call
      const user = userByEmail(project, fields.email)
      if (user === undefined) throw new StytchFailure('email_not_found')
      const { email_id } = emailOf(user, fields.email)
      const redirect = fields.reset_password_redirect_url
      makeUserLink(call, {
        user,
        expiration_minutes: fields.reset_password_expiration_minutes ?? halfAnHour,
        code_challenge: fields.code_challenge,
        mail: {
          kind: 'password_reset',
          email_id,
          url: redirectUrl(project.settings, 'password_reset', redirect),
        },
      })
      return { user_id: user.user_id, email_id }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/passwords/email/reset', sdk: 'passwords.email.reset' },
    { token: string, password: string, code_verifier: optional(string), ...userSignInFields },
    async (call) => {
      const { fields, project } = call
      const strength = await passwordStrength(fields.password)
      // From here on nothing waits: two calls with one token cannot both pass.
      const link = requireUserLink(call, fields.token, 'password reset', fields.code_verifier)
      assertStrong(strength)
      const owner = requireUser(project, link.user_id)
      ownUserSession(call, owner, fields)
      const hashed = withPassword(call, owner, hashPassword(fields.password))
      const user = verifyEmail(call, hashed, link.email_id)
      const address = user.emails.find((one) => one.email_id === link.email_id)
      const proof = { email_id: link.email_id, email_address: address?.email ?? '' }
      useUpUserLink(call, link)
      if (fields.session_token === undefined && fields.session_jwt === undefined)
        endUserSessions(call, user)
      const factors = [emailFactor(call, 'magic_link', proof), passwordFactor(call)]
      return signInUser(call, user, factors, fields)
    },
  ),
  userEndpoint(
    {
      method: 'POST',
      path: '/v1/passwords/existing_password/reset',
      sdk: 'passwords.existingPassword.reset',
    },
    { email, existing_password: string, new_password: string, ...userSignInFields },
    async (call) => {
      const { fields } = call
      const strength = await passwordStrength(fields.new_password, fields.email)
      const known = requireUserPassword(call, fields.email, fields.existing_password)
      if (fields.new_password === fields.existing_password)
        throw new StytchFailure('cannot_reset_password_with_existing_password')
      assertStrong(strength)
      ownUserSession(call, known, fields)
      const user = withPassword(call, known, hashPassword(fields.new_password))
      if (fields.session_token === undefined && fields.session_jwt === undefined)
        endUserSessions(call, user)
      return signInUser(call, user, [passwordFactor(call)], fields)
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/passwords/session/reset', sdk: 'passwords.sessions.reset' },
    { password: string, ...userSignInFields },
    async (call) => {
      const { fields } = call
      const strength = await passwordStrength(fields.password)
      const { session, user: known } = requireUserSession(call, fields)
      if (!isFresh(call, session.authentication_factors))
        throw new StytchFailure('session_too_old_to_reset_password')
      assertStrong(strength)
      const user = withPassword(call, known, hashPassword(fields.password))
      return signInUser(call, user, [passwordFactor(call)], fields)
    },
  ),
]

/** The user whose address and password these are; which of the two is wrong is not told. */
function requireUserPassword({ project }: Emulation, emailAddress: string, password: string): User {
  const user = userByEmail(project, emailAddress)
  const stored = user?.credentials.password
  if (user === undefined || stored === undefined || !isPassword(password, stored.hash))
    throw new StytchFailure('unauthorized_credentials')
  if (stored.requires_reset) throw new StytchFailure('reset_password')
  return user
}

function withPassword(emulation: Emulation, user: User, hash: PasswordHash): User {
  const password_id = user.credentials.password?.password_id ?? emulation.ids.id('password')
  const password = { password_id, hash, requires_reset: false }
  return changeUserCredentials(emulation, user, { password })
}

function withNumber(
  emulation: Emulation,
  user: User,
  fields: {
    readonly phone_number: string | undefined
    readonly set_phone_number_verified: boolean | undefined
  },
): User {
  const { phone_number, set_phone_number_verified } = fields
  if (phone_number === undefined) return user
  const isSame = (one: User['phone_numbers'][number]): boolean => one.phone_number === phone_number
  const number = user.phone_numbers.find(isSame) ?? newPhoneNumber(emulation, phone_number)
  const verified = number.verified || set_phone_number_verified === true
  const others = user.phone_numbers.filter((one) => !isSame(one))
  return changeUser(emulation, user, { phone_numbers: [...others, { ...number, verified }] })
}
