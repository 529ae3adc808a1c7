import type { Client } from 'stytch'

import type { AppToken } from './access-tokens.ts'
import { isYoung } from './age.ts'
import { boundedCache } from './bounded-cache.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { failure } from './errors.ts'
import { callStytch, guarded, type StytchClient } from './remote.ts'
import { type Fields, field, isFields, readFields, readText, ShapeError } from './shape.ts'
import type { TryLimits } from './tries.ts'

/** The parts of the official SDK's consumer client that are called. */
export type ConsumerClient = Pick<Client, 'sessions' | 'users' | 'rbac' | 'connectedApp'>

/** What Stytch says of an app and of whom it acts for. */
interface AppFacts {
  /** The roles of the member or user, as Stytch names them. */
  readonly roles: readonly string[]
  readonly isFirstParty: boolean
}

/** Finds out what the tokens of Connected Apps do not say. */
export interface Subjects {
  /** What is known, no older than `maxAge` seconds. Rejects with a 401 where the app, or whom it acts for, is not active. */
  factsOf(token: AppToken, maxAge?: number): Promise<AppFacts>
}

/** What {@link createSubjects} needs. */
export interface SubjectsOptions {
  readonly client: StytchClient | ConsumerClient
  readonly limits: TryLimits
  readonly breaker: CircuitBreaker
  readonly clock: () => number
  readonly cacheSize: number
  /** Seconds for which an answer is used. */
  readonly maxAge: number
}

/** Asks Stytch through its SDK, once a while for each app and each member. */
export function createSubjects(options: SubjectsOptions): Subjects {
  const roles = remembering(options, (token) => rolesOfSubject(options, token))
  const apps = remembering(options, (token) => isFirstPartyApp(options, token))
  return {
    async factsOf(token, maxAge = Number.POSITIVE_INFINITY) {
      const [known, isFirstParty] = await Promise.all([
        roles(`${token.subject.kind} ${token.subject.id}`, token, maxAge),
        apps(token.clientId, token, maxAge),
      ])
      return { roles: known, isFirstParty }
    },
  }
}

type Asked<T> = (key: string, token: AppToken, maxAge: number) => Promise<T>

/** Asks once however many requests wait, and keeps answers; failures are not kept. */
function remembering<T>(
  { clock, cacheSize, maxAge: longest, breaker }: SubjectsOptions,
  ask: (token: AppToken) => Promise<T>,
): Asked<T> {
  const answers = boundedCache<{ readonly value: T; readonly askedAt: number }>(cacheSize)
  const asking = new Map<string, Promise<T>>()
  return async (key, token, wanted) => {
    const maxAge = Math.min(longest, wanted)
    const known = answers.get(key)
    if (maxAge > 0 && known !== undefined && isYoung(known.askedAt, clock(), maxAge * 1000))
      return known.value
    const waiting = asking.get(key)
    if (maxAge > 0 && waiting !== undefined) return waiting
    const askedAt = clock()
    const answer = guarded(() => ask(token), breaker)
      .then((value) => {
        answers.set(key, { value, askedAt })
        return value
      })
      .finally(() => asking.delete(key))
    asking.set(key, answer)
    return answer
  }
}

async function rolesOfSubject(
  { client, limits }: SubjectsOptions,
  { subject }: AppToken,
): Promise<readonly string[]> {
  if (subject.kind === 'b2b_member') {
    if (!('organizations' in client)) throw failure('stytch-answer-invalid', 'no B2BClient')
    const { organizationId: organization_id, id: member_id } = subject
    const answer = await callStytch(
      () => client.organizations.members.get({ organization_id, member_id }),
      limits,
    )
    return readSubject(answer, 'member', { organization_id, member_id }, memberRole)
  }
  if (!('users' in client)) throw failure('stytch-answer-invalid', 'no consumer Client')
  const answer = await callStytch(() => client.users.get({ user_id: subject.id }), limits)
  return readSubject({ user: answer }, 'user', { user_id: subject.id }, userRole)
}

function readSubject(
  answer: unknown,
  path: string,
  ids: Readonly<Record<string, string>>,
  readRole: (role: unknown) => string[],
): string[] {
  return readingAnswer(() => {
    const subject = readFields(field(readFields(answer, 'answer'), path), path)
    for (const [name, id] of Object.entries(ids))
      if (field(subject, name) !== id) throw new ShapeError(`${path}.${name}`, 'the one asked for')
    if (field(subject, 'status') !== 'active') throw failure('subject-not-active')
    const roles = field(subject, 'roles')
    if (!Array.isArray(roles)) throw new ShapeError(`${path}.roles`, 'a list')
    return roles.flatMap(readRole)
  })
}

/** Roles from an SSO connection hold in sessions of that connection only, and an app has no session. */
const ofSsoSessions = ['sso_connection', 'sso_connection_group']

function memberRole(value: unknown): string[] {
  const role = readFields(value, 'member.roles')
  const id = readText(field(role, 'role_id'), 'member.roles.role_id')
  const sources = field(role, 'sources')
  if (!Array.isArray(sources)) throw new ShapeError('member.roles.sources', 'a list')
  const types = sources.map((source: unknown) =>
    isFields(source) ? String(field(source, 'type')) : '',
  )
  return types.some((type) => type !== '' && !ofSsoSessions.includes(type)) ? [id] : []
}

function userRole(value: unknown): string[] {
  return [readText(value, 'user.roles')]
}

async function isFirstPartyApp(
  { client, limits }: SubjectsOptions,
  { clientId: client_id }: AppToken,
): Promise<boolean> {
  const answer = await callStytch(() => client.connectedApp.clients.get({ client_id }), limits)
  return readingAnswer(() => {
    const app: Fields = readFields(
      field(readFields(answer, 'answer'), 'connected_app'),
      'connected_app',
    )
    if (field(app, 'client_id') !== client_id)
      throw new ShapeError('connected_app.client_id', 'the one asked for')
    if (field(app, 'status') !== 'active') throw failure('app-not-active')
    return readText(field(app, 'client_type'), 'connected_app.client_type').startsWith(
      'first_party',
    )
  })
}

function readingAnswer<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ShapeError) throw failure('stytch-answer-invalid', error.path)
    throw error
  }
}
