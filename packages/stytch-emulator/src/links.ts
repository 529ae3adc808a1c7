import { minutesFromNow, timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { LinkKind, Member, OneTimeLink, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { assertVerified } from './pkce.ts'

/** A link to be mailed. */
export interface LinkOrder {
  readonly kind: LinkKind
  readonly email_address: string
  /** Whom it signs in, and where; left out for discovery. */
  readonly member?: Member
  readonly organization?: Organization
  /** Where it leads; the token is added. */
  readonly url: URL
  readonly pkce_code_challenge?: string | undefined
  readonly expiration_minutes: number
}

/** Makes a one-time link and puts the mail with it into the outbox. */
export function sendLink(emulation: Emulation, order: LinkOrder): void {
  const { project, clock, ids } = emulation
  const { kind, email_address, organization } = order
  const token = ids.token(tokenKinds[kind])
  const expiresAt = minutesFromNow(clock, order.expiration_minutes)
  project.store.links.set(token, {
    token,
    kind,
    email_address,
    member_id: order.member?.member_id,
    pkce_code_challenge: order.pkce_code_challenge,
    expires_at: expiresAt,
    used: false,
  })
  mailLink(emulation, {
    kind,
    to: email_address,
    token,
    tokenType: tokenTypes[kind],
    url: order.url,
    organizationName: organization?.organization_name ?? '',
    expiresAt,
  })
}

/** A mail with a link that is kept already. */
interface LinkMail {
  readonly kind: LinkKind
  readonly to: string
  readonly token: string
  /** What the application learns of the token: `stytch_token_type`. */
  readonly tokenType: string
  readonly url: URL
  /** Empty where there is no organization. */
  readonly organizationName: string
  readonly expiresAt: Date
}

/** Puts the mail with a link into the outbox. */
export function mailLink({ project, clock, ids, outbox }: Emulation, mail: LinkMail): void {
  const { kind, to, token, organizationName } = mail
  const url = new URL(mail.url)
  url.searchParams.set('stytch_token_type', mail.tokenType)
  url.searchParams.set('token', token)
  outbox.deliver({
    id: ids.id('message'),
    project_id: project.settings.project_id,
    channel: 'email',
    kind,
    from: `${project.settings.name} <login@stytch.test>`,
    to,
    subject: subjects[kind](organizationName || project.settings.name),
    organization_name: organizationName,
    url: url.href,
    token,
    code: '',
    sent_at: timestamp(clock.now()),
    expires_at: timestamp(mail.expiresAt),
  })
}

/** The link with this token, which must be unused, unexpired and opened by whoever asked for it. */
export function requireLink(
  { project, clock }: Emulation,
  token: string,
  kinds: readonly LinkKind[],
  verifier: string | undefined,
): OneTimeLink {
  const link = project.store.links.get(token)
  const isReset = kinds.some((kind) => kind.endsWith('password_reset'))
  if (link === undefined || !kinds.includes(link.kind))
    throw new StytchFailure(
      isReset ? 'unable_to_auth_password_reset_token' : 'magic_link_not_found',
    )
  if (link.used || link.expires_at <= clock.now())
    throw new StytchFailure(
      isReset ? 'unable_to_auth_password_reset_token' : 'unable_to_auth_magic_link',
    )
  assertVerified(link.pkce_code_challenge, verifier)
  return link
}

/** Uses a link up. Nothing that may fail comes after it: a refused call leaves the link usable. */
export function useUpLink({ project }: Emulation, link: OneTimeLink): void {
  project.store.links.set(link.token, { ...link, used: true })
}

const subjects: Readonly<Record<LinkKind, (name: string) => string>> = {
  login: (name) => `Sign in to ${name}`,
  signup: (name) => `Confirm your address to join ${name}`,
  invite: (name) => `You have been invited to ${name}`,
  discovery: (name) => `Sign in to ${name}`,
  password_reset: (name) => `Choose a password for ${name}`,
  discovery_password_reset: (name) => `Choose a password for ${name}`,
  email_update: (name) => `Confirm your new address for ${name}`,
}

const tokenTypes: Readonly<Record<LinkKind, string>> = {
  login: 'multi_tenant_magic_links',
  signup: 'multi_tenant_magic_links',
  invite: 'multi_tenant_magic_links',
  discovery: 'discovery',
  password_reset: 'multi_tenant_passwords',
  discovery_password_reset: 'multi_tenant_passwords',
  email_update: 'multi_tenant_magic_links',
}

/** Tokens of one kind are counted together. */
const tokenKinds: Readonly<Record<LinkKind, string>> = {
  login: 'magic link',
  signup: 'magic link',
  invite: 'magic link',
  discovery: 'discovery',
  password_reset: 'password reset',
  discovery_password_reset: 'password reset',
  email_update: 'magic link',
}
