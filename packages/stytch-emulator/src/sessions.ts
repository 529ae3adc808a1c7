import { minutesFromNow, timestamp } from './clock.ts'
import type { Emulation } from './emulation.ts'
import type { AuthenticationFactor, Member, Organization, Session } from './entities.ts'
import { StytchFailure } from './errors.ts'
import { connectionOf, showFactor } from './factors.ts'
import { integer, jsonObject, optional, type Reader, string } from './fields.ts'
import type { JsonObject } from './json.ts'
import { memberRoles, showMember } from './members.ts'
import { mergeClaims } from './metadata.ts'
import { requireOrganization, showOrganization } from './organizations.ts'
import { issueJwt, issueJwtAside, type JwtOrder, memberJwt, sessionIdOfJwt } from './session-jwt.ts'

/** How long a session is to last and what it is to carry. */
export interface SessionOptions {
  readonly session_duration_minutes?: number | undefined
  readonly session_custom_claims?: JsonObject | undefined
}

/** A session and whose it is. */
export interface SignedIn {
  readonly session: Session
  readonly member: Member
  readonly organization: Organization
}

/** The fields that name a session: exactly one of them is given. */
export const sessionReference: {
  readonly session_token: Reader<string | undefined>
  readonly session_jwt: Reader<string | undefined>
} = { session_token: optional(string), session_jwt: optional(string) }

/** The fields that set a session's length and claims. */
export const sessionOptions: {
  readonly session_duration_minutes: Reader<number | undefined>
  readonly session_custom_claims: Reader<JsonObject | undefined>
} = {
  session_duration_minutes: optional(integer(5, 527_040, 'invalid_session_duration_minutes')),
  session_custom_claims: optional(customClaims),
}

/** What sessions of members and of users have alike. */
type AnySession = Pick<
  Session,
  | 'session_token'
  | 'started_at'
  | 'last_accessed_at'
  | 'expires_at'
  | 'authentication_factors'
  | 'custom_claims'
>

/** A session that starts now. */
export function newSession(
  { ids, clock }: Emulation,
  factors: readonly AuthenticationFactor[],
  options: SessionOptions,
): AnySession {
  const now = clock.now()
  return {
    session_token: ids.token('session'),
    started_at: now,
    last_accessed_at: now,
    expires_at: minutesFromNow(clock, options.session_duration_minutes ?? 60),
    authentication_factors: factors,
    custom_claims: mergeClaims({}, options.session_custom_claims),
  }
}

/** A session that is used now; a duration extends it from now, claims are merged into it. */
export function touched<S extends AnySession>(
  { clock }: Emulation,
  session: S,
  options: SessionOptions,
  factors: readonly AuthenticationFactor[],
): S {
  const minutes = options.session_duration_minutes
  return {
    ...session,
    last_accessed_at: clock.now(),
    expires_at: minutes === undefined ? session.expires_at : minutesFromNow(clock, minutes),
    authentication_factors: factors,
    custom_claims: mergeClaims(session.custom_claims, options.session_custom_claims),
  }
}

/** Starts a session. */
export function startSession(
  emulation: Emulation,
  { organization_id, member_id }: Member,
  factors: readonly AuthenticationFactor[],
  options: SessionOptions,
): Session {
  const session: Session = {
    ...newSession(emulation, factors, options),
    member_session_id: emulation.ids.id('member-session'),
    organization_id,
    member_id,
  }
  emulation.project.store.sessions.set(session.member_session_id, session)
  return session
}

/** Marks a session as used. */
export function touchSession(
  emulation: Emulation,
  session: Session,
  options: SessionOptions,
  factors: readonly AuthenticationFactor[] = session.authentication_factors,
): Session {
  const changed = touched(emulation, session, options, factors)
  emulation.project.store.sessions.set(changed.member_session_id, changed)
  return changed
}

/** The live session that exactly one of the two names. */
export function requireSession(
  emulation: Emulation,
  reference: {
    readonly session_token?: string | undefined
    readonly session_jwt?: string | undefined
  },
): SignedIn {
  const { session_token, session_jwt } = reference
  if (session_token !== undefined && session_jwt !== undefined)
    throw new StytchFailure('too_many_session_arguments')
  const { sessions } = emulation.project.store
  if (session_token !== undefined) return requireLive(emulation, sessions.byToken(session_token))
  if (session_jwt === undefined) throw new StytchFailure('no_session_arguments')
  return requireLive(emulation, sessions.get(sessionIdOfJwt(emulation.project, session_jwt)))
}

