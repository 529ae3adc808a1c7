import { timestamp } from '../clock.ts'
import type { Emulation } from '../emulation.ts'
import type { AuthenticationFactor } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import { mergeFactors, showFactor } from '../factors.ts'
import { issueJwt, sessionIdOfJwt } from '../session-jwt.ts'
import { newSession, type SessionOptions, touched } from '../sessions.ts'
import type { User, UserSession } from './entities.ts'
import { changeUser, requireUser, rolesOfUser, showUser } from './users.ts'

/** The session that a sign-in adds to, and how long it is to last. */
export interface UserSessionChoices extends SessionOptions {
  readonly session_token?: string | undefined
  readonly session_jwt?: string | undefined
}

/** Starts a session. */
export function startUserSession(
  emulation: Emulation,
  { user_id }: User,
  factors: readonly AuthenticationFactor[],
  options: SessionOptions,
): UserSession {
  const session_id = emulation.ids.id('session')
  const session = { ...newSession(emulation, factors, options), session_id, user_id }
  emulation.project.store.userSessions.set(session_id, session)
  return session
}

/** Marks a session as used; factors are merged into it. */
export function touchUserSession(
  emulation: Emulation,
  session: UserSession,
  options: SessionOptions,
  factors: readonly AuthenticationFactor[] = [],
): UserSession {
  const merged = mergeFactors(session.authentication_factors, factors)
  const changed = touched(emulation, session, options, merged)
  emulation.project.store.userSessions.set(changed.session_id, changed)
  return changed
}

/** The live session that exactly one of the two names. */
export function requireUserSession(
  emulation: Emulation,
  { session_token, session_jwt }: UserSessionChoices,
): { readonly session: UserSession; readonly user: User } {
  const { project } = emulation
  if (session_token !== undefined && session_jwt !== undefined)
    throw new StytchFailure('too_many_session_arguments')
  if (session_jwt !== undefined)
    return requireLiveUserSession(
      emulation,
      project.store.userSessions.get(sessionIdOfJwt(project, session_jwt)),
    )
  if (session_token === undefined) throw new StytchFailure('no_session_arguments')
  const sessions = [...project.store.userSessions.values()]
  return requireLiveUserSession(
    emulation,
    sessions.find((one) => one.session_token === session_token),
  )
}

/** A session that has not ended, with its user. */
export function requireLiveUserSession(
  { project, clock }: Emulation,
  session: UserSession | undefined,
): { readonly session: UserSession; readonly user: User } {
  if (session === undefined || session.expires_at <= clock.now())
    throw new StytchFailure('session_not_found')
  return { session, user: requireUser(project, session.user_id) }
}

/** What a sign-in answers. */
interface SignedInUser {
  readonly user_id: string
  readonly user: object
  readonly session?: object
  readonly session_token: string
  readonly session_jwt: string
}

/**
 * What a sign-in answers. There is a session where one was given to be added to, or a duration for a
 * new one.
 */
export function signInUser(
  emulation: Emulation,
  arriving: User,
  factors: readonly AuthenticationFactor[],
  choices: UserSessionChoices,
): SignedInUser {
  const known = ownUserSession(emulation, arriving, choices)
  const user = changeUser(emulation, arriving, { status: 'active' })
  const session =
    known === undefined
      ? choices.session_duration_minutes === undefined
        ? undefined
        : startUserSession(emulation, user, factors, choices)
      : touchUserSession(emulation, known, choices, factors)
  const answer = { user_id: user.user_id, user: showUser(user) }
  if (session === undefined) return { ...answer, session_token: '', session_jwt: '' }
  return { ...answer, ...showUserTokens(emulation, user, session) }
}

/** A session and its tokens, as most answers have them. */
export function showUserTokens(
  emulation: Emulation,
  user: User,
  session: UserSession,
): {
  readonly session: object
  readonly session_token: string
  readonly session_jwt: string
} {
  return {
    session: showUserSession(session, user),
    session_token: session.session_token,
    session_jwt: issueJwt(emulation, {
      claims: session.custom_claims,
      session: { ...session, id: session.session_id },
      roles: rolesOfUser(user),
      subject: user.user_id,
    }),
  }
}

/** A session as the API shows it. */
export function showUserSession(session: UserSession, user: User): object {
  return {
    session_id: session.session_id,
    user_id: session.user_id,
    started_at: timestamp(session.started_at),
    last_accessed_at: timestamp(session.last_accessed_at),
    expires_at: timestamp(session.expires_at),
    attributes: { ip_address: '', user_agent: '' },
    authentication_factors: session.authentication_factors.map(showFactor),
    roles: rolesOfUser(user),
    custom_claims: session.custom_claims,
  }
}

/** Ends every session of a user. */
export function endUserSessions({ project }: Emulation, user: User): void {
  for (const session of project.store.userSessions.values())
    if (session.user_id === user.user_id) project.store.userSessions.delete(session.session_id)
}

/**
 * The session to add a factor to; it must be the user's own. Whoever changes the user before signing
 * in asks first, so that a refused call changes nothing.
 */
export function ownUserSession(
  emulation: Emulation,
  user: Pick<User, 'user_id'>,
  choices: UserSessionChoices,
): UserSession | undefined {
  if (choices.session_token === undefined && choices.session_jwt === undefined) return undefined
  const { session } = requireUserSession(emulation, choices)
  if (session.user_id !== user.user_id) throw new StytchFailure('session_not_found')
  return session
}
