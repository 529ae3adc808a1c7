import { findPaths } from '../route-cache.ts'
import type { Path, RoleRoute, Side, Stop } from '../routes.ts'
import type { RowTest } from '../row-tests.ts'
import type { RuleTable } from '../rule-table.ts'
import {
  type DerivedRoles,
  type ExactContext,
  exactCondition,
  NO_ROLES,
} from './exact-condition.ts'
import { derivedRolesOf } from './exact-derived-roles.ts'
import { DENIED, filterOf } from './filter.ts'
import {
  ALWAYS,
  bothInTurn,
  decided,
  every,
  NEVER,
  simplified,
  some,
  type Verdict,
} from './formula.ts'
import { asBool, type PlanOperand } from './operand.ts'
import type { ActionPlan } from './plan-input.ts'
import type { PlanRoute } from './plan-route.ts'

/**
 * The plan for one action that keeps exactly what `check` allows. It is `check` written down: for each
 * scope, role and sort of policy it says where the walk allows, where it denies and where it goes on.
 * What remains is the walk that ended in an error, which allows nothing.
 */
export function exactPlan(
  table: RuleTable,
  { isAsked, resource, principal }: PlanRoute,
  action: string,
  context: ExactContext,
): ActionPlan {
  if (!isAsked) return { filter: DENIED, matchedScope: '', isMatched: false }
  const planning: Planning = { table, action, context, lists: new Map(), matched: undefined }
  const own = principal === undefined ? UNDECIDED : planSide(planning, principal)
  const open = asBool(own.none) === false
  const rules = open ? UNDECIDED : planSide(planning, resource)
  const condition = some(own.allow, every(own.none, rules.allow))
  const { matched } = planning
  return {
    filter: filterOf(simplified(condition)),
    matchedScope: matched?.scope ?? '',
    isMatched: matched !== undefined,
  }
}

interface Planning {
  readonly table: RuleTable
  readonly action: string
  readonly context: ExactContext
  /** By the step: what its rules read as `runtime`. */
  readonly lists: Map<number, DerivedRoles>
  /** The last scope that had a rule. */
  matched: { readonly scope: string } | undefined
}

/** Where a part of the walk ends so; each of them is true, or something else is the case. */
interface Ends {
  readonly allow: PlanOperand
  readonly deny: PlanOperand
  /** It goes on to what is asked next. */
  readonly none: PlanOperand
  /** Whether it always ends in one of these, and never in an error. */
  readonly isTotal: boolean
}

const UNDECIDED: Ends = { allow: NEVER, deny: NEVER, none: ALWAYS, isTotal: true }

/** The first role that is allowed decides, and no role is asked after an error. */
function planSide(planning: Planning, side: Side): Ends {
  const paths = findPaths(planning.table, side, planning.action)
  const roles = paths.map((path) => planPath(planning, side, path))
  return roles.reduceRight(
    (rest, role) => ({
      // Without errors the next role is asked wherever this one is not allowed.
      allow: role.isTotal
        ? some(role.allow, rest.allow)
        : some(role.allow, every(some(role.deny, role.none), rest.allow)),
      // A denial of one role is one where no other allows.
      deny: some(every(role.deny, some(rest.deny, rest.none)), every(role.none, rest.deny)),
      none: every(role.none, rest.none),
      isTotal: role.isTotal && rest.isTotal,
    }),
    UNDECIDED,
  )
}

function planPath(planning: Planning, side: Side, path: Path): Ends {
  if (path === undefined) return UNDECIDED
  const stop = planStop(planning, side, path)
  const rest = asBool(stop.none) === false ? UNDECIDED : planPath(planning, side, path.next)
  return {
    allow: some(stop.allow, every(stop.none, rest.allow)),
    deny: some(stop.deny, every(stop.none, rest.deny)),
    none: every(stop.none, rest.none),
    isTotal: stop.isTotal && rest.isTotal,
  }
}

/** The rules of a scope are looked at one by one: a DENY that holds ends it, as an error does. */
function planStop(planning: Planning, side: Side, stop: Stop): Ends {
  const rules = stop.tests.flatMap((test, index) => {
    return test.effect === undefined ? [] : [planRule(planning, side, stop, test, index)]
  })
  if (rules.length > 0) planning.matched = { scope: stop.step.scope }
  let before = ALWAYS
  let deny = NEVER
  for (const { effect, verdict } of rules) {
    const isDeny = effect === 'EFFECT_DENY'
    if (isDeny) deny = some(deny, every(before, verdict.met))
    before = every(before, isDeny ? verdict.unmet : decided(verdict))
  }
  const allows = rules.filter(({ effect }) => effect === 'EFFECT_ALLOW')
  const [only] = allows
  const denials = rules.filter(({ effect }) => effect === 'EFFECT_DENY')
  const notDenied = every(...denials.map(({ verdict }) => verdict.unmet))
  const isTotal = rules.every(({ verdict }) => verdict.isTotal)
  if (stop.needsConsent) return { allow: NEVER, deny, none: before, isTotal }
  const allow =
    allows.length === 1 && only !== undefined
      ? every(notDenied, only.verdict.met)
      : every(before, some(...allows.map(({ verdict }) => verdict.met)))
  return { allow, deny, none: every(...rules.map(({ verdict }) => verdict.unmet)), isTotal }
}

interface PlannedRule {
  readonly effect: RowTest['effect']
  readonly verdict: Verdict
}

function planRule(
  planning: Planning,
  side: Side,
  stop: Stop,
  { effect, condition, derivedRole }: RowTest,
  index: number,
): PlannedRule {
  const { context } = planning
  const row = stop.rows[index] as Stop['rows'][number] // There is a row for each test.
  const derivedRoles =
    side.kind === 'principal' ? NO_ROLES : (): DerivedRoles => rolesIn(planning, side, stop)
  const own = exactCondition(condition, { variables: row.variables, derivedRoles }, context)
  const role = derivedRole?.role
  if (role === undefined) return { effect, verdict: own }
  const held = exactCondition(role.condition, { variables: role.variables, derivedRoles }, context)
  return { effect, verdict: bothInTurn(held, own) }
}

function rolesIn(planning: Planning, side: RoleRoute, stop: Stop): DerivedRoles {
  const known = planning.lists.get(stop.index)
  if (known !== undefined) return known
  const found = derivedRolesOf(side, stop, planning.context)
  planning.lists.set(stop.index, found)
  return found
}
