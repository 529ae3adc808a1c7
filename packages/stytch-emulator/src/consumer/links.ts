import { minutesFromNow } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { mailLink } from '../links.ts'
import { assertVerified } from '../pkce.ts'
import type { User, UserLink, UserLinkKind } from './entities.ts'

/** A link to be made, and mailed unless the application delivers it itself. */
interface UserLinkOrder {
  readonly user: User
  readonly expiration_minutes: number
  readonly code_challenge?: string | undefined
  readonly mail?: {
    readonly kind: Exclude<UserLinkKind, 'embedded'>
    readonly email_id: string
    readonly url: URL
  }
}

/** Makes a one-time link of a user; its token. */
export function makeUserLink(emulation: Emulation, order: UserLinkOrder): string {
  const { project, ids, clock } = emulation
  const { user, mail, code_challenge } = order
  const token = ids.token('user link')
  const link: UserLink = {
    token,
    kind: mail?.kind ?? 'embedded',
    user_id: user.user_id,
    email_id: mail?.email_id ?? '',
    code_challenge,
    expires_at: minutesFromNow(clock, order.expiration_minutes),
    used: false,
  }
  project.store.userLinks.set(token, link)
  if (mail === undefined) return token
  const to = user.emails.find((one) => one.email_id === mail.email_id)?.email ?? ''
  mailLink(emulation, {
    kind: mail.kind,
    to,
    token,
    tokenType: mail.kind === 'password_reset' ? 'reset_password' : 'magic_links',
    url: mail.url,
    organizationName: project.settings.name,
    expiresAt: link.expires_at,
  })
  return token
}

/** The link with this token, which must be unused, unexpired and opened by whoever asked for it. */
export function requireUserLink(
  { project, clock }: Emulation,
  token: string,
  purpose: 'sign-in' | 'password reset',
  verifier: string | undefined,
): UserLink {
  const link = project.store.userLinks.get(token)
  const isReset = purpose === 'password reset'
  if (link === undefined || (link.kind === 'password_reset') !== isReset)
    throw new StytchFailure(
      isReset ? 'unable_to_auth_password_reset_token' : 'magic_link_not_found',
    )
  if (link.used || link.expires_at <= clock.now())
    throw new StytchFailure(
      isReset ? 'unable_to_auth_password_reset_token' : 'unable_to_auth_magic_link',
    )
  assertVerified(link.code_challenge, verifier)
  return link
}

/** Uses a link up. */
export function useUpUserLink({ project }: Emulation, link: UserLink): void {
  project.store.userLinks.set(link.token, { ...link, used: true })
}
