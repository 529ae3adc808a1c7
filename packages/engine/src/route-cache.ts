import { sanitiseName } from '@lockstitch/policy'

import { getOrAdd } from './roles.ts'
import {
  createPaths,
  createPrincipalSide,
  createRoleList,
  createRoleRoute,
  createRoute,
  type Path,
  type PrincipalSide,
  principalPath,
  type ResourceRoute,
  type RoleList,
  type RoleRoute,
  type Side,
} from './routes.ts'
import type { RuleTable } from './rule-table.ts'
import { scopeChain } from './scopes.ts'
import { Sharing } from './sharing.ts'

/**
 * The routes that have been found in a table. They say where to look, never what was decided, and
 * they are found again when they have been forgotten.
 */
export interface RouteCache {
  /** By kind, version and scope, of those that there are policies for. */
  exact: RouteIndex
  /** The routes of scopes that do not exist, by the nearest one that does. */
  inherited: RouteIndex
  /** What the rules of different policies have in common. */
  sharing: Sharing
  noRoles: RoleList
  /** How much more may be kept, counted in rules, scopes and roles that are held for an answer. */
  left: number
  readonly mostKept: number
}

type RouteIndex = Map<string, Map<string, Map<string, ResourceRoute>>>

/** Requests may name any roles and any actions, so that there must be a limit. */
const MOST_KEPT = 500_000

/** What is longer is found anew each time: lists of roles are kept with all their beginnings. */
const MOST_ROLES = 50
const LONGEST_NAME = 200

export function createRouteCache(mostKept: number = MOST_KEPT): RouteCache {
  return {
    exact: new Map(),
    inherited: new Map(),
    sharing: new Sharing(),
    noRoles: createRoleList([]),
    left: mostKept,
    mostKept,
  }
}

/** The route of a resource. */
export function findRoute(
  table: RuleTable,
  kind: string,
  version: string,
  scope: string,
  lenient: boolean,
): ResourceRoute {
  const { exact } = table.routeCache
  return (
    exact.get(kind)?.get(version)?.get(scope) ??
    findOtherRoute(table, kind, version, scope, lenient)
  )
}

function findOtherRoute(
  table: RuleTable,
  writtenKind: string,
  version: string,
  scope: string,
  lenient: boolean,
): ResourceRoute {
  const chain = scopeChain(scope, table.resourceChains, lenient)
  const [nearest] = chain
  const { resourcePolicies, routeCache } = table
  // The table is keyed by sanitised kinds: one that is in it needs no sanitising.
  const isInTable = resourcePolicies.has(writtenKind)
  const kind = isInTable ? writtenKind : sanitiseName(writtenKind)
  const isExact = nearest === scope
  const names = { kind, writtenKind, version, scope: isExact ? scope : undefined }
  const keeps = isInTable && nearest !== undefined && resourcePolicies.get(kind)?.has(version)
  if (!keeps) return createRoute(table, names, chain)
  const index = isExact ? routeCache.exact : routeCache.inherited
  const scopes = getOrAdd(
    getOrAdd(index, kind, () => new Map<string, Map<string, ResourceRoute>>()),
    version,
    () => new Map<string, ResourceRoute>(),
  )
  return getOrAdd(scopes, nearest, () => {
    countKept(routeCache, chain.length)
    return createRoute(table, names, chain)
  })
}

/** What principals with certain roles meet on a route. */
export function findRoleRoute(
  table: RuleTable,
  route: ResourceRoute,
  roles: readonly string[],
): RoleRoute {
  const list = findRoleList(table.routeCache, roles)
  if (!list) return createRoleRoute(table, route, createRoleList(roles))
  // Most routes are asked for by one sort of principal at a time.
  if (route.last?.list === list) return route.last
  const found = route.forRoles.get(list) ?? addRoleRoute(table, route, list)
  route.last = found
  return found
}

function addRoleRoute(table: RuleTable, route: ResourceRoute, list: RoleList): RoleRoute {
  countKept(table.routeCache, list.roles.length)
  const made = createRoleRoute(table, route, list)
  route.forRoles.set(list, made)
  return made
}

/**
 * Equal lists of roles are one object, which is faster to find other things by. Undefined for one
 * that is not to be kept.
 */
function findRoleList(cache: RouteCache, roles: readonly string[]): RoleList | undefined {
  if (roles.length > MOST_ROLES) return undefined
  let list = cache.noRoles
  for (let index = 0; index < roles.length; index += 1) {
    const role = roles[index] as string // The index is within the list.
    if (role.length > LONGEST_NAME) return undefined
    list = list.longer.get(role) ?? addRole(cache, list, role)
  }
  return list
}

function addRole(cache: RouteCache, list: RoleList, role: string): RoleList {
  countKept(cache, list.roles.length)
  const longer = createRoleList([...list.roles, role])
  list.longer.set(role, longer)
  return longer
}

/** The policies of a principal on a route, if it has any: kept for one version and chain of scopes. */
export function findPrincipalSide(
  table: RuleTable,
  route: ResourceRoute,
  id: string,
  version: string,
  chain: readonly string[],
): PrincipalSide | undefined {
  const known = route.principals.get(id)
  if (known && known.version === version && known.chain === chain) return known
  const side = createPrincipalSide(table, route, id, version, chain)
  if (!side) return undefined
  countKept(table.routeCache, chain.length)
  route.principals.set(id, side)
  return side
}

/** The rules for an action: a path for each role. */
export function findPaths(table: RuleTable, side: Side, action: string): readonly Path[] {
  const known = side.paths.get(action)
  if (known) return known
  const paths =
    side.kind === 'resource' ? createPaths(table, side, action) : [principalPath(side, action)]
  if (action.length > LONGEST_NAME) return paths
  countKept(table.routeCache, sizeOf(paths))
  side.paths.set(action, paths)
  return paths
}

function sizeOf(paths: readonly Path[]): number {
  let size = paths.length
  for (const path of paths)
    for (let stop = path; stop; stop = stop.next) size += 1 + stop.rows.length
  return size
}

/** Forgets everything when it is too much. */
function countKept(cache: RouteCache, size: number): void {
  cache.left -= 1 + size
  if (cache.left > 0) return
  cache.exact = new Map()
  cache.inherited = new Map()
  cache.sharing = new Sharing()
  cache.noRoles = createRoleList([])
  cache.left = cache.mostKept
}
