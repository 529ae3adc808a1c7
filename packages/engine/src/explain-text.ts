import type { ExplainedPolicy, ExplainedRule, Explanation } from './explain.ts'
import { type ExplainedCondition, type ExplainedPart, partsMissing } from './explain-condition.ts'
import type { Lack, NearestRule } from './nearest.ts'

/** An explanation for people: the decision, what each rule came to, and what was nearest. */
export function explanationText(explanation: Explanation): string {
  const policies = explanation.policies.filter(({ rules }) => rules.length > 0)
  const sections = [
    headline(explanation),
    ...(policies.length > 0 ? policies.map(policyText) : [nothingMatched(explanation)]),
    ...(explanation.nearest ? [nearestText(explanation.nearest)] : []),
  ]
  return `${sections.join('\n\n')}\n`
}

function headline({ action, effect, resource, principal, generation }: Explanation): string {
  const verdict = effect === 'EFFECT_ALLOW' ? 'ALLOW' : 'DENY'
  const who = `${principal.id} (roles: ${principal.roles.join(', ')})`
  return `${verdict}  ${action} on ${resource.kind}/${resource.id} for ${who}  generation ${generation}`
}

function nothingMatched({ matchedPolicy, action }: Explanation): string {
  return matchedPolicy === 'NO_MATCH'
    ? '  No policy is in charge of this resource.'
    : `  No rule is for the action \`${action}\`.`
}

function policyText({ policy, scope, rules, needsConsent }: ExplainedPolicy): string {
  const consent = needsConsent ? ', allows need the consent of the parent scope' : ''
  const lines = rules.flatMap((rule) => ruleLines(rule, nameWidth(rules)))
  return [`  ${policy}, ${scope ? `scope ${scope}` : 'no scope'}${consent}`, ...lines].join('\n')
}

function nameWidth(rules: readonly ExplainedRule[]): number {
  return Math.max(...rules.map(({ name }) => name.length))
}

function ruleLines(rule: ExplainedRule, width: number): readonly string[] {
  const place = `line ${rule.location.line}`.padEnd(9)
  const prefix = `  ${mark(rule)} ${rule.name.padEnd(width)}  ${place} `
  const [first = '', ...details] = reasonLines(rule)
  const indent = ' '.repeat(prefix.length)
  return [prefix + first, ...details.map((line) => `${indent}  ${line}`)]
}

function mark({ outcome, effect }: ExplainedRule): string {
  if (outcome !== 'applies') return '·'
  return effect === 'EFFECT_ALLOW' ? '✓' : '✗'
}

function reasonLines({ outcome, effect, roles, derivedRoles, condition }: ExplainedRule): string[] {
  switch (outcome) {
    case 'applies': {
      const verb = effect === 'EFFECT_ALLOW' ? 'allows' : 'denies'
      return condition ? [`${verb}: ${conditionText(condition)}`, ...valueLines(condition)] : [verb]
    }
    case 'role-not-held': {
      const wanted =
        roles.length > 0 ? roles : derivedRoles.flatMap(({ parentRoles }) => parentRoles)
      return [`role ${list(wanted.map(({ role }) => role))} not held`]
    }
    case 'derived-role-not-held':
      return derivedRoles
        .filter(({ parentRoles }) => parentRoles.some(({ held }) => held))
        .flatMap((derived) => [
          `derived role \`${derived.role}\` not held${derived.condition ? `: ${conditionText(derived.condition)}` : ''}`,
          ...(derived.condition ? missingLines(derived.condition) : []),
        ])
    case 'condition-not-met':
    case 'condition-failed':
      return condition ? [conditionText(condition), ...missingLines(condition)] : []
  }
}

function conditionText(condition: ExplainedCondition): string {
  if (condition.kind === 'expr') return condition.part.text
  return `${condition.kind} of ${condition.of.length} conditions`
}

function valueLines(condition: ExplainedCondition): string[] {
  if (condition.kind === 'expr') return [partLine(condition.part)]
  return condition.of.flatMap((part) => (part.met ? valueLines(part) : []))
}

function missingLines(condition: ExplainedCondition): string[] {
  return partsMissing(condition).map(partLine)
}

function partLine(part: ExplainedPart): string {
  const { text, withValues, value, error } = part
  const shown = withValues === text || text.length + withValues.length > 150 ? text : withValues
  return error === undefined
    ? `${shown}  →  ${JSON.stringify(value)}`
    : `${text}  →  error: ${error}`
}

function nearestText({ name, lacks }: NearestRule): string {
  return `  Nearest: \`${name}\` needs only ${lacks.map(lackText).join(', and ')}.`
}

function lackText(lack: Lack): string {
  switch (lack.kind) {
    case 'role':
      return `the role ${list(lack.roles)}`
    case 'condition':
      return `\`${lack.part.text}\` to be ${lack.part.value === true ? 'false' : 'true'}`
    case 'denied-by':
      return `\`${lack.name}\` not to deny`
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' or ')
}
