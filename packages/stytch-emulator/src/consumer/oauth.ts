import type { Emulation } from '../emulation.ts'
import type { OAuthGrant, OAuthProvider, OAuthRegistration } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { newRegistration } from '../oauth.ts'
import { traitsOf } from '../oauth-providers.ts'
import type { AttachToken, User } from './entities.ts'
import { changeUser, createUser, newEmail, requireUser, userByEmail } from './users.ts'

/**
 * The user that an account at a provider belongs to: the one it is to be added to, the one who has
 * it, or the one with its address, if the provider makes sure whose the address is.
 */
export function userOfGrant(
  { project }: Emulation,
  { provider, identity }: OAuthGrant,
  attachTo: string | undefined,
): User | undefined {
  if (!identity.email_verified) throw new StytchFailure('oauth_unverified_email')
  const owner = [...project.store.users.values()].find((user) =>
    user.oauth_registrations.some(
      (one) => one.provider === provider && one.provider_subject === identity.subject,
    ),
  )
  if (attachTo !== undefined) {
    if (owner !== undefined && owner.user_id !== attachTo)
      throw new StytchFailure('invalid_oauth_attach_token')
    return requireUser(project, attachTo)
  }
  if (owner !== undefined) return owner
  const holder = userByEmail(project, identity.email_address)
  if (holder !== undefined && !traitsOf(provider).verifiesEmail)
    throw new StytchFailure('oauth_unverified_email')
  return holder
}

/** Keeps an account at a provider with its user, who is made where there is none. */
export function registerUserOAuth(
  emulation: Emulation,
  grant: OAuthGrant,
  attachTo: string | undefined,
): { readonly user: User; readonly registration: OAuthRegistration } {
  const { provider, identity } = grant
  const known = userOfGrant(emulation, grant, attachTo)
  const user = known ?? createUser(emulation, { email: identity.email_address, status: 'active' })
  const isSame = (one: OAuthRegistration): boolean =>
    one.provider === provider && one.provider_subject === identity.subject
  const before = user.oauth_registrations.find(isSame)
  const registration: OAuthRegistration = {
    ...newRegistration(emulation, grant),
    linked: true,
    ...(before && { registration_id: before.registration_id }),
  }
  const others = user.oauth_registrations.filter((one) => !isSame(one))
  return {
    user: changeUser(emulation, user, {
      emails: withAddress(emulation, user, grant),
      oauth_registrations: [...others, registration],
    }),
    registration,
  }
}

/** What lets this user add an account at this provider. */
export function requireAttachToken(
  { project, clock }: Emulation,
  token: string,
  provider: OAuthProvider,
): AttachToken {
  const found = project.store.attachTokens.get(token)
  if (found === undefined || found.provider !== provider || found.expires_at <= clock.now())
    throw new StytchFailure('invalid_oauth_attach_token')
  return found
}

/** Uses up what {@link requireAttachToken} finds: an account is added once with it. */
export function useUpAttachToken({ project }: Emulation, token: string): void {
  project.store.attachTokens.delete(token)
}

/** The user's addresses with the provider's, proved where the provider proves it. */
function withAddress(
  emulation: Emulation,
  user: User,
  { provider, identity }: OAuthGrant,
): User['emails'] {
  const email = identity.email_address
  const holder = userByEmail(emulation.project, email)
  const { verifiesEmail } = traitsOf(provider)
  if (holder === undefined)
    return [...user.emails, { ...newEmail(emulation, email), verified: verifiesEmail }]
  return user.emails.map((one) =>
    one.email === email && verifiesEmail ? { ...one, verified: true } : one,
  )
}
