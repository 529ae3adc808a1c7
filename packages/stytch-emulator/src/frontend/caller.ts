import { requireUserSession } from '../consumer/sessions.ts'
import { showUser } from '../consumer/users.ts'
import type { Emulation, Project } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { requireSession, type SignedIn } from '../sessions.ts'
import { basicCredentials } from '../steps/authenticate-project.ts'
import type { CallerKind } from './endpoints.ts'

/** What a page sends to say who it is: the project's public token, and the session's token if there is one. */
export interface PageCredentials {
  readonly project: Project
  readonly session_token: string | undefined
}

/** The project of a page; pages without a session send the public token twice. */
export function pageCredentials(
  projects: readonly Project[],
  authorization: string | undefined,
): PageCredentials {
  const [publicToken, second] = basicCredentials(authorization)
  const project = projects.find(({ settings }) => settings.public_token === publicToken)
  if (project === undefined) throw new StytchFailure('unauthorized_credentials')
  return { project, session_token: second === publicToken ? undefined : second }
}

/** What an endpoint is told of whoever is signed in on the page. */
export interface PageCaller {
  /** Fields that the page cannot choose. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The member whose permissions count. */
  readonly member?: SignedIn
}

interface PageCall {
  readonly as: CallerKind
  readonly session_token: string | undefined
  /** What the page sent. */
  readonly sent: Readonly<Record<string, unknown>>
  /** What is in the path. */
  readonly params: Readonly<Record<string, unknown>>
}

/** Whoever calls an endpoint of members. */
export function memberCaller(emulation: Emulation, call: PageCall): PageCaller {
  const { as, session_token } = call
  const own = (): SignedIn => requireSession(emulation, { session_token: session_token ?? '' })
  const live = sessionOf(call, own)
  if (live === undefined) return { fields: {} }
  const { organization_id, member_id } = live.member
  switch (as) {
    case 'self':
      return { fields: { organization_id, member_id, session_token }, member: live }
    case 'organization':
      return { fields: { organization_id, organization_ids: [organization_id] }, member: live }
    default:
      return { fields: { session_token }, member: live }
  }
}

/** Whoever calls an endpoint of users. */
export function userCaller(emulation: Emulation, call: PageCall): PageCaller {
  const { as, session_token, params } = call
  const live = sessionOf(call, () =>
    requireUserSession(emulation, { session_token: session_token ?? '' }),
  )
  if (live === undefined) return { fields: {} }
  if (as === 'own-factor') assertOwn(showUser(live.user), params)
  const { user_id } = live.user
  return { fields: as === 'self' ? { user_id, session_token } : { session_token } }
}

/**
 * The session of a call, where it has to do with one. A sign-in goes on without, and with an intermediate
 * session it is that one which is meant.
 */
function sessionOf<T>({ as, sent }: PageCall, find: () => T): T | undefined {
  if (as === 'anyone') return undefined
  const isSignIn = as === 'sign-in' || as === 'second-factor'
  if (isSignIn && sent.intermediate_session_token !== undefined) return undefined
  if (as !== 'sign-in') return find()
  try {
    return find()
  } catch (error) {
    if (error instanceof StytchFailure) return undefined
    throw error
  }
}

/** A user may change only what is shown of them. */
function assertOwn(user: object, params: PageCall['params']): void {
  const ids = JSON.stringify(user)
  for (const id of Object.values(params))
    if (!ids.includes(JSON.stringify(id))) throw new StytchFailure('user_not_found')
}
