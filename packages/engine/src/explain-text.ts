import { type ExplainedPolicy, type ExplainedRule, type Explanation, isFailure } from './explain.ts'
import {
  type ExplainedCondition,
  type ExplainedPart,
  partsMet,
  partsMissing,
} from './explain-condition.ts'
import type { Lack, NearestRule } from './nearest.ts'

/** An explanation for people: the decision, what each rule came to, and what was nearest. */
export function explanationText(explanation: Explanation): string {
  const policies = explanation.policies.filter(({ rules }) => rules.length > 0)
  const sections = [
    headline(explanation),
    ...validationText(explanation),
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

function validationText({ validationErrors, rejected }: Explanation): readonly string[] {
  if (validationErrors.length === 0) return []
  const lines = validationErrors.map(({ source, path, message }) => {
    const whose = source === 'SOURCE_PRINCIPAL' ? 'principal' : 'resource'
    return `  ✗ ${whose}${path && ` ${path}`}: ${message}`
  })
  const verdict = rejected ? 'which denies every action' : 'which is only reported'
  return [[`  Attributes are not what the schemas say, ${verdict}:`, ...lines].join('\n')]
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
  return [prefix + first, ...details.map((line) => indent + line)]
}

/** What helps, what does not, and a DENY that does not apply, which does no harm. */
function mark({ outcome, effect }: ExplainedRule): string {
  const isAllow = effect === 'EFFECT_ALLOW'
  if (outcome === 'applies') return isAllow ? '✓' : '✗'
  return isAllow || outcome === 'condition-failed' ? '✗' : '·'
}

function reasonLines(rule: ExplainedRule): string[] {
  const { outcome, roles, derivedRoles, condition } = rule
  switch (outcome) {
    case 'applies': {
      const verb = rule.effect === 'EFFECT_ALLOW' ? 'allows' : 'denies'
      if (!condition) return [verb]
      return partLines(verb, rule.isReversed ? partsMissing(condition) : partsMet(condition))
    }
    case 'role-not-held': {
      const parents = derivedRoles.flatMap(({ parentRoles }) => parentRoles)
      return [`role ${list([...roles, ...parents].map(({ role }) => role))} not held`]
    }
    case 'derived-role-not-held':
      return derivedRoles
        .filter(({ parentRoles }) => parentRoles.some(({ held }) => held))
        .flatMap((derived) =>
          partLines(`derived role \`${derived.role}\` not held`, missing(derived.condition)),
        )
    case 'condition-not-met':
      return partLines('', missing(condition))
    case 'condition-failed': {
      const failed = derivedRoles.find(isFailure)
      return failed
        ? partLines(
            `derived role \`${failed.role}\` failed, which denies`,
            missing(failed.condition),
          )
        : partLines('the condition failed, which denies', missing(condition))
    }
  }
}

function missing(condition: ExplainedCondition | undefined): readonly ExplainedPart[] {
  return condition ? partsMissing(condition) : []
}

/** Two lines for each part, as it is written and as it came out; the first follows the reason. */
function partLines(reason: string, parts: readonly ExplainedPart[]): string[] {
  const [first, ...others] = parts
  if (!first) return [reason || 'its condition is not met']
  return [
    reason ? `${reason}:  ${first.text}` : first.text,
    `  ${valueText(first)}`,
    ...others.flatMap((part) => [part.text, `  ${valueText(part)}`]),
  ]
}

function valueText({ text, withValues, value, error }: ExplainedPart): string {
  if (error !== undefined) return `→  error: ${error}`
  const result = `→  ${JSON.stringify(value)}`
  return withValues === text ? result : `${withValues}  ${result}`
}

function nearestText({ name, lacks }: NearestRule): string {
  return `  Nearest: \`${name}\` needs only ${lacks.map(lackText).join(', and ')}.`
}

function lackText(lack: Lack): string {
  switch (lack.kind) {
    case 'role':
      return `the role ${list(lack.roles)}`
    case 'condition':
      return partText(lack.part)
    case 'denied-by':
      return `\`${lack.name}\` not to deny`
  }
}

const IS_PRINCIPAL = / == (?:P|request\.principal)\.id$|^(?:P|request\.principal)\.id == /

function partText({ text, value }: ExplainedPart): string {
  if (value === true) return `\`${text}\` to be false`
  const other = text.replace(IS_PRINCIPAL, '')
  const isComparison = other !== text && !/[=&|?<>]/.test(other)
  return isComparison ? `\`${other}\` to be this principal` : `\`${text}\` to be true`
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' or ')
}
