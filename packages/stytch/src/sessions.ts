import type { IdentifyFailure } from '@lockstitch/guard'

import { isYoung } from './age.ts'
import { needsRemote, type WantedAttributes } from './attributes.ts'
import type { Credentials } from './credentials.ts'
import { failure } from './errors.ts'
import type { Credential, Remote, RemoteSession } from './remote.ts'
import { type MemberSession, type Session, subjectOf, type Verified } from './session.ts'
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
  /** The session that the credentials stand for, young enough and with what the application needs. */
  find(credentials: Credentials): Promise<Found>
  /** Honours a revocation at once, in this process. */
  revoke(sessionId: string): void
  /** Honours that a member, a user or an organization lost the sessions that they had at a time. */
  revokeAll(revocation: WebhookRevocation): void
}

/** Milliseconds for which a revoked session is remembered beyond the age that is accepted. */
const revocationMemory = 60 * 60_000

/** Decides when a session JWT is enough and when Stytch is asked. */
export function createSessions(options: SessionsOptions): Sessions {
  const { clock, remote } = options
  const revoked = new Map<string, number>()
  const subjects = new Map<string, { readonly at: number; readonly until: number }>()
  const hasLost = ({ subjects: ids, startedAt }: Revocable): boolean =>
    ids.some((id) => {
      const lost = subjects.get(id)
      return lost !== undefined && startedAt <= lost.at
    })
  const maxAge = Math.max(options.maxTokenAge, options.maxAccessTokenAge)
  const remembered = (): number => clock() + maxAge * 1000 + revocationMemory
  const assertHolds = ({ session }: Found): void => {
    if ('expiresAt' in session && Date.parse(session.expiresAt) <= clock())
      throw failure('session-expired')
    const held = revocable(session)
    if (revoked.has(held.id) || hasLost(held)) throw failure('session-revoked')
  }

  return {
    async find(credentials) {
      const found = await findSession(credentials, options)
      assertHolds(found)
      if (!isSession(found)) return found
      const answered = await withAnswer(found, credentials, options)
      // It may have been revoked while Stytch was asked.
      assertHolds(answered)
      return answered
    },
    revoke(sessionId) {
      for (const [id, until] of revoked) if (until <= clock()) revoked.delete(id)
      revoked.set(sessionId, remembered())
      remote?.forget(sessionId)
    },
    revokeAll({ id, at }) {
      for (const [subject, { until }] of subjects) if (until <= clock()) subjects.delete(subject)
      // Webhooks may arrive in another order than they were sent in: the latest loss holds.
      const latest = Math.max(at, subjects.get(id)?.at ?? at)
      subjects.set(id, { at: latest, until: remembered() })
    },
  }
}

/** What of a session or token can be revoked, and since when it lasts (milliseconds since 1970). */
interface Revocable {
  readonly id: string
  readonly subjects: readonly string[]
  readonly startedAt: number
}

function revocable(session: Verified): Revocable {
  switch (session.kind) {
    case 'b2b_member': {
      const { sessionId: id, memberId, organizationId } = session
      return { id, subjects: [memberId, organizationId], startedAt: Date.parse(session.startedAt) }
    }
    case 'consumer_user': {
      const { sessionId: id, userId } = session
      return { id, subjects: [userId], startedAt: Date.parse(session.startedAt) }
    }
    case 'm2m_client':
      return { id: session.clientId, subjects: [], startedAt: session.token.issuedAt * 1000 }
    case 'connected_app': {
      const { tokenId: id, subject, token } = session
      const subjects = 'organizationId' in subject ? [subject.organizationId] : []
      return { id, subjects: [subject.id, ...subjects], startedAt: token.issuedAt * 1000 }
    }
  }
}

/** Whether a session is a member's, of which more can be asked. */
function isMembers(found: Found): found is FoundSession<MemberSession> {
  return found.session.kind === 'b2b_member'
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
  if (remote === undefined || !isMembers(found)) return found
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