/** A session that has not ended, with its member. */
export function requireLive(emulation: Emulation, session: Session | undefined): SignedIn {
  const { project, clock } = emulation
  if (session === undefined || session.expires_at <= clock.now())
    throw new StytchFailure('session_not_found')
  const member = project.store.members.get(session.member_id)
  if (member === undefined || member.status === 'deleted')
    throw new StytchFailure('session_not_found')
  return { session, member, organization: requireOrganization(project, session.organization_id) }
}

/**
 * The roles that hold in a session: those that a connection brings only where the session has a factor
 * of that connection.
 */
export function sessionRoles({ session, organization, member }: SignedIn): string[] {
  const connections = session.authentication_factors.map(connectionOf)
  return memberRoles(organization, member)
    .filter(({ sources }) =>
      sources.some(
        ({ type, details }) =>
          !type.startsWith('sso_') ||
          !('connection_id' in details) ||
          connections.includes(details.connection_id),
      ),
    )
    .map((role) => role.role_id)
}

/** What every call that signs in answers. */
export interface ShownSession {
  readonly member_session: object
  readonly session_token: string
  readonly session_jwt: string
  readonly member: object
  readonly organization: object
}

/** A session, its tokens and its member. */
export function showSignedIn(emulation: Emulation, signedIn: SignedIn): ShownSession {
  return showWithJwt(signedIn, issueJwt(emulation, jwtOf(emulation, signedIn)))
}

/** The same for the call that applications make on each request: it is signed on another thread. */
export async function showAuthenticated(
  emulation: Emulation,
  signedIn: SignedIn,
): Promise<ShownSession> {
  return showWithJwt(signedIn, await issueJwtAside(emulation, jwtOf(emulation, signedIn)))
}

function jwtOf(emulation: Emulation, signedIn: SignedIn): JwtOrder {
  const { session, member, organization } = signedIn
  return memberJwt(emulation, session, member, organization, sessionRoles(signedIn))
}

function showWithJwt(signedIn: SignedIn, session_jwt: string): ShownSession {
  const { session, member, organization } = signedIn
  return {
    member_session: showSession(signedIn),
    session_token: session.session_token,
    session_jwt,
    member: showMember(organization, member),
    organization: showOrganization(organization),
  }
}

/** A session as the API shows it. */
export function showSession(signedIn: SignedIn): object {
  const { session, organization } = signedIn
  return {
    member_session_id: session.member_session_id,
    member_id: session.member_id,
    organization_id: session.organization_id,
    organization_slug: organization.organization_slug,
    started_at: timestamp(session.started_at),
    last_accessed_at: timestamp(session.last_accessed_at),
    expires_at: timestamp(session.expires_at),
    authentication_factors: session.authentication_factors.map(showFactor),
    roles: sessionRoles(signedIn),
    custom_claims: session.custom_claims,
  }
}

/** How old a factor may be for its session to choose another password. */
const freshness = 5 * 60_000

/** Whether one of a session's factors shows that whoever it is has just been there. */
export function isFresh({ clock }: Emulation, factors: readonly AuthenticationFactor[]): boolean {
  const oldest = clock.now().getTime() - freshness
  return factors.some(
    ({ type, last_authenticated_at }) =>
      freshTypes.includes(type) && last_authenticated_at.getTime() >= oldest,
  )
}

const freshTypes: readonly AuthenticationFactor['type'][] = ['magic_link', 'email_otp', 'password']

const reservedClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** Claims that would replace what the JWT says of itself are refused. */
function customClaims(value: unknown, name: string): JsonObject {
  const claims = jsonObject(value, name)
  const names = Object.keys(claims)
  if (names.some((claim) => reservedClaims.includes(claim)))
    throw new StytchFailure('reserved_claims_in_custom_claims')
  if (names.some((claim) => claim.startsWith('https://stytch.com/')))
    throw new StytchFailure('stytch_claims_in_custom_claims')
  return claims
}
