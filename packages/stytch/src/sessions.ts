import type { IdentifyFailure } from '@lockstitch/guard'

import { isYoung } from './age.ts'
import { needsRemote, type WantedAttributes } from './attributes.ts'
import type { Credentials } from './credentials.ts'
import { failure } from './errors.ts'
import type { Credential, Remote, RemoteSession } from './remote.ts'
import { always, type Revocable, type Revocations } from './revocations.ts'
import { type Session, subjectOf, type Verified } from './session.ts'
import { ageInSeconds, timeFailure } from './verify/times.ts'
import type { VerifiedJwt, Verifier } from './verify/verifier.ts'
import type { WebhookRevocation } from './webhook.ts'

/** A session that holds, and what Stytch said of it if it was asked. */
export interface FoundSession<S extends Verified = Session> {
  readonly session: S
  readonly remote: RemoteSession | undefined
}

/** A session, or what else was verified. */
type Found = FoundSession | FoundSession<Exclude<Verified, Session>>

/** What {@link createSessions} needs. */
export interface SessionsOptions {
  readonly verifier: Verifier
  /** Undefined when the application wants sessions verified locally only. */
  readonly remote: Remote | undefined
  readonly revocations: Revocations
  readonly wanted: WantedAttributes
  readonly clock: () => number
  /** Seconds. */
  readonly maxTokenAge: number
  readonly maxAccessTokenAge: number
  readonly maxAttributeAge: number
  readonly clockTolerance: number
}

/** Finds the sessions of requests. */
export interface Sessions {
  /** The session that the credentials stand for, no older than `maxAge` seconds where that is given, young enough and with what the application needs. */
  find(credentials: Credentials, maxAge?: number): Promise<Found>
  /** Honours a revocation: in this process at once. */
  revoke(sessionId: string): Promise<void>
  /** Honours that a member, a user or an organization lost the sessions that they had at a time. */
  revokeAll(revocation: WebhookRevocation): Promise<void>
}

/** Decides when a session JWT is enough and when Stytch is asked. */
export function createSessions(options: SessionsOptions): Sessions {
  const { clock, remote, revocations } = options
  const assertHolds = ({ session }: Found): void => {
    if ('expiresAt' in session && Date.parse(session.expiresAt) <= clock())
      throw failure('session-expired')
    if (revocations.isRevokedHere(revocable(session))) throw failure('session-revoked')
  }

  return {
    async find(credentials, maxAge = Number.POSITIVE_INFINITY) {
      const asked = atMostSoOld(options, maxAge)
      const found = await findSession(credentials, asked)
      assertHolds(found)
      const answered = isSession(found) ? await withAnswer(found, credentials, asked) : found
      if (await revocations.isRevokedElsewhere(revocable(answered.session)))
        throw failure('session-revoked')
      // It may have been revoked while Stytch was asked.
      assertHolds(answered)
      return answered
    },
    async revoke(sessionId) {
      remote?.forget(sessionId)
      await revocations.revoke(sessionId, always)
    },
    revokeAll: ({ id, at }) => revocations.revoke(id, at),
  }
}

function atMostSoOld(options: SessionsOptions, maxAge: number): SessionsOptions {
  return {
    ...options,
    maxTokenAge: Math.min(options.maxTokenAge, maxAge),
    maxAccessTokenAge: Math.min(options.maxAccessTokenAge, maxAge),
    maxAttributeAge: Math.min(options.maxAttributeAge, maxAge),
  }
}

function revocable(session: Verified): Revocable {
  switch (session.kind) {
    case 'b2b_member': {
      const { sessionId, memberId, organizationId } = session
      const keys = [sessionId, memberId, organizationId]
      return { keys, startedAt: Date.parse(session.startedAt) }
    }
    case 'consumer_user':
      return {
        keys: [session.sessionId, session.userId],
        startedAt: Date.parse(session.startedAt),
      }
    case 'm2m_client':
      return { keys: [session.clientId], startedAt: session.token.issuedAt * 1000 }
    case 'connected_app': {
      const { tokenId, subject, token } = session
      const organization = 'organizationId' in subject ? [subject.organizationId] : []
      return { keys: [tokenId, subject.id, ...organization], startedAt: token.issuedAt * 1000 }
    }
  }
}

function isSession(found: Found): found is FoundSession {
  return 'sessionId' in found.session
}

