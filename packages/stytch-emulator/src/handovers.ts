import { minutesFromNow } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { Handover, Member, Organization } from './entities.ts'
import { type ErrorType, StytchFailure } from './errors.ts'
import { requireOrganization } from './organizations.ts'
import { assertVerified } from './pkce.ts'

/** How long the token in a redirect works. Stytch does not say; it is used at once. */
const minutes = 5

/** What is to be handed over to the application. */
export interface HandoverOrder {
  readonly proof: Handover['proof']
  /** Whom it signs in; left out for discovery. */
  readonly member?: Member | undefined
  readonly pkce_code_challenge?: string | undefined
  /** Where the browser goes on; the token is added. */
  readonly url: URL
}

/** Makes the one-time token that the application trades for what was proved; says where to go with it. */
export function handOver(emulation: Emulation, order: HandoverOrder): URL {
  const { project, ids, clock } = emulation
  const { proof, member, pkce_code_challenge } = order
  const token = ids.token(proof.kind)
  project.store.handovers.set(token, {
    token,
    proof,
    member_id: member?.member_id,
    pkce_code_challenge,
    expires_at: minutesFromNow(clock, minutes),
    used: false,
  })
  const url = new URL(order.url)
  url.searchParams.set('stytch_token_type', proof.kind === 'user_oauth' ? 'oauth' : proof.kind)
  url.searchParams.set('token', token)
  return url
}

/** The handover with this token, if it is of this kind, unused, unexpired and taken by whoever began. */
export function requireHandover<K extends Handover['proof']['kind']>(
  { project, clock }: Emulation,
  kind: K,
  token: string,
  verifier: string | undefined,
): Handover & { readonly proof: Extract<Handover['proof'], { readonly kind: K }> } {
  const handover = project.store.handovers.get(token)
  if (
    handover === undefined ||
    !isOfKind(handover, kind) ||
    handover.used ||
    handover.expires_at <= clock.now()
  )
    throw new StytchFailure(notFound[kind])
  assertVerified(handover.pkce_code_challenge, verifier)
  return handover
}

/** Uses a token up. */
export function useUpHandover({ project }: Emulation, handover: Handover): void {
  project.store.handovers.set(handover.token, { ...handover, used: true })
}

/** Whom a handover signs in. */
export function memberOfHandover(
  { project }: Emulation,
  { member_id, proof }: Handover,
): { readonly member: Member; readonly organization: Organization } {
  const member = project.store.members.get(member_id ?? '')
  if (member === undefined) throw new StytchFailure(notFound[proof.kind])
  return { member, organization: requireOrganization(project, member.organization_id) }
}

const notFound: Readonly<Record<Handover['proof']['kind'], ErrorType>> = {
  oauth: 'oauth_token_not_found',
  discovery_oauth: 'oauth_token_not_found',
  sso: 'sso_token_not_found',
  user_oauth: 'oauth_token_not_found',
}

function isOfKind<K extends Handover['proof']['kind']>(
  handover: Handover,
  kind: K,
): handover is Handover & { readonly proof: Extract<Handover['proof'], { readonly kind: K }> } {
  return handover.proof.kind === kind
}
