import type { ExplainedPolicy, ExplainedRule, Explanation } from './explain.ts'
import {
  type ExplainedCondition,
  type ExplainedPart,
  partsMet,
  partsMissing,
} from './explain-condition.ts'
import { isFailure, type Lack, type NearestRule } from './nearest.ts'

/** An explanation for people: the decision, what each rule came to, and what was nearest. */
export function explanationText(explanation: Explanation): string {
  const sections = [
    headline(explanation),
    ...validationText(explanation),
    // Where the attributes are rejected no rule was asked.
    ...(explanation.rejected ? [] : policiesText(explanation)),
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

function policiesText(explanation: Explanation): readonly string[] {
  const policies = partsOfDecision(explanation).filter(({ rules }) => rules.length > 0)
  return policies.length > 0 ? policies.map(policyText) : [nothingMatched(explanation)]
}

/** What is allowed is by the rules that say so, and for want of a denial. */
function partsOfDecision({ effect, policies }: Explanation): readonly ExplainedPolicy[] {
  if (effect === 'EFFECT_DENY') return policies
  const last = policies.findIndex(({ rules }) => rules.some(({ decided }) => decided))
  return policies.slice(0, last + 1).map(({ rules, ...policy }) => ({
    ...policy,
    rules: rules.filter((rule) => rule.outcome === 'applies' || rule.effect === 'EFFECT_DENY'),
  }))
}

function nothingMatched({ matchedPolicy, action, resource }: Explanation): string {
  if (matchedPolicy !== 'NO_MATCH') return `  No rule is for the action \`${action}\`.`
  const { kind, policyVersion, scope } = resource
  return `  No policy is for the kind \`${kind}\`, version \`${policyVersion}\`, ${scopeText(scope)}.`
}

function scopeText(scope: string): string {
  return scope ? `scope ${scope}` : 'no scope'
}

function policyText({ policy, scope, rules, needsConsent }: ExplainedPolicy): string {
  const consent = needsConsent ? ', allows need the consent of the parent scope' : ''
  const [file] = rules.map(({ location }) => location.file)
  const lines = rules.flatMap((rule) => ruleLines(rule, needsConsent, nameWidth(rules)))
  return [`  ${policy}, ${scopeText(scope)}${consent}  (${file})`, ...lines].join('\n')
}

function nameWidth(rules: readonly ExplainedRule[]): number {
  return Math.max(...rules.map(({ name }) => name.length))
}

function ruleLines(rule: ExplainedRule, needsConsent: boolean, width: number): readonly string[] {
  const place = `line ${rule.location.line}`.padEnd(9)
  const prefix = `  ${mark(rule)} ${rule.name.padEnd(width)}  ${place} `
  const [first = '', ...details] = reasonLines(rule, needsConsent)
  const indent = ' '.repeat(prefix.length)
  return [prefix + first, ...details.map((line) => indent + line)]
}

/** What helps, what does not, and a DENY that does not apply, which does no harm. */
function mark({ outcome, effect, isReversed }: ExplainedRule): string {
  const isAllow = effect === 'EFFECT_ALLOW'
  if (outcome === 'applies') return isAllow ? '✓' : '✗'
  if (outcome === 'condition-not-met' && isReversed) return '✓'
  return isAllow || outcome === 'condition-failed' ? '✗' : '·'
}

function reasonLines(rule: ExplainedRule, needsConsent: boolean): string[] {
  const { outcome, roles, derivedRoles, condition } = rule
  switch (outcome) {
    case 'applies':
      return appliesLines(rule, needsConsent)
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
    case 'condition-not-met': {
      if (!rule.isReversed) return partLines('', missing(condition))
      const verb = needsConsent ? 'allows if the parent scope does' : 'lists it'
      return partLines(verb, condition ? partsMet(condition) : [])
    }
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

function appliesLines(rule: ExplainedRule, needsConsent: boolean): string[] {
  const { effect, roles, derivedRoles, condition, isReversed, isUnlisted } = rule
  if (isUnlisted) return ['denies: the role may do only what its policy lists']
  if (isReversed) return partLines('its condition is not met, which denies', missing(condition))
  const verb = effect === 'EFFECT_ALLOW' ? 'allows' : 'denies'
  const held = roles.filter((role) => role.held).map(({ role }) => role)
  const derived = derivedRoles.filter((role) => role.held)
  const who = whoText(rule, [...held, ...derived.map(({ role }) => role)])
  const consent = needsConsent && effect === 'EFFECT_ALLOW' ? ' if the parent scope does' : ''
  // A role that is held needs no reason: one that is derived has its own.
  const reasons = held.length > 0 ? [] : derived.slice(0, 1).map((role) => role.condition)
  const parts = [...reasons, condition].flatMap((each) => (each ? partsMet(each) : []))
  return partLines(`${who ? `${verb} ${who}` : verb}${consent}`, parts)
}

/** A principal policy is for one principal, whatever the roles. */
function whoText({ policy }: ExplainedRule, held: readonly string[]): string {
  if (policy.startsWith('principal.')) return ''
  return held.includes('*') ? 'everyone' : list(held)
}

function missing(condition: ExplainedCondition | undefined): readonly ExplainedPart[] {
  return condition ? partsMissing(condition) : []
}

/** Each part as it is written and as it came out; the first follows the reason. */
function partLines(reason: string, parts: readonly ExplainedPart[]): string[] {
  const [first = [], ...others] = parts.map(partText)
  const [head] = first
  if (head === undefined) return [reason || 'its condition is not met']
  return [reason ? `${reason}:  ${head}` : head, ...first.slice(1), ...others.flat()]
}

/** On a line of its own is what the operands were. */
function partText({ text, withValues, value, error }: ExplainedPart): readonly string[] {
  if (error !== undefined) return [`${text}  →  error: ${error}`]
  const result = `→  ${JSON.stringify(value)}`
  return withValues === text ? [`${text}  ${result}`] : [text, `  ${withValues}  ${result}`]
}

function nearestText({ name, lacks }: NearestRule): string {
  const denials = lacks.filter((lack) => lack.kind === 'denied-by')
  if (denials.length === lacks.length) {
    return `  Nearest: \`${name}\` would allow it if ${inWords(denials.map(wishText))}.`
  }
  const only = lacks.length === 1 ? 'only ' : ''
  return `  Nearest: \`${name}\` needs ${only}${inWords(lacks.map(lackText))}.`
}

function wishText({ how, name, policy }: Extract<Lack, { readonly kind: 'denied-by' }>): string {
  switch (how) {
    case 'denies':
      return `\`${name}\` did not deny`
    case 'fails':
      return `the condition of \`${name}\` did not fail`
    case 'unlisted':
      return `\`${policy}\` listed it`
  }
}

function lackText(lack: Lack): string {
  switch (lack.kind) {
    case 'role':
      return `the role ${list(lack.roles)}`
    case 'condition':
      return missingPartText(lack.part)
    case 'denied-by':
      return lack.how === 'unlisted'
        ? `to be listed in \`${lack.policy}\``
        : `\`${lack.name}\` not to ${lack.how === 'fails' ? 'fail' : 'deny'}`
  }
}

const IS_PRINCIPAL = / == (?:P|request\.principal)\.id$|^(?:P|request\.principal)\.id == /

function missingPartText(part: ExplainedPart): string {
  const { text, value } = part
  if (value === true) return `\`${text}\` to be false`
  const absent = missingAttribute(part)
  if (absent !== undefined) return `\`${text}\` to be true (\`${absent}\` is not given)`
  const other = text.replace(IS_PRINCIPAL, '')
  const isComparison = other !== text && !/[=&|?<>]/.test(other)
  return isComparison ? `\`${other}\` to be this principal` : `\`${text}\` to be true`
}

/** The attribute for want of which a part failed. */
function missingAttribute({ text, error, parts }: ExplainedPart): string | undefined {
  if (!error?.startsWith('no such key: ')) return undefined
  const failed = parts.find((part) => part.error === error)
  if (failed) return missingAttribute(failed)
  return /^[\w.]+$/.test(text) ? text : undefined
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' or ')
}

function inWords(items: readonly string[]): string {
  return new Intl.ListFormat('en').format(items)
}
