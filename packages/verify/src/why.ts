import type { ExplainedPart, ExplainedRule, Explanation, Lack } from '@lockstitch/engine'
import { partsMet, partsMissing } from '@lockstitch/engine/table'

/**
 * Why a decision is what it is, in a line or a few: the rule that decided, or for a denial the one
 * that was nearest to allowing, with the parts of its condition that did it and their values.
 */
export function whyLines(explanation: Explanation): readonly string[] {
  const { rejected, validationErrors } = explanation
  if (rejected) {
    return validationErrors.map(({ source, path, message }) => {
      const whose = source === 'SOURCE_PRINCIPAL' ? 'principal' : 'resource'
      return `schema of the ${whose} violated: ${path} ${message}`
    })
  }
  const deciding = explanation.policies.flatMap(({ rules }) => rules).find(({ decided }) => decided)
  if (deciding !== undefined) return decidingLines(deciding)
  return nearestLines(explanation)
}

function decidingLines(rule: ExplainedRule): readonly string[] {
  const { name, location, effect, outcome, condition, isReversed, derivedRoles } = rule
  const place = `${name} (${location.file}:${location.line})`
  const verb = effect === 'EFFECT_ALLOW' && outcome === 'applies' ? 'allows' : 'denies'
  if (outcome === 'condition-failed') {
    const failed = [condition, ...derivedRoles.map((role) => role.condition)]
    const parts = failed.flatMap((each) => (each?.failed ? partsMissing(each) : []))
    return withParts(`${place} denies, because its condition failed`, parts)
  }
  const held = [...rule.roles, ...derivedRoles].filter((role) => role.held)
  const who = held.map(({ role }) => `\`${role}\``).join(', ')
  const parts = condition ? (isReversed ? partsMissing(condition) : partsMet(condition)) : []
  return withParts(who === '' ? `${place} ${verb}` : `${place} ${verb} ${who}`, parts)
}

function nearestLines({
  nearest,
  matchedPolicy,
  resource,
  action,
}: Explanation): readonly string[] {
  if (nearest !== undefined) {
    const { name, location, lacks } = nearest
    const place = `${name} (${location.file}:${location.line})`
    return lacks.flatMap((lack) => lackLines(place, lack))
  }
  if (matchedPolicy === 'NO_MATCH') {
    return [`no policy is in charge of \`${resource.kind}\``]
  }
  return [`no rule allows the action \`${action}\``]
}

function lackLines(place: string, lack: Lack): readonly string[] {
  switch (lack.kind) {
    case 'role':
      return [`${place}: needs the role ${lack.roles.map((role) => `\`${role}\``).join(' or ')}`]
    case 'condition':
      return [
        lack.derivedRole === undefined
          ? `${place}: ${partText(lack.part)}`
          : `${place}: derived role \`${lack.derivedRole}\`: ${partText(lack.part)}`,
      ]
    case 'denied-by':
      return [
        lack.how === 'unlisted'
          ? `${place}: \`${lack.policy}\` does not list it`
          : `${place}: \`${lack.name}\` ${lack.how === 'fails' ? 'fails, which denies' : 'denies'}`,
      ]
  }
}

function withParts(start: string, parts: readonly ExplainedPart[]): readonly string[] {
  const [first, ...others] = parts.map(partText)
  return [first === undefined ? start : `${start}: ${first}`, ...others.map((text) => `  ${text}`)]
}

function partText({ text, withValues, value, error }: ExplainedPart): string {
  const result = error === undefined ? JSON.stringify(value) : `error: ${error}`
  return withValues === text || error !== undefined
    ? `${text}   → ${result}`
    : `${text}   ${withValues} → ${result}`
}
