import { IdentifyFailure } from '@lockstitch/guard'
import type { B2BClient } from 'stytch'

import { isYoung } from './age.ts'
import { boundedCache, secretKey } from './bounded-cache.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { failure, failureFrom } from './errors.ts'
import {
  type Session,
  sessionFromAnswer,
  subjectOf,
  type TokenProvenance,
  userSessionFromAnswer,
} from './session.ts'
import { type Fields, field, isFields, readFields, readTextOrNull, ShapeError } from './shape.ts'
import type { ConsumerClient } from './subjects.ts'
import { OutOfTries, type TryLimits, withTries } from './tries.ts'

/** The parts of the official SDK's client that are called. */
export type StytchClient = Pick<B2BClient, 'sessions' | 'rbac' | 'organizations' | 'connectedApp'>

/** What Stytch answered for a session, and when. */
export interface RemoteSession {
  readonly session: Session
  /** The member, or a user in the words for members. */
  readonly member: Fields
  /** Empty for a user's session. */
  readonly organization: Fields
  /** A session JWT that Stytch issued with the answer; not in an answer that was kept. */
  readonly freshJwt: string | undefined
  /** Milliseconds since 1970, before the question was sent. */
  readonly askedAt: number
}

/** What is sent to Stytch: one of the two. */
export interface Credential {
  readonly source: 'session_jwt' | 'session_token'
  readonly value: string
}

/** Authenticates sessions at Stytch. */
export interface Remote {
  /** What Stytch says of a session, at most `maxAge` milliseconds ago. */
  authenticate(credential: Credential, maxAge: number): Promise<RemoteSession>
  /** What Stytch last said of a session. */
  lastAnswer(session: Session): RemoteSession | undefined
  /** Forgets what Stytch said of a session. */
  forget(sessionId: string): void
}

/** What {@link createRemote} needs. */
export interface RemoteOptions {
  readonly client: StytchClient | ConsumerClient
  readonly limits: TryLimits
  readonly breaker: CircuitBreaker
  readonly clock: () => number
  readonly cacheSize: number
}

/** Asks Stytch through its SDK, once for each session however many requests wait for the answer. */
export function createRemote({ client, limits, breaker, clock, cacheSize }: RemoteOptions): Remote {
  const byCredential = boundedCache<RemoteSession>(cacheSize)
  const bySession = boundedCache<RemoteSession>(cacheSize)
  const asking = new Map<string, Promise<RemoteSession>>()

  const ask = async (credential: Credential, key: string): Promise<RemoteSession> => {
    const askedAt = clock()
    const answer = await guarded(
      () =>
        callStytch(
          (): Promise<unknown> =>
            client.sessions.authenticate({ [credential.source]: credential.value }),
          limits,
        ),
      breaker,
    )
    const remote = readAnswer(
      answer,
      credential,
      askedAt,
      'users' in client ? readUser : readMember,
    )
    // The fresh JWT signs its holder in: it goes to whoever asked and is not kept.
    const kept = { ...remote, freshJwt: undefined }
    byCredential.set(key, kept)
    bySession.set(sessionKey(remote.session), kept)
    return remote
  }

  return {
    async authenticate(credential, maxAge) {
      const key = secretKey(credential.value)
      const known = byCredential.get(key)
      // Whoever accepts no age must not be given an answer to a question that was asked before.
      if (maxAge <= 0) return ask(credential, key)
      if (known !== undefined && isYoung(known.askedAt, clock(), maxAge)) return known
      const waiting = asking.get(key)
      if (waiting !== undefined) return waiting
      const answer = ask(credential, key).finally(() => asking.delete(key))
      asking.set(key, answer)
      return answer
    },
    lastAnswer: (session) => bySession.get(sessionKey(session)),
    forget(sessionId) {
      const isOfSession = ({ session }: RemoteSession): boolean => session.sessionId === sessionId
      byCredential.deleteWhere(isOfSession)
      bySession.deleteWhere(isOfSession)
    },
  }
}

/** A session that was exchanged for another organization's is another member's. */
function sessionKey(session: Session): string {
  return `${subjectOf(session)} ${session.sessionId}`
}

/** A call that is not made when Stytch is known to be away; a refusal of Stytch's is an answer. */
export async function guarded<T>(call: () => Promise<T>, breaker: CircuitBreaker): Promise<T> {
  if (!breaker.mayCall()) throw failure('stytch-away')
  try {
    const answer = await call()
    breaker.answered()
    return answer
  } catch (error) {
    const isAway = error instanceof IdentifyFailure && error.code === 'stytch-unavailable'
    if (isAway) breaker.failed()
    else breaker.answered()
    throw error
  }
}

