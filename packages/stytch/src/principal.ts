import type { Principal, Value } from '@lockstitch/guard'

import { type AttributeValues, metadataField } from './attributes.ts'
import { failure } from './errors.ts'
import type { Factor, MemberSession } from './session.ts'
import { ageInSeconds } from './verify/times.ts'

/** What a principal is made of. */
export interface PrincipalParts {
  readonly session: MemberSession
  /** The session's roles by the names that policies use. */
  readonly roles: readonly string[]
  readonly attributes: AttributeValues
  /** The untrusted fields that the application named; undefined when it named none. */
  readonly untrusted: Record<string, Value> | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Changes the principal that the documented mapping makes. The one place for it. */
export type MapPrincipal = (principal: Principal, session: MemberSession) => Principal

/**
 * The principal of a member's session. Every attribute is always there: one that was not asked for
 * is `null`.
 */
export function principalFromSession(parts: PrincipalParts): Principal {
  const { session, roles, untrusted } = parts
  return {
    id: session.memberId,
    roles: [...roles],
    scope: session.organizationId,
    attr: {
      kind: session.kind,
      organization_id: session.organizationId,
      organization_slug: session.organizationSlug,
      auth: authOf(session.factors),
      session: {
        id: session.sessionId,
        started_at: session.startedAt,
        last_accessed_at: session.lastAccessedAt,
        expires_at: session.expiresAt,
      },
      token: {
        source: session.token.source,
        verified: session.token.verified,
        iat: session.token.issuedAt,
        exp: session.token.expiresAt,
        age_seconds: ageInSeconds(session.token.issuedAt, parts.now),
      },
      impersonation: impersonationOf(session.factors),
      custom_claims: { ...session.customClaims },
      ...memberAttributes(parts.attributes),
      ...(untrusted === undefined ? {} : { untrusted }),
    },
  }
}

/** Second factors of B2B members; the others sign in on their own. */
const secondFactors = new Set(['totp', 'recovery_codes'])

function isSecondFactor({ type, deliveryMethod }: Factor): boolean {
  const isPhone = deliveryMethod === 'sms' || deliveryMethod === 'whatsapp'
  return secondFactors.has(type) || (type === 'otp' && isPhone)
}

function authOf(factors: readonly Factor[]): Record<string, Value> {
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

function impersonationOf(factors: readonly Factor[]): Record<string, Value> {
  const impersonator = factors.find((factor) => factor.impersonator !== null)?.impersonator
  return {
    active: impersonator !== undefined && impersonator !== null,
    impersonator_id: impersonator?.id ?? null,
    impersonator_email_address: impersonator?.email ?? null,
  }
}

function memberAttributes(values: AttributeValues): Record<string, Value> {
  return {
    email: values.get('email') ?? null,
    email_verified: values.get('email_verified') ?? null,
    name: values.get('name') ?? null,
    status: values.get('status') ?? null,
    external_id: values.get('external_id') ?? null,
    is_breakglass: values.get('is_breakglass') ?? null,
    mfa_enrolled: values.get('mfa_enrolled') ?? null,
    trusted_metadata: metadataOf(values, 'trusted_metadata'),
    organization: {
      name: values.get('organization.name') ?? null,
      trusted_metadata: metadataOf(values, 'organization.trusted_metadata'),
    },
  }
}

/** The whole metadata where it was asked for, the fields that were, or null. */
function metadataOf(
  values: AttributeValues,
  name: 'trusted_metadata' | 'organization.trusted_metadata',
): Value {
  const whole = values.get(name)
  if (whole !== undefined) return whole
  const fields: Record<string, Value> = Object.create(null)
  for (const [asked, value] of values) {
    const inMetadata = metadataField(asked)
    if (inMetadata?.metadata === name) fields[inMetadata.key] = value
  }
  return Object.keys(fields).length === 0 ? null : fields
}

/** Refuses a principal that no decider can be asked about, before anyone is asked. */
export function assertPrincipal(principal: Principal): Principal {
  const { id, roles } = principal
  if (typeof id !== 'string' || id === '') throw failure('principal-invalid', 'it has no id')
  if (!Array.isArray(roles) || roles.length === 0)
    throw failure('principal-invalid', 'it has no roles')
  if (roles.some((role) => typeof role !== 'string' || role === ''))
    throw failure('principal-invalid', 'a role is not a non-empty string')
  if (new Set(roles).size !== roles.length)
    throw failure('principal-invalid', 'it has a role twice')
  return principal
}
