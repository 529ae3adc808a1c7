import type {
  ExplainedCondition,
  ExplainedDerivedRole,
  ExplainedPart,
  ExplainedRule,
  Explanation,
} from '@lockstitch/engine'
import type { LinkedPolicy, LinkedPolicySet, SourceLocation } from '@lockstitch/policy'

/** What tests reach of a policy set. */
export interface CoverageReport {
  /** Sorted by file and line. Derived roles count as rules: they hold or do not. */
  readonly rules: readonly RuleCoverage[]
  readonly rulesCovered: number
  /** Two for each part of each condition: true and false. */
  readonly outcomes: number
  readonly outcomesCovered: number
}

/** A rule or a derived role, and what became of it in the tests. */
export interface RuleCoverage {
  readonly kind: 'rule' | 'derived-role'
  readonly name: string
  /** `resource.document.vdefault/acme`; empty for a derived role. */
  readonly policy: string
  readonly location: SourceLocation
  /** In how many tests it was for the principal and the action. */
  readonly reached: number
  /** In how many of them its condition held: it took effect. */
  readonly applied: number
  readonly conditions: readonly ConditionCoverage[]
}

/** A part of a condition that is true or false, and how often it came out which way. */
export interface ConditionCoverage {
  readonly text: string
  readonly location: SourceLocation
  readonly true: number
  readonly false: number
  readonly error: number
}

/** Collects what tests reach; give it to `runTests` as `coverage`. */
export interface Coverage {
  add(explanation: Explanation): void
  report(): CoverageReport
}

/** Starts to collect: every rule of the policies is there, reached by no test so far. */
export function createCoverage({ policies }: LinkedPolicySet): Coverage {
  const rules = new Map<string, MutableRule>()
  for (const policy of policies) for (const rule of rulesOf(policy)) rules.set(keyOf(rule), rule)
  return {
    add(explanation) {
      for (const { rules: explained } of explanation.policies) {
        for (const rule of explained) addRule(rules, rule)
      }
    },
    report: () => reportOf([...rules.values()]),
  }
}

interface MutableRule extends Omit<RuleCoverage, 'reached' | 'applied' | 'conditions'> {
  reached: number
  applied: number
  readonly parts: Map<string, MutableCondition>
}

type MutableCondition = { -readonly [Key in keyof ConditionCoverage]: ConditionCoverage[Key] }

type Identity = Pick<RuleCoverage, 'kind' | 'name' | 'policy' | 'location'>

/**
 * The rules that can take effect. A rule of a role policy without a condition only lists actions,
 * which nothing but their absence tells.
 */
function rulesOf(policy: LinkedPolicy): readonly MutableRule[] {
  const all: readonly { readonly name: string; readonly location: SourceLocation }[] =
    policy.kind === 'role' ? policy.rules.filter(({ condition }) => condition) : policy.rules
  const rules = all.map(({ name, location }) => {
    return untouched({ kind: 'rule', name, policy: policy.key, location })
  })
  if (policy.kind !== 'resource') return rules
  const roles = [...policy.derivedRoles.values()].map(({ name, location }) => {
    return untouched({ kind: 'derived-role', name, policy: '', location })
  })
  return [...rules, ...roles]
}

function untouched(identity: Identity): MutableRule {
  return { ...identity, reached: 0, applied: 0, parts: new Map() }
}

function keyOf({ kind, policy, location: { file, line, column } }: Identity): string {
  return `${kind} ${policy} ${file}:${line}:${column}`
}

function addRule(rules: ReadonlyMap<string, MutableRule>, explained: ExplainedRule): void {
  for (const role of explained.derivedRoles) addDerivedRole(rules, role)
  const rule = rules.get(keyOf({ kind: 'rule', ...explained }))
  const { outcome, condition } = explained
  if (rule === undefined || outcome === 'role-not-held' || outcome === 'derived-role-not-held')
    return
  rule.reached += 1
  if (outcome === 'applies') rule.applied += 1
  if (condition) addCondition(rule, condition)
}

function addDerivedRole(
  rules: ReadonlyMap<string, MutableRule>,
  { role, held, parentRoles, location, condition }: ExplainedDerivedRole,
): void {
  const rule = rules.get(keyOf({ kind: 'derived-role', name: role, policy: '', location }))
  if (rule === undefined || !parentRoles.some((parent) => parent.held)) return
  rule.reached += 1
  if (held) rule.applied += 1
  if (condition) addCondition(rule, condition)
}

function addCondition(rule: MutableRule, condition: ExplainedCondition): void {
  if (condition.kind !== 'expr') {
    for (const part of condition.of) addCondition(rule, part)
    return
  }
  addPart(rule, condition.part, condition.location, true)
}

/** The whole expression, and what it is made of as far as that is true or false itself. */
function addPart(
  rule: MutableRule,
  part: ExplainedPart,
  location: SourceLocation,
  isWhole: boolean,
): void {
  const outcome = part.error === undefined ? part.value : 'error'
  if (outcome !== true && outcome !== false && !(outcome === 'error' && isWhole)) return
  const key = `${location.line}:${location.column} ${part.text}`
  const counts = rule.parts.get(key) ?? {
    text: part.text,
    location,
    true: 0,
    false: 0,
    error: 0,
  }
  rule.parts.set(key, counts)
  counts[`${outcome}`] += 1
  for (const inner of part.parts) addPart(rule, inner, location, false)
}

function reportOf(all: readonly MutableRule[]): CoverageReport {
  const rules = all
    .map(({ parts, ...rule }): RuleCoverage => ({ ...rule, conditions: [...parts.values()] }))
    .sort((a, b) => comparePlaces(a.location, b.location))
  const conditions = rules.flatMap((rule) => rule.conditions)
  const seen = conditions.map((each) => Number(each.true > 0) + Number(each.false > 0))
  return {
    rules,
    rulesCovered: rules.filter(isCovered).length,
    outcomes: conditions.length * 2,
    outcomesCovered: seen.reduce((sum, count) => sum + count, 0),
  }
}

function comparePlaces(a: SourceLocation, b: SourceLocation): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}

/** Whether a rule took effect in at least one test. */
export function isCovered({ applied }: RuleCoverage): boolean {
  return applied > 0
}

/** The least that tests have to cover, in percent. */
export interface CoverageThreshold {
  readonly rules?: number | undefined
  readonly conditions?: number | undefined
}

/** What falls short of a threshold, in words; empty when nothing does. */
export function belowThreshold(
  report: CoverageReport,
  { rules = 0, conditions = 0 }: CoverageThreshold,
): readonly string[] {
  const { rulesCovered, outcomesCovered, outcomes } = report
  const check = (what: string, covered: number, of: number, least: number): readonly string[] => {
    const reached = percent(covered, of)
    return reached >= least
      ? []
      : [`${what}: ${reached.toFixed(1)} %, expected at least ${least} %`]
  }
  return [
    ...check('rules covered', rulesCovered, report.rules.length, rules),
    ...check('outcomes of conditions covered', outcomesCovered, outcomes, conditions),
  ]
}

/** Of nothing everything is covered. */
export function percent(covered: number, of: number): number {
  return of === 0 ? 100 : (covered / of) * 100
}