/** Calls the SDK with a deadline of ours, and turns what it throws into our failures. */
export async function callStytch<T>(call: () => Promise<T>, limits: TryLimits): Promise<T> {
  try {
    return await withTries(() => call().catch(rethrowClean), isFinal, limits)
  } catch (error) {
    if (error instanceof OutOfTries)
      throw failureFrom(error, 'stytch-unavailable', limits.deadline, error.tries)
    throw error instanceof StytchRefusal ? refusal(error) : error
  }
}

/** An error of the SDK's without the request, which holds the session and the credentials. */
class StytchRefusal extends Error {
  readonly status: number
  readonly errorType: string

  constructor(status: number, errorType: string, message: string) {
    super(message)
    this.name = 'StytchRefusal'
    this.status = status
    this.errorType = errorType
  }
}

const noErrorType = 'no error type'

function rethrowClean(error: unknown): never {
  const fields: Fields = isFields(error) ? error : {}
  const status = field(fields, 'status_code')
  const errorType = field(fields, 'error_type')
  const isKnown = typeof errorType === 'string' && /^\w{1,80}$/.test(errorType)
  const name = isKnown ? errorType : noErrorType
  throw new StytchRefusal(
    typeof status === 'number' ? status : 0,
    name,
    `the Stytch SDK failed (${name}, status ${typeof status === 'number' ? status : 'unknown'})`,
  )
}

/** Whether Stytch has answered; a 429, a 5xx and a broken connection say nothing of the session. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof StytchRefusal)) return false
  return error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408
}

/**
 * What an answer says of the session, if it does. A proxy on the way, a wrong address or a project
 * that is not found refuse with the same statuses: nobody is signed out for them.
 */
function refusal(error: StytchRefusal): Error {
  const { status, errorType } = error
  if (errorType === 'member_not_found' || errorType === 'user_not_found')
    return failure('subject-not-active')
  if (errorType === 'connected_app_not_found') return failure('app-not-active')
  if (errorType === 'session_not_found') return failure('session-not-found')
  if (status === 401 || errorType === 'unauthorized_credentials')
    return failureFrom(error, 'stytch-credentials-refused')
  if (status === 400 && errorType !== noErrorType) return failure('session-refused', errorType)
  return failureFrom(error, 'stytch-answer-invalid', errorType)
}

function readAnswer(
  answer: unknown,
  { source }: Credential,
  askedAt: number,
  read: typeof readMember | typeof readUser,
): RemoteSession {
  try {
    const fields = readFields(answer, 'answer')
    const issuedAt = Math.floor(askedAt / 1000)
    const token: TokenProvenance = { source, verified: 'remote', issuedAt, expiresAt: null }
    const freshJwt = readTextOrNull(field(fields, 'session_jwt'), 'session_jwt') ?? undefined
    return { ...read(fields, token), freshJwt, askedAt }
  } catch (error) {
    if (error instanceof ShapeError) throw failure('stytch-answer-invalid', error.path)
    throw error
  }
}

type Answered = Pick<RemoteSession, 'session' | 'member' | 'organization'>

function readMember(fields: Fields, token: TokenProvenance): Answered {
  const session = sessionFromAnswer(field(fields, 'member_session'), token)
  const member = readFields(field(fields, 'member'), 'member')
  const organization = readFields(field(fields, 'organization'), 'organization')
  assertSame(field(member, 'member_id'), session.memberId, 'member.member_id')
  assertSame(
    field(organization, 'organization_id'),
    session.organizationId,
    'organization.organization_id',
  )
  return { session, member, organization }
}

function readUser(fields: Fields, token: TokenProvenance): Answered {
  const session = userSessionFromAnswer(field(fields, 'session'), token)
  const user = readFields(field(fields, 'user'), 'user')
  assertSame(field(user, 'user_id'), session.userId, 'user.user_id')
  return { session, member: memberFieldsOf(user), organization: {} }
}

/** What is asked of users, by the names that members have for it. */
function memberFieldsOf(user: Fields): Fields {
  const emails = field(user, 'emails')
  const addresses = Array.isArray(emails) ? emails.filter(isFields) : []
  // An address that nobody has confirmed is whoever's who typed it in.
  const email = addresses.find((each) => field(each, 'verified') === true) ?? addresses[0]
  const names = field(user, 'name')
  const parts = isFields(names)
    ? ['first_name', 'middle_name', 'last_name'].map((part) => field(names, part))
    : []
  const name = parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
  return {
    ...user,
    name,
    ...(email && {
      email_address: field(email, 'email'),
      email_address_verified: field(email, 'verified') === true,
    }),
  }
}

function assertSame(value: unknown, expected: string, path: string): void {
  if (value !== expected) throw new ShapeError(path, "the session's")
}
