import type { Expr } from '@lockstitch/cel'

import { findAllRows } from '../find-rows.ts'
import { findPaths } from '../route-cache.ts'
import type { Path, RoleRoute, Side, Stop } from '../routes.ts'
import type { Row } from '../rows.ts'
import type { RuleTable } from '../rule-table.ts'
import {
  type ConditionContext,
  cerbosCondition,
  type Definitions,
  StrictError,
} from './cerbos-condition.ts'
import {
  add,
  boolNode,
  call,
  chain,
  constantOf,
  exprOf,
  invert,
  list,
  type Node,
  operandOf,
  text,
} from './cerbos-node.ts'
import { DENIED, filterOf } from './filter.ts'
import { normalise } from './normalise.ts'
import type { ActionPlan } from './plan-input.ts'
import type { PlanRoute } from './plan-route.ts'

/**
 * The plan for one action as Cerbos makes it. It goes through the rules as a decision does, with what
 * is left of their conditions, and says where all roles are denied what one of them is denied.
 */
export function cerbosPlan(
  table: RuleTable,
  route: PlanRoute,
  action: string,
  context: ConditionContext,
): ActionPlan {
  const planning: Planning = { table, action, context, lists: new Map(), matchedScope: '' }
  try {
    return planOf(planning, route)
  } catch (error) {
    if (!(error instanceof StrictError)) throw error
    return { filter: DENIED, matchedScope: planning.matchedScope, isMatched: true }
  }
}

/** What is kept while an action is planned. */
interface Planning {
  readonly table: RuleTable
  readonly action: string
  readonly context: ConditionContext
  /** By the step: what stands for `runtime.effectiveDerivedRoles` there. */
  readonly lists: Map<number, () => Expr>
  matchedScope: string
}

function planOf(planning: Planning, { resource, principal }: PlanRoute): ActionPlan {
  let root: Node | undefined
  let isAllowed = false
  for (const side of [resource, principal]) {
    if (side === undefined) continue
    const { allow, deny } = planSide(planning, side)
    if (allow !== undefined) {
      isAllowed = true
      root = root === undefined ? allow : add('or', allow, root)
    }
    if (deny !== undefined) root = add('and', invert(deny), root)
  }
  const { matchedScope } = planning
  const isMatched = root !== undefined
  if (root === undefined || !isAllowed) return { filter: DENIED, matchedScope, isMatched }
  return { filter: filterOf(normalise(operandOf(root))), matchedScope, isMatched }
}

interface Nodes {
  readonly allow: Node | undefined
  readonly deny: Node | undefined
}

function planSide(planning: Planning, side: Side): Nodes {
  let allow: Node | undefined
  let deny: Node | undefined
  for (const [index, path] of findPaths(planning.table, side, planning.action).entries()) {
    const roles = side.kind === 'resource' ? (side.roles[index] ?? []) : []
    const role = planPath(planning, side, path, roles)
    if (constantOf(role.allow) === true && role.deny === undefined && !role.isNarrowed) {
      return { allow: role.allow, deny: undefined }
    }
    allow = add('or', allow, role.allow)
    deny = add('or', deny, role.deny)
  }
  return { allow, deny }
}

/** What a role is allowed and denied; a role policy may narrow what it is allowed. */
function planPath(
  planning: Planning,
  side: Side,
  path: Path,
  roles: readonly string[],
): Nodes & { readonly isNarrowed: boolean } {
  let allow: Node | undefined
  let deny: Node | undefined
  let narrow: Node | undefined
  let isPending = false
  let childAllow: Node | undefined
  for (let stop = path; stop !== undefined; stop = stop.next) {
    if (constantOf(childAllow) === true) break
    const scope = planStop(planning, side, stop, roles)
    const scopeDeny = behind(childAllow, scope.deny)
    const scopeNarrow = behind(childAllow, scope.narrow)
    deny = add('or', deny, scopeDeny)
    narrow = add('or', narrow, scopeNarrow)
    if (scope.allow !== undefined) {
      allow = add(isPending ? 'and' : 'or', allow, scope.allow)
      isPending = stop.needsConsent
    }
    const { scope: name } = stop.step
    if (stop.needsConsent || !planning.table.ruledScopes.has(name)) continue
    const isMatched = scope.allow ?? scopeDeny ?? scopeNarrow
    if (isMatched !== undefined) planning.matchedScope = name
    childAllow = add('or', childAllow, scope.allow)
  }
  if (isPending) allow = undefined
  // A denial whatever the resource is does not reach other roles.
  if (constantOf(deny) === true || constantOf(narrow) === true) {
    return { allow: boolNode(false), deny: undefined, isNarrowed: false }
  }
  const isNarrowed = narrow !== undefined
  if (narrow !== undefined && allow !== undefined) allow = add('and', allow, invert(narrow))
  return { allow, deny, isNarrowed }
}

