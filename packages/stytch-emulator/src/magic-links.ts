import { createHash } from 'node:crypto'

import { minutesFromNow, timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { MagicLink, MagicLinkKind, Member, Organization } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { type Reader, string } from './fields.ts'

/** A link to be mailed. */
export interface MagicLinkOrder {
  readonly kind: MagicLinkKind
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
export function sendMagicLink(
  { project, clock, ids, outbox }: Emulation,
  order: MagicLinkOrder,
): void {
  const { kind, email_address, organization } = order
  const token = ids.token(kind === 'discovery' ? 'discovery' : 'magic link')
  const url = new URL(order.url)
  url.searchParams.set('stytch_token_type', tokenType(kind))
  url.searchParams.set('token', token)
  const expiresAt = minutesFromNow(clock, order.expiration_minutes)
  project.store.magicLinks.set(token, {
    token,
    kind,
    email_address,
    member_id: order.member?.member_id,
    pkce_code_challenge: order.pkce_code_challenge,
    expires_at: expiresAt,
    used: false,
  })
  outbox.deliver({
    id: ids.id('message'),
    project_id: project.settings.project_id,
    kind,
    from: `${project.settings.name} <login@stytch.test>`,
    to: email_address,
    subject: subjects[kind](organization?.organization_name ?? project.settings.name),
    organization_name: organization?.organization_name ?? '',
    url: url.href,
    token,
    sent_at: timestamp(clock.now()),
    expires_at: timestamp(expiresAt),
  })
}

/** The link with this token, which must be unused, unexpired and opened by whoever asked for it. */
export function requireMagicLink(
  { project, clock }: Emulation,
  token: string,
  kinds: readonly MagicLinkKind[],
  verifier: string | undefined,
): MagicLink {
  const link = project.store.magicLinks.get(token)
  if (link === undefined || !kinds.includes(link.kind))
    throw new StytchFailure('magic_link_not_found')
  if (link.used || link.expires_at <= clock.now())
    throw new StytchFailure('unable_to_auth_magic_link')
  assertVerified(link.pkce_code_challenge, verifier)
  return link
}

/** Uses a link up. Nothing that may fail comes after it: a refused call leaves the link usable. */
export function useUpMagicLink({ project }: Emulation, link: MagicLink): void {
  project.store.magicLinks.set(link.token, { ...link, used: true })
}

/** A base64url encoded SHA256 hash. */
export const pkceChallenge: Reader<string> = (value, name) => {
  const challenge = string(value, name)
  if (!/^[A-Za-z0-9_-]{43}=?$/.test(challenge))
    throw new StytchFailure('invalid_pkce_code_challenge')
  return challenge.slice(0, 43)
}

const subjects: Readonly<Record<MagicLinkKind, (name: string) => string>> = {
  login: (name) => `Sign in to ${name}`,
  signup: (name) => `Confirm your address to join ${name}`,
  invite: (name) => `You have been invited to ${name}`,
  discovery: (name) => `Sign in to ${name}`,
}

function tokenType(kind: MagicLinkKind): string {
  return kind === 'discovery' ? 'discovery' : 'multi_tenant_magic_links'
}

/** @see https://www.rfc-editor.org/rfc/rfc7636#section-4.6 */
function assertVerified(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined) throw new StytchFailure('pkce_did_not_expect_code_verifier')
  if (verifier === undefined) throw new StytchFailure('pkce_expected_code_verifier')
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge)
    throw new StytchFailure('pkce_mismatch')
}
