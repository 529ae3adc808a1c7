import type { IdentifyFailure } from '@lockstitch/guard'

import { isYoung } from './age.ts'
import { needsRemote, type WantedAttributes } from './attributes.ts'
import type { Credentials } from './credentials.ts'
import { failure } from './errors.ts'
import type { Credential, Remote, RemoteSession } from './remote.ts'
import type { MemberSession } from './session.ts'
import { ageInSeconds, timeFailure } from './verify/times.ts'
import type { Verifier } from './verify/verifier.ts'
import type { WebhookRevocation } from './webhook.ts'

/** A session that holds, and what Stytch said of it if it was asked. */
export interface FoundSession {
  readonly session: MemberSession
  readonly remote: RemoteSession | undefined
}

/** What {@link createSessions} needs. */
export interface SessionsOptions {
  readonly verifier: Verifier
  /** Undefined when the application wants sessions verified locally only. */
  readonly remote: Remote | undefined
  readonly wanted: WantedAttributes
  readonly clock: () => number
  /** Seconds. */
  readonly maxTokenAge: number
  readonly maxAttributeAge: number
  readonly clockTolerance: number
}

/** Finds the sessions of requests. */
export interface Sessions {
  /** The session that the credentials stand for, young enough and with what the application needs. */
  find(credentials: Credentials): Promise<FoundSession>
  /** Honours a revocation at once, in this process. */
  revoke(sessionId: string): void
  /** Honours that a member or an organization lost the sessions that they had at a time. */
  revokeAll(revocation: WebhookRevocation): void
}

/** Milliseconds for which a revoked session is remembered beyond the age that is accepted. */
const revocationMemory = 60 * 60_000

/** Decides when a session JWT is enough and when Stytch is asked. */
export function createSessions(options: SessionsOptions): Sessions {
  const { clock, remote } = options
  const revoked = new Map<string, number>()
  const subjects = new Map<string, { readonly at: number; readonly until: number }>()
  const hasLost = (session: MemberSession): boolean =>
    [session.memberId, session.organizationId].some((id) => {
      const lost = subjects.get(id)
      return lost !== undefined && Date.parse(session.startedAt) <= lost.at
    })
  const remembered = (): number => clock() + options.maxTokenAge * 1000 + revocationMemory
  const assertHolds = ({ session }: FoundSession): void => {
    if (Date.parse(session.expiresAt) <= clock()) throw failure('session-expired')
    if (revoked.has(session.sessionId) || hasLost(session)) throw failure('session-revoked')
  }

  return {
    async find(credentials) {
      const found = await findSession(credentials, options)
      assertHolds(found)
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

async function findSession(
  { jwt, token }: Credentials,
  { verifier, remote, clock, maxTokenAge, clockTolerance }: SessionsOptions,
): Promise<FoundSession> {
  const ask = async (source: Credential['source'], value: string): Promise<FoundSession> => {
    if (remote === undefined) throw failure('session-token-not-accepted')
    const answer = await remote.authenticate({ source, value }, maxTokenAge * 1000)
    return { session: answer.session, remote: answer }
  }

  if (jwt === undefined) return ask('session_token', token ?? '')
  const verified = await verifier.verify(jwt)
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
  if (remote === undefined) throw failure('token-too-old', age, maxTokenAge)
  return sameSession(verified.session, await ask('session_jwt', jwt))
}

function isTooLate(untimely: IdentifyFailure | undefined): boolean {
  if (untimely === undefined) return true
  return untimely.code === 'token-expired' || untimely.code === 'session-expired'
}

/** An answer for another session than the JWT's: two different sessions were sent. */
function sameSession(expected: MemberSession, found: FoundSession): FoundSession {
  const isSame =
    found.session.sessionId === expected.sessionId &&
    found.session.memberId === expected.memberId &&
    found.session.organizationId === expected.organizationId
  if (!isSame) throw failure('sessions-disagree')
  return found
}

/** Adds what Stytch says of the member where the application needs it, asked at most once a while. */
async function withAnswer(
  found: FoundSession,
  { jwt, token }: Credentials,
  { remote, wanted, clock, maxAttributeAge }: SessionsOptions,
): Promise<FoundSession> {
  const isRecent = (answer: RemoteSession): boolean =>
    isYoung(answer.askedAt, clock(), maxAttributeAge * 1000)
  if (remote === undefined || !needsRemote(found.session, wanted)) return found
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