/** A denial that counts only where no scope before has allowed. */
function behind(childAllow: Node | undefined, deny: Node | undefined): Node | undefined {
  if (deny === undefined || childAllow === undefined) return deny
  return constantOf(deny) === true ? invert(childAllow) : add('and', invert(childAllow), deny)
}

interface ScopeNodes extends Nodes {
  readonly narrow: Node | undefined
}

function planStop(
  planning: Planning,
  side: Side,
  stop: Stop,
  roles: readonly string[],
): ScopeNodes {
  const derivedRoles = derivedRolesIn(planning, side, stop)
  let allow: Node | undefined
  let deny: Node | undefined
  let narrow: Node | undefined
  for (const row of rowsAt(planning, stop, roles)) {
    const node = planRow(planning, row, derivedRoles)
    if (row.effect === 'EFFECT_ALLOW') allow = add('or', allow, node)
    if (row.effect !== 'EFFECT_DENY' || constantOf(node) === false) continue
    if (row.policy.kind === 'role') narrow = add('or', narrow, node)
    else deny = add('or', deny, node)
  }
  return { allow, deny, narrow }
}

/** A rule that several of its patterns are about is there once for each, which may repeat what it says. */
function rowsAt(
  { action }: Planning,
  { rows, step }: Stop,
  roles: readonly string[],
): readonly Row[] {
  const { resource } = step
  if (resource === undefined) return rows
  const ofRolePolicies = rows.filter(({ policy }) => policy.kind === 'role')
  return [...ofRolePolicies, ...findAllRows(resource.rows, action, roles)]
}

function planRow(
  { context }: Planning,
  { condition, derivedRole, variables }: Row,
  derivedRoles: () => Expr,
): Node {
  const node = cerbosCondition(condition, { variables, derivedRoles }, context)
  const held = derivedRole?.role
  if (held?.condition === undefined) return node
  const definitions: Definitions = { variables: held.variables, derivedRoles }
  const heldNode = cerbosCondition(held.condition, definitions, context)
  return condition === undefined ? heldNode : { kind: 'and', nodes: [node, heldNode] }
}

/** The list of derived roles in a scope: those that depend on the resource are in it if they are held. */
function derivedRolesIn(planning: Planning, side: Side, stop: Stop): () => Expr {
  if (side.kind === 'principal') return noDerivedRoles
  const known = planning.lists.get(stop.index)
  if (known !== undefined) return known
  const found = findDerivedRoles(planning.context, side, stop)
  planning.lists.set(stop.index, found)
  return found
}

function findDerivedRoles(context: ConditionContext, side: RoleRoute, { index }: Stop): () => Expr {
  const roles = (side.candidates[index]?.candidates ?? []).map(({ slot }) => slot.role)
  const held: { readonly name: string; readonly node: Node }[] = []
  let failure: StrictError | undefined
  for (const { name, condition, variables } of roles) {
    try {
      const definitions = { variables, derivedRoles: noDerivedRoles }
      held.push({ name, node: cerbosCondition(condition, definitions, context) })
    } catch (error) {
      if (!(error instanceof StrictError)) throw error
      failure = error
    }
  }
  if (held.length === 0 && failure === undefined) return noDerivedRoles
  // Their errors are told in any case, the list is wanted by few.
  return () => {
    if (failure !== undefined) throw failure
    return listOf(held)
  }
}

function listOf(held: readonly { readonly name: string; readonly node: Node }[]): Expr {
  const sorted = held.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const terms = sorted.map(({ name, node }) =>
    call('_?_:_', [exprOf(node), list([text(name)]), list([])]),
  )
  return chain('_+_', terms)
}

const noDerivedRoles = (): Expr => list([])
