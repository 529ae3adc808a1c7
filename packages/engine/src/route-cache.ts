import { sanitiseName } from '@lockstitch/policy'

import { getOrAdd } from './roles.ts'
import {
  createPaths,
  createRoleRoute,
  createRoleTree,
  createRoute,
  type Path,
  type ResourceRoute,
  type RoleRoute,
  type RoleTree,
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
  /** How much more may be kept. */
  left: number
  readonly mostKept: number
}

type RouteIndex = Map<string, Map<string, Map<string, ResourceRoute>>>

/** Requests may name any roles and any actions, so that there must be a limit. */
const MOST_KEPT = 50_000

export function createRouteCache(mostKept: number = MOST_KEPT): RouteCache {
  return {
    exact: new Map(),
    inherited: new Map(),
    sharing: new Sharing(),
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
    countKept(routeCache)
    return createRoute(table, names, chain)
  })
}

/** What principals with certain roles meet on a route. */
export function findRoleRoute(
  table: RuleTable,
  route: ResourceRoute,
  roles: readonly string[],
): RoleRoute {
  let tree = route.forRoles
  for (let index = 0; index < roles.length; index += 1) {
    const role = roles[index] as string // The index is within the list.
    tree = tree.longer.get(role) ?? addRole(table, tree, role)
  }
  if (tree.route) return tree.route
  tree.route = createRoleRoute(table, route, roles)
  return tree.route
}

function addRole({ routeCache }: RuleTable, tree: RoleTree, role: string): RoleTree {
  countKept(routeCache)
  const longer = createRoleTree()
  tree.longer.set(role, longer)
  return longer
}

/** The rules for an action: a path for each role. */
export function findPaths(table: RuleTable, route: RoleRoute, action: string): readonly Path[] {
  const known = route.paths.get(action)
  if (known) return known
  countKept(table.routeCache)
  const paths = createPaths(table, route, action)
  route.paths.set(action, paths)
  return paths
}

/** Forgets everything when it is too much. */
function countKept(cache: RouteCache): void {
  cache.left -= 1
  if (cache.left > 0) return
  cache.exact = new Map()
  cache.inherited = new Map()
  cache.sharing = new Sharing()
  cache.left = cache.mostKept
}
