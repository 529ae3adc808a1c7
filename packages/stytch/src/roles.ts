import { isYoung } from './age.ts'
import { failure } from './errors.ts'
import { callStytch, type StytchClient } from './remote.ts'
import { type Fields, field, isFields } from './shape.ts'
import type { ConsumerClient } from './subjects.ts'
import type { TryLimits } from './tries.ts'

/** The role of a member whose session has none: Cerbos refuses a principal without roles. */
export const noRole = 'no-role'
/** What stands before the roles that an organization defined for itself. */
export const organizationRolePrefix = 'org:'
/** Roles that the mapping of other tokens, and the imported RBAC policies, give a meaning. */
const reserved: ReadonlySet<string> = new Set([
  noRole,
  'anonymous',
  'connected_app',
  'm2m_client',
  'organization_ceiling',
])

/** Names the roles of sessions for policies. */
export interface RoleNames {
  /**
   * A role of the project keeps its name; any other was made by an organization, which must not be
   * able to name one `admin`, and gets the prefix `org:`. Never empty, each once.
   */
  name(sessionRoles: readonly string[], organizationId: string): Promise<string[]>
}

/** What {@link createRoleNames} needs. */
export interface RoleNamesOptions {
  /** The roles of the project, or `project` to take them from Stytch's RBAC policy. */
  readonly roles: 'project' | readonly string[]
  readonly client: Pick<StytchClient, 'rbac'> | Pick<ConsumerClient, 'rbac'>
  readonly limits: TryLimits
  readonly clock: () => number
}

/** Roles that every project has. */
const defaultRoles = ['stytch_member', 'stytch_admin']
/** Milliseconds after which an unknown role may be a new one of the project's. */
const cooldown = 30_000
/** Milliseconds after which the project's roles are fetched again. */
const maxAge = 5 * 60_000

/** Creates the naming. The project's roles are fetched at the first session, once. */
export function createRoleNames(options: RoleNamesOptions): RoleNames {
  const allowed =
    options.roles === 'project'
      ? projectRoles(options)
      : fixedRoles(new Set([...defaultRoles, ...options.roles]))
  return {
    async name(sessionRoles) {
      const known = await allowed(sessionRoles)
      const names = sessionRoles.map((role) =>
        known.has(role) && !isReservedRole(role) ? role : `${organizationRolePrefix}${role}`,
      )
      return names.length === 0 ? [noRole] : [...new Set(names)]
    },
  }
}

type AllowedRoles = (sessionRoles: readonly string[]) => Promise<ReadonlySet<string>>

function fixedRoles(roles: ReadonlySet<string>): AllowedRoles {
  return () => Promise.resolve(roles)
}

/**
 * Without the project's roles there is no telling which roles an organization made: the first fetch
 * has to succeed, and its failure is a 503. They are fetched again when they are old, as a role that
 * the project gave up is free for an organization to take, and for a role that is not known, which
 * may be new; if that fails, those of before hold.
 */
function projectRoles({ client, limits, clock }: RoleNamesOptions): AllowedRoles {
  let known: { readonly roles: ReadonlySet<string>; readonly fetchedAt: number } | undefined
  let lastFetch = Number.NEGATIVE_INFINITY
  let fetching: Promise<ReadonlySet<string>> | undefined

  const fetchRoles = async (): Promise<ReadonlySet<string>> => {
    const fetchedAt = clock()
    const roles = readRoles(await callStytch(() => client.rbac.policy(), limits))
    known = { roles, fetchedAt }
    return roles
  }
  const fetchOnce = (): Promise<ReadonlySet<string>> => {
    fetching ??= fetchRoles().finally(() => {
      lastFetch = clock()
      fetching = undefined
    })
    return fetching
  }

  return async (sessionRoles) => {
    if (known === undefined) return fetchOnce()
    const { roles, fetchedAt } = known
    const isEnough = sessionRoles.every((role) => roles.has(role))
    if (isEnough && isYoung(fetchedAt, clock(), maxAge)) return roles
    if (isYoung(lastFetch, clock(), cooldown)) return roles
    return fetchOnce().catch(() => roles)
  }
}

function readRoles(answer: unknown): ReadonlySet<string> {
  const policy = isFields(answer) ? field(answer, 'policy') : undefined
  const roles = isFields(policy) ? field(policy, 'roles') : undefined
  if (!Array.isArray(roles)) throw failure('stytch-answer-invalid', 'policy.roles')
  const ids = roles.map((role: unknown) => (isFields(role) ? roleId(role) : undefined))
  return new Set([...defaultRoles, ...ids.filter((id) => id !== undefined)])
}

function roleId(role: Fields): string | undefined {
  const id = field(role, 'role_id')
  return typeof id === 'string' ? id : undefined
}

/** Every user of a consumer project has it. */
const userRole = 'stytch_user'

/**
 * The roles of a consumer user. Nobody but the project makes roles there, so that they keep their
 * names, apart from those that mean something else here.
 */
export function userRoleNames(roles: readonly string[]): string[] {
  if (roles.length === 0) return [userRole]
  const names = roles.map((role) =>
    isReservedRole(role) ? `${organizationRolePrefix}${role}` : role,
  )
  return [...new Set(names)]
}

/** Names that say something else here: a role of the project cannot have them. */
export function isReservedRole(role: string): boolean {
  return reserved.has(role) || role.startsWith(organizationRolePrefix)
}
