import type { Effect, SourceLocation } from '@lockstitch/policy'

import { decide, enterScope } from './check.ts'
import type { Instant } from './evaluation.ts'
import { type ExplainedCondition, explainCondition } from './explain-condition.ts'
import { findNearest, isFailure, type NearestRule } from './nearest.ts'
import type { ActionDecision, CheckInput, ValidationError } from './request.ts'
import { findPaths } from './route-cache.ts'
import type { Path, Side, Step } from './routes.ts'
import type { Row } from './rows.ts'
import type { RuleTable } from './rule-table.ts'
import { effectiveScope } from './scopes.ts'
import type { Settings } from './settings.ts'
import { prepareWalk, type Walk } from './walk.ts'

/** Why an action was allowed or denied. */
export interface Explanation extends ActionDecision {
  readonly action: string
  readonly principal: { readonly id: string; readonly roles: readonly string[] }
  /** With the version and the scope in which policies were looked for. */
  readonly resource: {
    readonly kind: string
    readonly id: string
    readonly policyVersion: string
    readonly scope: string
  }
  readonly generation: number
  /** What schemas found wrong with the attributes. */
  readonly validationErrors: readonly ValidationError[]
  /** Every action is denied for these errors, whatever the rules say. */
  readonly rejected: boolean
  /** The policies that were asked, in that order. */
  readonly policies: readonly ExplainedPolicy[]
  /** For a denial: the rule that would have allowed with the least change. */
  readonly nearest?: NearestRule
}

/** A policy and its rules for the action. */
export interface ExplainedPolicy {
  /** `resource.document.vdefault/acme`. */
  readonly policy: string
  readonly scope: string
  /** An ALLOW of this scope needs one of its parents'. */
  readonly needsConsent: boolean
  readonly rules: readonly ExplainedRule[]
}

/** A rule for the action and what came of it. */
export interface ExplainedRule {
  readonly name: string
  readonly policy: string
  readonly location: SourceLocation
  /** What the rule does where it applies. */
  readonly effect: Effect
  readonly outcome: RuleOutcome
  /** The decision rests on this rule. */
  readonly decided: boolean
  readonly roles: readonly ExplainedRole[]
  readonly derivedRoles: readonly ExplainedDerivedRole[]
  readonly condition?: ExplainedCondition
  /**
   * The rule denies where its condition is *not* met: it is one of a role policy, or an ALLOW that
   * needs its parents' consent.
   */
  readonly isReversed: boolean
  /** No rule, but what stands for all that a role policy does not list. */
  readonly isUnlisted: boolean
}

/** `condition-failed` is a denial of its own: it is there in strict evaluation only. */
export type RuleOutcome =
  | 'applies'
  | 'role-not-held'
  | 'derived-role-not-held'
  | 'condition-not-met'
  | 'condition-failed'

/** A role that a rule is for. */
export interface ExplainedRole {
  readonly role: string
  readonly held: boolean
}

/** A derived role that a rule is for. */
export interface ExplainedDerivedRole {
  readonly role: string
  readonly held: boolean
  readonly parentRoles: readonly ExplainedRole[]
  readonly location: SourceLocation
  readonly condition?: ExplainedCondition
}

/**
 * Explains the decision for one action. The effect is `check`'s own: this only looks again at the
 * rules that it had to do with, all of them and not just those up to the decision.
 */
export function explain(
  table: RuleTable,
  input: CheckInput,
  action: string,
  settings: Settings,
  now: Instant,
): Explanation {
  const { decision, stop, index } = decide(prepareWalk(table, input, settings, now), action)
  const decidedBy = stop?.rows[index]
  const walk = prepareWalk(table, input, settings, now)
  const policies = sidesOf(walk).flatMap((side) =>
    side.steps.flatMap((step) => explainStep(walk, side, step, action, decidedBy)),
  )
  const { principal, resource } = input
  const { validationErrors, rejected } = walk
  const isDenied = decision.effect === 'EFFECT_DENY' && !rejected
  const nearest = isDenied ? findNearest(policies) : undefined
  return {
    action,
    ...decision,
    principal: { id: principal.id, roles: principal.roles },
    resource: {
      kind: resource.kind,
      id: resource.id,
      policyVersion: walk.resource.names.version,
      scope: effectiveScope(resource.scope, settings.defaultScope),
    },
    generation: table.generation,
    validationErrors,
    rejected,
    policies,
    ...(nearest && { nearest }),
  }
}

/** Whose policies are asked, in this order. */
function sidesOf({ principal, resource, isServed }: Walk): readonly Side[] {
  if (!isServed) return []
  return principal ? [principal, resource] : [resource]
}

