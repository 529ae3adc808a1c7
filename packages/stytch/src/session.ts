import type { Value } from '@lockstitch/guard'

import type { AppToken, M2MToken } from './access-tokens.ts'
import {
  type Fields,
  field,
  isFields,
  readFields,
  readSeconds,
  readText,
  readTextOrNull,
  readTexts,
  readTime,
  readValues,
  ShapeError,
} from './shape.ts'
import { organizationClaim, sessionClaim } from './verify/kind.ts'

/** A member's session, the same whichever way it was verified. */
export interface MemberSession extends SessionFields {
  readonly kind: 'b2b_member'
  readonly memberId: string
  readonly organizationId: string
  readonly organizationSlug: string
}

/** What all sessions have. */
export interface SessionFields {
  readonly sessionId: string
  readonly startedAt: string
  readonly lastAccessedAt: string
  readonly expiresAt: string
  readonly factors: readonly Factor[]
  /** The roles of this session. The member's may be more: SAML roles hold in that session only. */
  readonly roles: readonly string[]
  readonly customClaims: Readonly<Record<string, Value>>
  readonly token: TokenProvenance
}

/** A consumer user's session, of a project without organizations. */
export interface UserSession extends SessionFields {
  readonly kind: 'consumer_user'
  readonly userId: string
}

/** A session, of whomever. */
export type Session = MemberSession | UserSession

/** What is verified of a request: a session, or an access token. */
export type Verified = Session | M2MToken | AppToken

/** Where a session came from and how old the knowledge about it is. */
export interface TokenProvenance {
  readonly source: 'session_jwt' | 'session_token' | 'm2m_access_token' | 'app_access_token'
  readonly verified: 'local' | 'remote'
  /** Seconds since 1970: when Stytch signed it or answered for it. */
  readonly issuedAt: number
  /** Seconds since 1970; null for a session token, which has no expiry of its own. */
  readonly expiresAt: number | null
}

/** How a member proved who they are. */
export interface Factor {
  readonly type: string
  readonly deliveryMethod: string
  readonly lastAuthenticatedAt: string | null
  /** The SSO connection, for `sso` factors. */
  readonly connectionId: string | null
  readonly impersonator: { readonly id: string; readonly email: string | null } | null
}

const registeredClaims = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

/** Reads the claims of a verified session JWT of a member. */
export function sessionFromClaims(claims: Fields): MemberSession {
  return {
    kind: 'b2b_member',
    memberId: readText(field(claims, 'sub'), 'sub'),
    ...organizationFromClaims(claims),
    ...sessionFieldsFromClaims(claims),
  }
}

/** Reads the claims of a verified session JWT of a consumer user. */
export function userSessionFromClaims(claims: Fields): UserSession {
  return {
    kind: 'consumer_user',
    userId: readText(field(claims, 'sub'), 'sub'),
    ...sessionFieldsFromClaims(claims),
  }
}

/** The organization that a token names. */
export function organizationFromClaims(
  claims: Fields,
): Pick<MemberSession, 'organizationId' | 'organizationSlug'> {
  const organization = readFields(field(claims, organizationClaim), organizationClaim)
  return {
    organizationId: readText(
      field(organization, 'organization_id'),
      `${organizationClaim}.organization_id`,
    ),
    organizationSlug:
      readTextOrNull(field(organization, 'slug'), `${organizationClaim}.slug`) ?? '',
  }
}

/** When Stytch signed a token, and until when it holds. */
export function timesFromClaims(claims: Fields): Pick<TokenProvenance, 'issuedAt' | 'expiresAt'> {
  return {
    issuedAt: readSeconds(field(claims, 'iat'), 'iat'),
    expiresAt: readSeconds(field(claims, 'exp'), 'exp'),
  }
}

function sessionFieldsFromClaims(claims: Fields): SessionFields {
  const session = readFields(field(claims, sessionClaim), sessionClaim)
  const custom = Object.entries(claims).filter(
    ([name]) => !registeredClaims.has(name) && !name.startsWith('https://stytch.com/'),
  )
  return {
    sessionId: readText(field(session, 'id'), `${sessionClaim}.id`),
    ...readSession(session, sessionClaim),
    customClaims: readValues(Object.fromEntries(custom), 'claims'),
    token: {
      source: 'session_jwt',
      verified: 'local',
      ...timesFromClaims(claims),
    },
  }
}

