import { type Fields, field, isFields } from '../shape.ts'

/** What a token is, found out from what it has and what it must not have. */
export type TokenKind = 'b2b-session' | 'consumer-session' | 'm2m' | 'connected-app' | 'unknown'

/** The kinds that can be accepted. */
export type AcceptedKind = Exclude<TokenKind, 'unknown'>

/** The claims of Stytch's own namespace. */
export const sessionClaim = 'https://stytch.com/session'
export const organizationClaim = 'https://stytch.com/organization'

type Claim = 'session' | 'organization' | 'scope' | 'client_id' | 'jti'

interface Row {
  readonly kind: TokenKind
  readonly subject: string
  readonly has: readonly Claim[]
  readonly lacks: readonly Claim[]
}

// A token is of a kind only when it has all and lacks all that the row says. Stytch signs all kinds
// with the same keys for the same audience, so that nothing else tells them apart.
// biome-ignore format: table
const rows: readonly Row[] = [
  { kind: 'b2b-session',      subject: 'member-',     has: ['session', 'organization'],  lacks: ['scope', 'client_id'] },
  { kind: 'consumer-session', subject: 'user-',       has: ['session'],                  lacks: ['organization', 'scope', 'client_id'] },
  { kind: 'm2m',              subject: 'm2m-client-', has: ['scope'],                    lacks: ['session', 'organization', 'client_id'] },
  { kind: 'connected-app',    subject: 'member-',     has: ['scope', 'client_id', 'jti', 'organization'], lacks: ['session'] },
  { kind: 'connected-app',    subject: 'user-',       has: ['scope', 'client_id', 'jti'], lacks: ['session', 'organization'] },
]

/** The kind of a token by a positive structural test; a token that fits no row is `unknown`. */
export function tokenKind(claims: Fields): TokenKind {
  const subject = field(claims, 'sub')
  if (typeof subject !== 'string') return 'unknown'
  const row = rows.find(
    ({ subject: prefix, has, lacks }) =>
      subject.startsWith(prefix) &&
      has.every((claim) => isWellFormed(claims, claim)) &&
      lacks.every((claim) => !isPresent(claims, claim)),
  )
  return row?.kind ?? 'unknown'
}

/** How messages name a kind. */
export const kindNames: Readonly<Record<TokenKind, string>> = {
  'b2b-session': 'a member session',
  'consumer-session': "a consumer user's session",
  m2m: 'an M2M access token',
  'connected-app': "a Connected App's access token",
  unknown: 'a token of no known kind',
}

function isPresent(claims: Fields, claim: Claim): boolean {
  return Object.hasOwn(claims, claimName(claim))
}

function isWellFormed(claims: Fields, claim: Claim): boolean {
  const value = field(claims, claimName(claim))
  switch (claim) {
    case 'session':
      return isFields(value) && isText(field(value, 'id')) && Array.isArray(field(value, 'roles'))
    case 'organization':
      return isFields(value) && isText(field(value, 'organization_id'))
    case 'scope':
    case 'client_id':
    case 'jti':
      return isText(value)
  }
}

function claimName(claim: Claim): string {
  if (claim === 'session') return sessionClaim
  return claim === 'organization' ? organizationClaim : claim
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