async function findSession({ jwt, token }: Credentials, options: SessionsOptions): Promise<Found> {
  const { verifier, remote, clock, maxTokenAge, clockTolerance } = options
  const ask = async (source: Credential['source'], value: string): Promise<FoundSession> => {
    if (remote === undefined) throw failure('session-token-not-accepted')
    const answer = await remote.authenticate({ source, value }, maxTokenAge * 1000)
    return { session: answer.session, remote: answer }
  }

  if (jwt === undefined) return ask('session_token', token ?? '')
  const verified = (await verifier.verify(jwt)) as VerifiedJwt<Session> | OtherJwt
  if (!isSessionJwt(verified)) return youngToken(verified, options)
  const untimely = timeFailure(verified, clock(), clockTolerance)
  const age = ageInSeconds(verified.issuedAt, clock())
  const isYoungEnough = maxTokenAge > 0 && age <= maxTokenAge
  if (untimely === undefined && isYoungEnough)
    return { session: verified.session, remote: undefined }

  // The session token outlives its JWTs, so that Stytch can say whether the session goes on. A JWT
  // that has expired is not sent there: it would come back to life for whoever found it.
  if (token !== undefined && remote !== undefined && isTooLate(untimely))
    return sameSession(verified.session, await ask('session_token', token))
  if (untimely !== undefined) throw untimely
  if (remote === undefined) throw failure('token-too-old', age, maxTokenAge, 'maxTokenAge')
  return sameSession(verified.session, await ask('session_jwt', jwt))
}

type OtherJwt = VerifiedJwt<Exclude<Verified, Session>>

function isSessionJwt(verified: VerifiedJwt<Session> | OtherJwt): verified is VerifiedJwt<Session> {
  return 'sessionId' in verified.session
}

/** An access token holds as long as it says, or less. */
function youngToken(
  verified: OtherJwt,
  { clock, maxAccessTokenAge: limit, clockTolerance }: SessionsOptions,
): Found {
  const untimely = timeFailure(verified, clock(), clockTolerance)
  if (untimely !== undefined) throw untimely
  const { session, issuedAt } = verified
  const age = ageInSeconds(issuedAt, clock())
  if (limit === 0 || age > limit) throw failure('token-too-old', age, limit, 'maxAccessTokenAge')
  return { session, remote: undefined }
}

function isTooLate(untimely: IdentifyFailure | undefined): boolean {
  if (untimely === undefined) return true
  return untimely.code === 'token-expired' || untimely.code === 'session-expired'
}

/** An answer for another session than the JWT's: two different sessions were sent. */
function sameSession(expected: Session, found: FoundSession): FoundSession {
  const isSame =
    found.session.sessionId === expected.sessionId &&
    subjectOf(found.session) === subjectOf(expected) &&
    organizationOf(found.session) === organizationOf(expected)
  if (!isSame) throw failure('sessions-disagree')
  return found
}

function organizationOf(session: Session): string | null {
  return session.kind === 'b2b_member' ? session.organizationId : null
}

/** Adds what Stytch says of the member where the application needs it, asked at most once a while. */
async function withAnswer(
  found: FoundSession,
  { jwt, token }: Credentials,
  { remote, wanted, clock, maxAttributeAge }: SessionsOptions,
): Promise<FoundSession> {
  const isRecent = (answer: RemoteSession): boolean =>
    isYoung(answer.askedAt, clock(), maxAttributeAge * 1000)
  if (remote === undefined) return found
  if (!needsRemote(found.session, wanted)) return found
  if (found.remote !== undefined && isRecent(found.remote)) return found

  const last = remote.lastAnswer(found.session)
  if (last !== undefined && isRecent(last)) return newerOf(found, last)
  const credential: Credential =
    token === undefined
      ? { source: 'session_jwt', value: jwt ?? '' }
      : { source: 'session_token', value: token }
  return newerOf(found, await remote.authenticate(credential, maxAttributeAge * 1000))
}

/** What Stytch answered after it signed the JWT is the newer truth about the session, too. */
function newerOf(found: FoundSession, remote: RemoteSession): FoundSession {
  sameSession(found.session, { session: remote.session, remote })
  const isNewer = remote.session.token.issuedAt >= found.session.token.issuedAt
  return { session: isNewer ? remote.session : found.session, remote }
}
