import type { Principal, Value } from '@lockstitch/guard'

import { type AttributeValues, metadataField } from './attributes.ts'
import { failure } from './errors.ts'
import {
  authOf,
  emptyAttributes,
  impersonationOf,
  sessionOf,
  tokenOf,
} from './principals/common.ts'
import type { MemberSession, Verified } from './session.ts'

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

/**
 * Changes the principal that the documented mapping makes. The one place for it; an app that acts
 * for somebody is not changed by it.
 */
export type MapPrincipal = (principal: Principal, session: Verified) => Principal

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
      ...emptyAttributes(),
      kind: session.kind,
      organization_id: session.organizationId,
      organization_slug: session.organizationSlug,
      auth: authOf(session.factors),
      session: sessionOf(session),
      token: tokenOf(session.token, parts.now),
      impersonation: impersonationOf(session.factors),
      custom_claims: { ...session.customClaims },
      ...askedAttributes(parts.attributes),
      ...(untrusted === undefined ? {} : { untrusted }),
    },
  }
}

/** What was asked for of members or users; null is what was not. */
export function askedAttributes(values: AttributeValues): Record<string, Value> {
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
