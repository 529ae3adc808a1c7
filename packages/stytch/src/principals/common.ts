import type { Value } from '@lockstitch/guard'

import type { Factor, SessionFields, TokenProvenance } from '../session.ts'
import { ageInSeconds } from '../verify/times.ts'

/** The scopes of an app that acts for somebody, as policies see it. */
export interface Actor {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly isFirstParty: boolean
}

/**
 * The attributes of every principal, empty where its kind has none: a condition on one that is
 * missing would be an error, and Cerbos leaves out a DENY rule whose condition has one.
 */
export function emptyAttributes(): Record<string, Value> {
  return {
    organization_id: null,
    organization_slug: null,
    auth: authOf([]),
    session: { id: null, started_at: null, last_accessed_at: null, expires_at: null },
    impersonation: impersonationOf([]),
    custom_claims: {},
    email: null,
    email_verified: null,
    name: null,
    status: null,
    external_id: null,
    is_breakglass: null,
    mfa_enrolled: null,
    trusted_metadata: null,
    organization: { name: null, trusted_metadata: null },
    scopes: [],
    actor: null,
  }
}

/** What policies see of a session. */
export function sessionOf(session: SessionFields): Record<string, Value> {
  return {
    id: session.sessionId,
    started_at: session.startedAt,
    last_accessed_at: session.lastAccessedAt,
    expires_at: session.expiresAt,
  }
}

/** Where a token came from, and how old it is now (milliseconds since 1970). */
export function tokenOf(token: TokenProvenance, now: number): Record<string, Value> {
  return {
    source: token.source,
    verified: token.verified,
    iat: token.issuedAt,
    exp: token.expiresAt,
    age_seconds: ageInSeconds(token.issuedAt, now),
  }
}

/** The app that acts, as an attribute. */
export function actorOf({ clientId, scopes, isFirstParty }: Actor): Record<string, Value> {
  return { client_id: clientId, scopes: [...scopes], first_party: isFirstParty }
}

function isPhone({ type, deliveryMethod }: Factor): boolean {
  return type === 'otp' && (deliveryMethod === 'sms' || deliveryMethod === 'whatsapp')
}

/** Second factors; the others sign in on their own. */
function isSecondFactor(factor: Factor): boolean {
  return ['totp', 'recovery_codes'].includes(factor.type) || isPhone(factor)
}

/** How somebody proved who they are. */
export function authOf(factors: readonly Factor[]): Record<string, Value> {
  const times = factors.flatMap(({ lastAuthenticatedAt }) => lastAuthenticatedAt ?? [])
  const newest = times.reduce<string | null>(later, null)
  return {
    methods: [...new Set(factors.map(({ type }) => type))],
    factors: factors.map(({ type, deliveryMethod, lastAuthenticatedAt }) => ({
      type,
      delivery_method: deliveryMethod,
      last_authenticated_at: lastAuthenticatedAt,
    })),
    mfa: factors.some(isSecondFactor) && !factors.every(isSecondFactor),
    sso_connection_ids: [...new Set(factors.flatMap(({ connectionId }) => connectionId ?? []))],
    last_authenticated_at: newest,
  }
}

function later(newest: string | null, time: string): string {
  return newest !== null && Date.parse(newest) >= Date.parse(time) ? newest : time
}

/** Who acts in somebody's place. */
export function impersonationOf(factors: readonly Factor[]): Record<string, Value> {
  const impersonator = factors.find((factor) => factor.impersonator !== null)?.impersonator
  return {
    active: impersonator !== undefined && impersonator !== null,
    impersonator_id: impersonator?.id ?? null,
    impersonator_email_address: impersonator?.email ?? null,
  }
}