/** Reads the `member_session` of an answer of Stytch's. */
export function sessionFromAnswer(answer: unknown, token: TokenProvenance): MemberSession {
  const path = 'member_session'
  const session = readFields(answer, path)
  return {
    kind: 'b2b_member',
    memberId: readText(field(session, 'member_id'), `${path}.member_id`),
    organizationId: readText(field(session, 'organization_id'), `${path}.organization_id`),
    organizationSlug:
      readTextOrNull(field(session, 'organization_slug'), `${path}.organization_slug`) ?? '',
    sessionId: readText(field(session, 'member_session_id'), `${path}.member_session_id`),
    ...readAnswered(session, path),
    token,
  }
}

/** Reads the `session` of an answer of Stytch's about a consumer user. */
export function userSessionFromAnswer(answer: unknown, token: TokenProvenance): UserSession {
  const path = 'session'
  const session = readFields(answer, path)
  return {
    kind: 'consumer_user',
    userId: readText(field(session, 'user_id'), `${path}.user_id`),
    sessionId: readText(field(session, 'session_id'), `${path}.session_id`),
    ...readAnswered(session, path),
    token,
  }
}

/** Whose session it is. */
export function subjectOf(session: Session): string {
  return session.kind === 'b2b_member' ? session.memberId : session.userId
}

function readAnswered(session: Fields, path: string): Omit<SessionFields, 'sessionId' | 'token'> {
  const custom = field(session, 'custom_claims')
  return {
    ...readSession(session, path),
    customClaims: isFields(custom) ? readValues(custom, `${path}.custom_claims`) : {},
  }
}

function readSession(
  session: Fields,
  path: string,
): Pick<MemberSession, 'startedAt' | 'lastAccessedAt' | 'expiresAt' | 'factors' | 'roles'> {
  return {
    startedAt: readTime(field(session, 'started_at'), `${path}.started_at`),
    lastAccessedAt: readTime(field(session, 'last_accessed_at'), `${path}.last_accessed_at`),
    expiresAt: readTime(field(session, 'expires_at'), `${path}.expires_at`),
    factors: readFactors(
      field(session, 'authentication_factors'),
      `${path}.authentication_factors`,
    ),
    roles: readTexts(field(session, 'roles'), `${path}.roles`),
  }
}

function readFactors(value: unknown, path: string): Factor[] {
  if (!Array.isArray(value)) throw new ShapeError(path, 'a list')
  return value.map((item, index) => readFactor(item, `${path}[${index}]`))
}

function readFactor(value: unknown, path: string): Factor {
  const factor = readFields(value, path)
  const sso = field(factor, 'saml_sso_factor') ?? field(factor, 'oidc_sso_factor')
  return {
    type: readText(field(factor, 'type'), `${path}.type`),
    deliveryMethod:
      readTextOrNull(field(factor, 'delivery_method'), `${path}.delivery_method`) ?? '',
    lastAuthenticatedAt: readTextOrNull(
      field(factor, 'last_authenticated_at'),
      `${path}.last_authenticated_at`,
    ),
    connectionId: isFields(sso)
      ? readTextOrNull(field(sso, 'provider_id'), `${path}.provider_id`)
      : null,
    impersonator: readImpersonator(factor, path),
  }
}

/** An impersonation without a name is still one. */
function readImpersonator(factor: Fields, path: string): Factor['impersonator'] {
  const details = field(factor, 'impersonated_factor')
  if (field(factor, 'type') !== 'impersonated' && details === undefined) return null
  if (!isFields(details)) return { id: '', email: null }
  const name = `${path}.impersonated_factor`
  return {
    id: readTextOrNull(field(details, 'impersonator_id'), `${name}.impersonator_id`) ?? '',
    email: readTextOrNull(
      field(details, 'impersonator_email_address'),
      `${name}.impersonator_email_address`,
    ),
  }
}
