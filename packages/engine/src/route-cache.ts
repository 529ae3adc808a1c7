import { sanitiseName } from '@lockstitch/policy'

import { getOrAdd } from './roles.ts'
import {
  type ActionPaths,
  createPaths,
  createPrincipalSide,
  createRoleList,
  createRoleRoute,
  createRoute,
  firstWithRules,
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

type RouteIndex = Map<string, KindRoutes>

/** The routes of a kind. */
interface KindRoutes {
  /** The first few, a list: shorter to go through than maps are to look up. */
  near: ResourceRoute | undefined
  /** How many more may be in it. */
  left: number
  /** By version and scope. */
  readonly others: Map<string, Map<string, ResourceRoute>>
}

/** How long lists of what is near are at most. */
const NEAR = 8

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
  return (
    lookUp(table.routeCache.exact.get(kind), version, scope) ??
    findOtherRoute(table, kind, version, scope, lenient)
  )
}

function lookUp(
  routes: KindRoutes | undefined,
  version: string,
  scope: string,
): ResourceRoute | undefined {
  if (!routes) return undefined
  for (let near = routes.near; near; near = near.next) {
    if (near.nearest === scope && near.version === version) return near
  }
  return routes.others.get(version)?.get(scope)
}

function keep(routes: KindRoutes, route: ResourceRoute): void {
  const { version, nearest } = route
  if (routes.left > 0) {
    routes.left -= 1
    route.next = routes.near
    routes.near = route
  } else {
    getOrAdd(routes.others, version, () => new Map<string, ResourceRoute>()).set(nearest, route)
  }
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
  const versions = resourcePolicies.get(writtenKind)
  const kind = versions ? writtenKind : sanitiseName(writtenKind)
  const index = nearest === scope ? 'exact' : 'inherited'
  const names = { kind, writtenKind, version, scope: nearest === scope ? scope : undefined }
  if (nearest === undefined || !versions?.has(version)) return createRoute(table, names, chain)
  const known = lookUp(routeCache[index].get(kind), version, nearest)
  if (known) return known
  countKept(routeCache, chain.length)
  const route = createRoute(table, names, chain)
  keep(getOrAdd(routeCache[index], kind, createKindRoutes), route)
  return route
}

function createKindRoutes(): KindRoutes {
  return { near: undefined, left: NEAR, others: new Map() }
}

/** What principals with certain roles meet on a route. */
export function findRoleRoute(
  table: RuleTable,
  route: ResourceRoute,
  roles: readonly string[],
  list: RoleList | undefined = findRoleList(table.routeCache, roles),
): RoleRoute {
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
  return findActionPaths(table, side, action).paths
}

/** The same with what is asked for first at hand. */
export function findActionPaths(table: RuleTable, side: Side, action: string): ActionPaths {
  const { near } = side
  for (let each = near; each; each = each.next) if (each.action === action) return each
  const known = side.otherPaths.get(action)
  if (known) return known
  const paths =
    side.kind === 'resource' ? createPaths(table, side, action) : [principalPath(side, action)]
  const deciding = paths.flatMap((path) => firstWithRules(path) ?? [])
  const made = {
    action,
    next: near,
    first: paths[0],
    firstDeciding: deciding[0],
    isOnly: paths.length < 2,
    paths,
    deciding,
    place: 1 + (near?.place ?? 0),
  }
  if (action.length > LONGEST_NAME) return made
  countKept(table.routeCache, sizeOf(paths))
  if (made.place <= NEAR) side.near = made
  else side.otherPaths.set(action, made)
  return made
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
  if (cache.left <= 0) Object.assign(cache, createRouteCache(cache.mostKept))
}
