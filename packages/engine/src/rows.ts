import type {
  Effect,
  LinkedCondition,
  LinkedDerivedRole,
  LinkedOutput,
  LinkedPolicy,
  LinkedPrincipalPolicy,
  LinkedPrincipalRule,
  LinkedResourcePolicy,
  LinkedResourceRule,
  LinkedRolePolicy,
  LinkedRoleRule,
  Matches,
  VariableSet,
} from '@lockstitch/policy'
import { matchesAll } from '@lockstitch/policy'

/** One rule for one action pattern and one role, ready to be evaluated. */
export interface Row {
  /** Absent in a row that only has outputs. */
  readonly effect: Effect | undefined
  readonly condition: LinkedCondition | undefined
  /** The derived role that the row is for; its condition must hold too. */
  readonly derivedRole: DerivedRoleSlot | undefined
  readonly output: LinkedOutput | undefined
  /** `resource.document.vdefault#rule-001`: the source that outputs name. */
  readonly src: string
  readonly policy: LinkedPolicy
  /** What the condition and the output read as `V` and `C`: those of the policy. */
  readonly variables: VariableSet
  /** Absent for what a role policy does not list. */
  readonly rule: AnyRule | undefined
  readonly action: Pattern
  readonly role: Pattern
}

/** A literal name or a wildcard. */
export interface Pattern {
  readonly text: string
  readonly matches: Matches
}

/** A derived role of a resource policy, and its place in the list of those. */
export interface DerivedRoleSlot {
  readonly index: number
  readonly role: LinkedDerivedRole
  readonly anyRole: boolean
  /** Its condition reads `runtime`, which is empty for the list and is the list for the rules. */
  readonly readsRuntime: boolean
}

/** Compiles a pattern of a rule; one that is not valid never matches. */
export type CompilePattern = (text: string) => Pattern

/** What every role and every action is for a row that does not ask. */
const ANYTHING: Pattern = { text: '*', matches: matchesAll }

/** A rule of a resource policy: a row for each action and role, derived roles by their parents. */
export function resourceRows(
  policy: LinkedResourcePolicy,
  rule: LinkedResourceRule,
  slots: ReadonlyMap<string, DerivedRoleSlot>,
  pattern: CompilePattern,
): Row[] {
  const decided = underScopePermissions(policy, rule)
  const { output } = rule
  const rows: Row[] = []
  for (const actionText of rule.actions) {
    const action = pattern(actionText)
    const addRow = (roleText: string, derivedRole: DerivedRoleSlot | undefined): void => {
      const role = pattern(roleText)
      rows.push(createRow(policy, rule, { ...decided, output, action, role, derivedRole }))
    }
    for (const role of rule.roles) addRow(role, undefined)
    for (const { name } of rule.derivedRoles) {
      const slot = slots.get(name)
      for (const parent of slot?.role.parentRoles ?? []) addRow(parent, slot)
    }
  }
  return rows
}

/** A rule of a principal policy; whoever the principal is, the policy was found by the id. */
export function principalRow(
  policy: LinkedPrincipalPolicy,
  rule: LinkedPrincipalRule,
  pattern: CompilePattern,
): Row {
  const action = pattern(rule.action)
  const decided = underScopePermissions(policy, rule)
  return createRow(policy, rule, { ...decided, output: rule.output, action })
}

/**
 * A rule of a role policy as what it does to a decision: it never allows, it denies where its
 * condition is not met. `undefined` when it does nothing.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/role_policies
 */
export function roleRow(policy: LinkedRolePolicy, rule: LinkedRoleRule): Row | undefined {
  if (!rule.condition) return rule.output && createRow(policy, rule, { output: rule.output })
  const output = rule.output && {
    ...(rule.output.conditionNotMet && { ruleActivated: rule.output.conditionNotMet }),
    ...(rule.output.ruleActivated && { conditionNotMet: rule.output.ruleActivated }),
  }
  return createRow(policy, rule, { effect: 'EFFECT_DENY', condition: not(rule.condition), output })
}

/** The denial of a kind or an action that a role policy does not list. */
export function implicitDenyRow(policy: LinkedRolePolicy): Row {
  return createRow(policy, undefined, { effect: 'EFFECT_DENY' })
}

type AnyRule = LinkedResourceRule | LinkedPrincipalRule | LinkedRoleRule

/** What differs from a row without effect for every action and role. */
interface RowParts {
  readonly effect?: Effect | undefined
  readonly condition?: LinkedCondition | undefined
  readonly derivedRole?: DerivedRoleSlot | undefined
  readonly output?: LinkedOutput | undefined
  readonly action?: Pattern
  readonly role?: Pattern
}

// One literal makes all rows, because reading them is fast when they all have the same shape.
function createRow(
  policy: LinkedPolicy,
  rule: AnyRule | undefined,
  { effect, condition, derivedRole, output, action = ANYTHING, role = ANYTHING }: RowParts,
): Row {
  return {
    effect,
    condition,
    derivedRole,
    output,
    src: `${policy.key}#${rule?.name ?? ''}`,
    policy,
    variables: policy.variables,
    rule,
    action,
    role,
  }
}

/**
 * Under REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS a conditional ALLOW is a DENY where its condition is
 * not met; the ALLOW itself must come from a parent scope. As in Cerbos the outputs stay as they
 * are, so `ruleActivated` tells that the denial applies.
 */
function underScopePermissions(
  policy: LinkedPolicy,
  rule: LinkedResourceRule | LinkedPrincipalRule,
): Pick<Row, 'effect' | 'condition'> {
  const { effect, condition } = rule
  const needsConsent = policy.scopePermissions === 'require-parental-consent-for-allows'
  return needsConsent && effect === 'EFFECT_ALLOW' && condition
    ? { effect: 'EFFECT_DENY', condition: not(condition) }
    : { effect, condition }
}

function not(condition: LinkedCondition): LinkedCondition {
  return { kind: 'none', of: [condition], location: condition.location }
}
