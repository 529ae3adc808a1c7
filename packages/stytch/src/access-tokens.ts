import { organizationFromClaims, type TokenProvenance, timesFromClaims } from './session.ts'
import { type Fields, field, readText } from './shape.ts'
import { organizationClaim } from './verify/kind.ts'

/** An access token of a machine: of a program that signs in as itself. */
export interface M2MToken {
  readonly kind: 'm2m_client'
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly token: TokenProvenance
}

/** An access token of a Connected App, which acts for a member or a user. */
export interface AppToken {
  readonly kind: 'connected_app'
  readonly clientId: string
  readonly tokenId: string
  readonly scopes: readonly string[]
  /** Whom the app acts for. */
  readonly subject:
    | {
        readonly kind: 'b2b_member'
        readonly id: string
        readonly organizationId: string
        readonly organizationSlug: string
      }
    | { readonly kind: 'consumer_user'; readonly id: string }
  readonly token: TokenProvenance
}

/**
 * Reads the claims of a verified M2M access token. Its custom claims are left alone: a template may
 * fill them with what the client sent, and then they are the client's word under Stytch's signature.
 */
export function m2mFromClaims(claims: Fields): M2MToken {
  return {
    kind: 'm2m_client',
    clientId: readText(field(claims, 'sub'), 'sub'),
    scopes: scopesOf(claims),
    token: { source: 'm2m_access_token', verified: 'local', ...timesFromClaims(claims) },
  }
}

/** Reads the claims of a verified access token of a Connected App. */
export function appFromClaims(claims: Fields): AppToken {
  const id = readText(field(claims, 'sub'), 'sub')
  return {
    kind: 'connected_app',
    clientId: readText(field(claims, 'client_id'), 'client_id'),
    tokenId: readText(field(claims, 'jti'), 'jti'),
    scopes: scopesOf(claims),
    subject: Object.hasOwn(claims, organizationClaim)
      ? { kind: 'b2b_member', id, ...organizationFromClaims(claims) }
      : { kind: 'consumer_user', id },
    token: { source: 'app_access_token', verified: 'local', ...timesFromClaims(claims) },
  }
}

/** Whole scopes: nothing in one is a wildcard or a separator here. */
function scopesOf(claims: Fields): string[] {
  const scope = field(claims, 'scope')
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  return [...new Set(scopes.filter((each) => each !== ''))]
}
