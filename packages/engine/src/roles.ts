import type { LinkedRolePolicy } from '@lockstitch/policy'

import type { Compat } from './compat.ts'

/** The roles above each role through role policies, all the way up: by version, scope and role. */
export interface ParentRoles {
  readonly ignoresVersion: boolean
  readonly byVersion: ReadonlyMap<string, ReadonlyMap<string, RoleParents>>
}

type RoleParents = ReadonlyMap<string, readonly string[]>

/**
 * Collects the parents of each role, transitively within a version and a scope.
 *
 * Cerbos keeps them by scope alone, so that a role policy of one version gives its role the
 * parents' rights in every other version too, without narrowing them there: an open door, which
 * only `compat: 'cerbos'` leaves open.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/role_policies
 */
export function collectParentRoles(
  policies: readonly LinkedRolePolicy[],
  compat: Compat,
): ParentRoles {
  const ignoresVersion = compat === 'cerbos'
  const direct = new Map<string, Map<string, Map<string, readonly string[]>>>()
  for (const policy of policies) {
    const scopes = getOrAdd(direct, ignoresVersion ? '' : policy.version, () => new Map())
    const roles = getOrAdd(scopes, policy.scope, () => new Map<string, readonly string[]>())
    roles.set(policy.role, [...(roles.get(policy.role) ?? []), ...policy.parentRoles])
  }
  const byVersion = new Map<string, Map<string, RoleParents>>()
  for (const [version, scopes] of direct) {
    const closed = new Map<string, RoleParents>()
    for (const [scope, roles] of scopes) closed.set(scope, closeOver(roles))
    byVersion.set(version, closed)
  }
  return { ignoresVersion, byVersion }
}

/**
 * A role and, behind it, its parents in exactly this scope. Parents declared in another scope do
 * not count, as in Cerbos.
 */
export function withParents(
  { ignoresVersion, byVersion }: ParentRoles,
  version: string,
  scope: string,
  role: string,
): readonly string[] {
  const parents = byVersion
    .get(ignoresVersion ? '' : version)
    ?.get(scope)
    ?.get(role)
  return parents ? [role, ...parents] : [role]
}

function closeOver(direct: ReadonlyMap<string, readonly string[]>): RoleParents {
  const closed = new Map<string, readonly string[]>()
  for (const role of direct.keys()) {
    const above = new Set<string>()
    const pending = [role]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const parent of direct.get(next) ?? []) {
        if (above.has(parent) || parent === role) continue
        above.add(parent)
        pending.push(parent)
      }
    }
    closed.set(role, [...above])
  }
  return closed
}

/** The value of a key, made on first use. */
export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = make()
  map.set(key, made)
  return made
}
