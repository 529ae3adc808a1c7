import { verify } from 'node:crypto'

import { timestamp } from './clock.ts'
import type { Emulation, Project } from './emulation.ts'
import type { AuthenticationFactor, Member, Organization, Session } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { isObject } from './json.ts'
import { renderTemplate } from './jwt-template.ts'
import { signClaims, signClaimsAside } from './keys.ts'

/** A session JWT lives five minutes, however long its session does. */
const lifetimeSeconds = 300
const sessionClaim = 'https://stytch.com/session'

/**
 * What a session JWT of a member says.
 * @see https://stytch.com/docs/b2b/guides/sessions/resources/using-jwts
 */
export function memberJwt(
  { project }: Emulation,
  session: Session,
  member: Member,
  organization: Organization,
  roles: readonly string[],
): JwtOrder {
  return {
    claims: {
      ...renderTemplate(project.settings.jwt.template, project, organization, member),
      ...session.custom_claims,
      'https://stytch.com/organization': {
        organization_id: organization.organization_id,
        slug: organization.organization_slug,
      },
    },
    session: { ...session, id: session.member_session_id },
    roles,
    subject: member.member_id,
  }
}

/** A session of anyone, as a JWT has it. */
interface JwtSession {
  readonly id: string
  readonly started_at: Date
  readonly last_accessed_at: Date
  readonly expires_at: Date
  readonly authentication_factors: readonly AuthenticationFactor[]
}

/** A session JWT to be issued. */
export interface JwtOrder {
  readonly claims: object
  readonly session: JwtSession
  readonly roles: readonly string[]
  readonly subject: string
}

/** Issues a session JWT; what it says of itself cannot be replaced by other claims. */
export function issueJwt(emulation: Emulation, order: JwtOrder): string {
  return signClaims(emulation.project.keys.current(), claimsOf(emulation, order))
}

/** The same on another thread. */
export async function issueJwtAside(emulation: Emulation, order: JwtOrder): Promise<string> {
  return await signClaimsAside(emulation.project.keys.current(), claimsOf(emulation, order))
}

function claimsOf(
  { project, clock }: Emulation,
  { claims, session, roles, subject }: JwtOrder,
): object {
  const { project_id, jwt } = project.settings
  const issuedAt = Math.floor(clock.now().getTime() / 1000)
  return {
    ...claims,
    aud: jwt.custom_audience === undefined ? [project_id] : [project_id, jwt.custom_audience],
    exp: issuedAt + lifetimeSeconds,
    [sessionClaim]: {
      id: session.id,
      started_at: timestamp(session.started_at),
      last_accessed_at: timestamp(session.last_accessed_at),
      expires_at: timestamp(session.expires_at),
      attributes: { user_agent: '', ip_address: '' },
      authentication_factors: session.authentication_factors.map(factorClaim),
      roles,
    },
    iat: issuedAt,
    iss: jwt.issuer,
    nbf: issuedAt,
    sub: subject,
  }
}

/**
 * The id of the session a JWT was issued for. Its `exp` is not read: an expired JWT may be
 * exchanged for a fresh one for as long as its session lives.
 */
export function sessionIdOfJwt(project: Project, jwt: string): string {
  const claims = verifiedClaims(project, jwt)
  const session = claims[sessionClaim]
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const isOurs = audience.includes(project.settings.project_id)
  if (!isOurs || !isObject(session) || typeof session.id !== 'string')
    throw new StytchFailure('unable_to_parse_session_jwt')
  return session.id
}

/** The claims of a JWT that the project signed, whatever it is for and however old it is. */
export function verifiedClaims(project: Project, jwt: string): { readonly [key: string]: unknown } {
  const [header = '', payload = '', signature = '', ...rest] = jwt.split('.')
  const { alg, kid } = decode(header)
  const key = project.keys.all().find((one) => one.kid === kid)
  if (rest.length > 0 || alg !== 'RS256' || key === undefined)
    throw new StytchFailure('unable_to_parse_session_jwt')
  const input = Buffer.from(`${header}.${payload}`)
  if (!verify('sha256', input, key.publicKey, Buffer.from(signature, 'base64url')))
    throw new StytchFailure('unable_to_parse_session_jwt')
  return decode(payload)
}

function decode(part: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    if (isObject(value)) return value
  } catch {
    // Not JSON: the same answer as for JSON that is not an object.
  }
  throw new StytchFailure('unable_to_parse_session_jwt')
}

function factorClaim(factor: AuthenticationFactor): object {
  const { type, delivery_method, last_authenticated_at, created_at: _, ...proof } = factor
  return {
    type,
    delivery_method,
    last_authenticated_at: timestamp(last_authenticated_at),
    ...proof,
  }
}