/** The policies of one scope. Role policies are shown only where they deny. */
function explainStep(
  walk: Walk,
  side: Side,
  step: Step,
  action: string,
  decidedBy: Row | undefined,
): readonly ExplainedPolicy[] {
  if (side.kind === 'resource') {
    enterScope(walk, side, step.index)
  }
  const rowsForRoles = findPaths(walk.table, side, action).flatMap((path) => rowsOn(path, step))
  const ofRolePolicies = rowsForRoles.filter(({ policy }) => policy.kind === 'role')
  const others = step.resource
    ? step.resource.rows.filter((row) => row.action.matches(action))
    : rowsForRoles.filter(({ policy }) => policy.kind === 'principal')

  const policies = new Map<string, ExplainedRule[]>()
  for (const rows of groupByRule([...ofRolePolicies, ...others])) {
    const rule = explainRule(walk, rows, decidedBy)
    policies.set(rule.policy, [...(policies.get(rule.policy) ?? []), rule])
  }
  const own = (step.principal ?? step.resource)?.policy
  if (own && !policies.has(own.key)) policies.set(own.key, [])
  const { scope, needsConsent } = step
  return [...policies].map(([policy, rules]) => ({ policy, scope, needsConsent, rules }))
}

function rowsOn(path: Path, step: Step): readonly Row[] {
  let stop = path
  while (stop && stop.step !== step) stop = stop.next
  return stop?.rows ?? []
}

function explainRule(walk: Walk, rows: RowGroup, decidedBy: Row | undefined): ExplainedRule {
  const [{ rule, policy, effect, condition: effective }] = rows
  const withoutDerived = rows.filter(({ derivedRole }) => !derivedRole)
  const roles =
    policy.kind === 'role' ? [{ role: policy.role, held: true }] : rolesOf(walk, withoutDerived)
  const derivedRoles = derivedRolesOf(walk, rows)
  const condition =
    rule?.condition && explainCondition(walk.evaluation, rule.condition, policy.variables)
  // What a role policy lists allows nothing by itself.
  const isListed = policy.kind === 'role' && rule !== undefined
  const isReversed = isListed || effective !== rule?.condition
  return {
    // Rules of role policies may have no name.
    name: rule?.name || `${rule ? '' : 'not '}listed for ${roles[0]?.role}`,
    policy: policy.key,
    location: rule?.location ?? policy.location,
    effect: effect ?? 'EFFECT_DENY',
    outcome: outcomeOf(roles, derivedRoles, condition, isReversed),
    decided: decidedBy !== undefined && isSameRow(rows, decidedBy),
    roles,
    derivedRoles,
    ...(condition && { condition }),
    isReversed,
    isUnlisted: rule === undefined,
  }
}

function outcomeOf(
  roles: readonly ExplainedRole[],
  derivedRoles: readonly ExplainedDerivedRole[],
  condition: ExplainedCondition | undefined,
  isReversed: boolean,
): RuleOutcome {
  // One derived role that fails denies, even if another one is held.
  if (derivedRoles.some(isFailure)) return 'condition-failed'
  if (![...roles, ...derivedRoles].some(({ held }) => held)) {
    const onlyConditionFails = derivedRoles.some(({ parentRoles }) => anyHeld(parentRoles))
    return onlyConditionFails ? 'derived-role-not-held' : 'role-not-held'
  }
  if (condition?.failed) return 'condition-failed'
  const met = condition?.met ?? true
  return met !== isReversed ? 'applies' : 'condition-not-met'
}

function rolesOf(walk: Walk, rows: readonly Row[]): readonly ExplainedRole[] {
  return uniqueBy(rows, ({ role }) => role.text).map(({ role }) => ({
    role: role.text,
    held: walk.resource.allRoles.some(role.matches),
  }))
}

function derivedRolesOf(walk: Walk, rows: RowGroup): readonly ExplainedDerivedRole[] {
  const slots = uniqueBy(rows, ({ derivedRole }) => derivedRole?.index)
  return slots.flatMap(({ derivedRole }) => {
    if (!derivedRole) return []
    const { name, condition, variables, location } = derivedRole.role
    const forRole = rows.filter((row) => row.derivedRole === derivedRole)
    const parentRoles = rolesOf(walk, forRole)
    const explained = condition && explainCondition(walk.evaluation, condition, variables)
    const held = anyHeld(parentRoles) && (explained?.met ?? true)
    return { role: name, held, parentRoles, location, ...(explained && { condition: explained }) }
  })
}

function anyHeld(roles: readonly ExplainedRole[]): boolean {
  return roles.some(({ held }) => held)
}

/** At least one row: what one rule became. */
type RowGroup = readonly [Row, ...Row[]]

function groupByRule(rows: readonly Row[]): readonly RowGroup[] {
  const groups = new Map<object, [Row, ...Row[]]>()
  for (const row of rows) {
    const key = row.rule ?? row.policy
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

function isSameRow([{ rule, policy }]: RowGroup, other: Row): boolean {
  return rule === other.rule && policy === other.policy
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => unknown): readonly T[] {
  const seen = new Set<unknown>()
  return items.filter((item) => {
    const key = keyOf(item)
    return seen.has(key) ? false : seen.add(key)
  })
}
