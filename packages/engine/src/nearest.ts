import type { SourceLocation } from '@lockstitch/policy'

import type {
  ExplainedDerivedRole,
  ExplainedPolicy,
  ExplainedRole,
  ExplainedRule,
} from './explain.ts'
import { type ExplainedPart, partsMissing } from './explain-condition.ts'

/** A rule that did not allow, and all that it lacked. */
export interface NearestRule {
  readonly name: string
  readonly policy: string
  readonly location: SourceLocation
  readonly lacks: readonly Lack[]
}

/** One thing that would have to be different. */
export type Lack =
  /** One of these roles would do. */
  | { readonly kind: 'role'; readonly roles: readonly string[] }
  /** A part of a condition; of the derived role's, if one is named. */
  | { readonly kind: 'condition'; readonly part: ExplainedPart; readonly derivedRole?: string }
  /** A rule that denies: as it is meant to, because it failed, or for want of one in a role policy. */
  | {
      readonly kind: 'denied-by'
      readonly how: 'denies' | 'fails' | 'unlisted'
      readonly name: string
      readonly policy: string
    }

/** The ALLOW rule with the fewest things missing; one whose role is held is nearer than any other. */
export function findNearest(policies: readonly ExplainedPolicy[]): NearestRule | undefined {
  let nearest: { readonly rule: NearestRule; readonly cost: number } | undefined
  const denials: ExplainedRule[] = []
  for (const { rules, needsConsent } of policies) {
    denials.push(...rules.filter(isApplyingDenial))
    if (needsConsent) continue
    for (const rule of rules) {
      if (rule.effect !== 'EFFECT_ALLOW') continue
      const { name, policy, location } = rule
      const lacks = lacksOf(rule, denials)
      const cost = lacks.reduce((sum, lack) => sum + COSTS[lack.kind], 0)
      if (!nearest || cost < nearest.cost) {
        nearest = { rule: { name, policy, location, lacks }, cost }
      }
    }
  }
  return nearest?.rule
}

/** Who somebody is changes less often than what a request is about. */
const COSTS: Readonly<Record<Lack['kind'], number>> = {
  condition: 1,
  'denied-by': 1.001,
  role: 1000,
}

/** A condition fails in strict evaluation alone, where an ALLOW that fails denies like any DENY. */
function isApplyingDenial({ effect, outcome }: ExplainedRule): boolean {
  return outcome === 'condition-failed' || (effect === 'EFFECT_DENY' && outcome === 'applies')
}

function lacksOf(rule: ExplainedRule, denials: readonly ExplainedRule[]): readonly Lack[] {
  const role = roleLacks(rule)
  const condition = rule.condition ? partsMissing(rule.condition) : []
  const missingRoles = role.flatMap((lack) => (lack.kind === 'role' ? lack.roles : []))
  const inTheWay = denials.filter((denial) => denial !== rule && concerns(denial, missingRoles))
  return [
    ...role,
    ...condition.map((part): Lack => ({ kind: 'condition', part })),
    ...inTheWay.flatMap(denialLacks),
  ]
}

/** What would have to be different for a rule not to deny. */
function denialLacks(rule: ExplainedRule): readonly Lack[] {
  const { name, policy, condition, isReversed, isUnlisted, outcome } = rule
  if (isReversed && condition) {
    return partsMissing(condition).map((part) => ({ kind: 'condition', part }))
  }
  const how = isUnlisted ? 'unlisted' : outcome === 'condition-failed' ? 'fails' : 'denies'
  return [{ kind: 'denied-by', how, name, policy }]
}

/** Each role is asked by itself: a denial of the roles held says nothing about another one. */
function concerns({ roles, policy }: ExplainedRule, missingRoles: readonly string[]): boolean {
  if (missingRoles.length === 0 || policy.startsWith('principal.')) return true
  return roles.some(({ role }) => role === '*' || missingRoles.includes(role))
}

function roleLacks({ roles, derivedRoles }: ExplainedRule): readonly Lack[] {
  // One that fails denies, whatever other role is held.
  const failing = derivedRoles.filter(isFailure)
  if (failing.length > 0) return failing.flatMap(derivedRoleLacks)
  if ([...roles, ...derivedRoles].some(({ held }) => held)) return []
  const ways = derivedRoles.map(derivedRoleLacks)
  if (roles.length > 0) ways.push([{ kind: 'role', roles: names(roles) }])
  return ways.reduce((a, b) => (b.length < a.length ? b : a), ways[0] ?? [])
}

function derivedRoleLacks({ role, parentRoles, condition }: ExplainedDerivedRole): Lack[] {
  const lacks: Lack[] = []
  if (!parentRoles.some(({ held }) => held)) lacks.push({ kind: 'role', roles: names(parentRoles) })
  for (const part of condition ? partsMissing(condition) : []) {
    lacks.push({ kind: 'condition', part, derivedRole: role })
  }
  return lacks
}

function names(roles: readonly ExplainedRole[]): readonly string[] {
  return roles.map(({ role }) => role)
}

/** The derived role would be held but for an error, which denies in strict evaluation. */
export function isFailure({ parentRoles, condition }: ExplainedDerivedRole): boolean {
  return condition?.failed === true && parentRoles.some(({ held }) => held)
}
