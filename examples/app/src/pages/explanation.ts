import type {
  ExplainedCondition,
  ExplainedDerivedRole,
  ExplainedPart,
  ExplainedRule,
  Explanation,
} from '@lockstitch/engine'

import { type Html, html } from '../html.ts'

/** The view of what a guard passes on as the explanation, where the decider gave one. */
export function explained(explanation: unknown): Html | undefined {
  const isOfEngine =
    typeof explanation === 'object' && explanation !== null && 'policies' in explanation
  // Guards pass on what the engine's `explain` returned; other deciders explain nothing.
  return isOfEngine ? explanationView(explanation as Explanation) : undefined
}

/** Why a decision came out as it did: each rule for the action, and what kept it from applying. */
function explanationView(explanation: Explanation): Html {
  const { effect, action, resource, principal, generation, policies } = explanation
  // A rule that denies and does not apply has no part in the decision.
  const rules = policies
    .flatMap((policy) => policy.rules)
    .filter((rule) => rule.effect === 'EFFECT_ALLOW' || rule.outcome === 'applies')
  const verdict = effect === 'EFFECT_ALLOW' ? 'allowed' : 'denied'
  return html`<div class="explanation">
<p><span class="badge ${verdict}">${verdict}</span> <code>${action}</code> on <code>${resource.kind}/${shorten(resource.id)}</code>
for <code>${shorten(principal.id)}</code> with ${tellingRoles(principal.roles).join(', ')}<span class="meta"> · policies of generation ${generation}</span></p>
${
  rules.length === 0
    ? html`<p>No rule is about this action, so it is denied.</p>`
    : html`<ul class="rules">${rules.map(ruleItem)}</ul>`
}
${nearestNote(explanation)}
</div>`
}

function ruleItem(rule: ExplainedRule): Html {
  const applies = rule.outcome === 'applies'
  const { file, line } = rule.location
  return html`<li${rule.decided && html` class="decided"`}><p><span class="mark" aria-hidden="true">${applies ? '✓' : '✗'}</span>
<strong>${rule.name}</strong> <span>${ruleEffect(rule)}</span>
<span class="meta">${file}:${line}</span></p>
${reasons(rule)}</li>`
}

function ruleEffect({ effect, outcome, decided }: ExplainedRule): string {
  if (outcome !== 'applies') return 'would allow'
  return `${effect === 'EFFECT_DENY' ? 'denies' : 'allows'}${decided ? ', and decided' : ''}`
}

function reasons(rule: ExplainedRule): readonly Html[] {
  switch (rule.outcome) {
    case 'applies':
      return rule.condition === undefined ? [] : leaves(rule.condition).map(partLine)
    case 'role-not-held':
    case 'derived-role-not-held':
      return [...roleLines(rule), ...rule.derivedRoles.map(derivedRoleLine)]
    case 'condition-not-met':
    case 'condition-failed':
      return rule.condition === undefined ? [] : unmet(rule.condition).map(partLine)
  }
}

function roleLines({ roles }: ExplainedRule): readonly Html[] {
  if (roles.length === 0) return []
  return [html`<p>needs the role ${either(roles.map(({ role }) => role))}</p>`]
}

function derivedRoleLine({ role, parentRoles, condition }: ExplainedDerivedRole): Html {
  const hasParent = parentRoles.some(({ held }) => held)
  if (!hasParent)
    return html`<p>derived role <code>${role}</code> needs the role ${either(parentRoles.map((parent) => parent.role))}</p>`
  return html`<p>derived role <code>${role}</code> not held:</p>${condition && unmet(condition).map(partLine)}`
}

function partLine({ text, withValues, value, error }: ExplainedPart): Html {
  const result = error ?? JSON.stringify(value)
  return html`<p class="part"><code>${text}</code><br><code>${shorten(withValues)} → ${result}</code></p>`
}

function nearestNote({ nearest }: Explanation): Html | undefined {
  if (nearest === undefined) return undefined
  return html`<p class="nearest">Nearest: <strong>${nearest.name}</strong> needs only ${nearest.lacks.map(
    (lack, index) => html`${index > 0 && ' and '}${lackText(lack)}`,
  )}</p>`
}

function lackText(lack: NearestLack): Html {
  switch (lack.kind) {
    case 'role':
      return html`the role ${either(lack.roles)}`
    case 'condition':
      return html`<code>${lack.part.text}</code>`
    case 'denied-by':
      return lack.how === 'unlisted'
        ? html`to be listed in <strong>${lack.policy}</strong>`
        : html`<strong>${lack.name}</strong> not to deny it`
  }
}

type NearestLack = NonNullable<Explanation['nearest']>['lacks'][number]

/** The parts that keep a condition from being met. */
function unmet(condition: ExplainedCondition): readonly ExplainedPart[] {
  if (condition.met) return []
  if (condition.kind === 'expr') return condition.missing
  if (condition.kind !== 'none') return condition.of.flatMap(unmet)
  return condition.of.filter(({ met }) => met).flatMap(leaves)
}

function leaves(condition: ExplainedCondition): readonly ExplainedPart[] {
  return condition.kind === 'expr' ? [condition.part] : condition.of.flatMap(leaves)
}

function either(names: readonly string[]): Html {
  return html`${names.map((name, index) => html`${index > 0 && ' or '}<code>${name}</code>`)}`
}

/** The roles that say something: every member has `stytch_member`. */
export function tellingRoles(roles: readonly string[]): readonly string[] {
  const telling = roles.filter((role) => role !== 'stytch_member')
  return telling.length === 0 ? roles : telling
}

// Ids are long; their ends tell them apart.
export function shorten(text: string): string {
  return text.replace(/\b(organization|member)-test-[0-9a-f-]{30,}([0-9a-f]{4})\b/g, '$1-…$2')
}
