import { isCelError } from '@lockstitch/cel'
import type { Effect, LinkedPolicy } from '@lockstitch/policy'

import { holds } from './conditions.ts'
import { findDerivedRoles, holdsForRule } from './derived-roles.ts'
import { collectErrors, type Instant, NO_DERIVED_ROLES, useVariables } from './evaluation.ts'
import { emitOutput } from './outputs.ts'
import type { ActionDecision, CheckInput, CheckOutput } from './request.ts'
import type { Row } from './rows.ts'
import type { RuleTable } from './rule-table.ts'
import type { Settings } from './settings.ts'
import { NO_MATCH, prepareWalk, rowsAt, type Side, type Step, type Walk } from './walk.ts'

/**
 * Decides what a principal may do to a resource.
 *
 * For each action the principal policies are asked first; what they leave open, the resource
 * policies decide. Each is a walk from the requested scope up to the root, once for every role:
 *
 * - a DENY that applies ends the walk for its role, whatever ALLOW its scope has;
 * - an ALLOW ends it too, unless its scope needs the consent of its parents;
 * - the first role that is allowed decides, whatever other roles are denied;
 * - what nothing allows is denied.
 *
 * Where schemas reject the attributes, every action is denied before any of that. The policies whose
 * rules are looked at are added to `trail`.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/scoped_policies
 */
export function check(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail?: Set<LinkedPolicy>,
): CheckOutput {
  const walk = prepareWalk(table, input, settings, now, trail)
  const actions = new Map<string, ActionDecision>()
  for (const action of input.actions) actions.set(action, decide(walk, action).decision)
  const output: CheckOutput = {
    resource: { kind: input.resource.kind, id: input.resource.id },
    actions,
    effectiveDerivedRoles: effectiveDerivedRoles(walk),
    outputs: walk.evaluation.outputs,
    validationErrors: walk.validationErrors,
    evaluationErrors: collectErrors(walk.evaluation),
    generation: table.generation,
  }
  return input.requestId === undefined ? output : { ...output, requestId: input.requestId }
}

/** The decision for one action, and the rule that it rests on if there is one. */
export function decide(walk: Walk, action: string): Answer {
  if (walk.rejected) return denial(walk.sides.at(-1)?.key ?? NO_MATCH)
  let policy = NO_MATCH
  for (const side of walk.sides) {
    policy = side.key
    let denied: Answer | undefined
    for (const roles of side.roles) {
      const reply = ask(walk, side, roles, action)
      if (reply?.final) return reply
      denied ??= reply
    }
    if (denied) return denied
  }
  return denial(policy)
}

function denial(matchedPolicy: string): Answer {
  const decision = { effect: 'EFFECT_DENY', matchedPolicy, matchedScope: '' } as const
  return { decision, final: true, row: undefined }
}

/** What the rules say for one role. No other role changes a `final` answer. */
export interface Answer {
  readonly decision: ActionDecision
  readonly final: boolean
  readonly row: Row | undefined
}

function ask(walk: Walk, side: Side, roles: readonly string[], action: string): Answer | undefined {
  for (const step of side.steps) {
    enterScope(walk, side, step)
    let allowedBy: Row | undefined
    for (const row of rowsAt(walk, step, roles, action)) {
      walk.trail?.add(row.policy)
      const applies = evaluateRow(walk, step, row, action)
      if (isCelError(applies)) return answer('EFFECT_DENY', row.policy.key, step, row, true)
      if (!applies) continue
      if (row.effect === 'EFFECT_DENY') {
        const policy = row.policy.kind === 'role' ? row.policy.key : side.key
        return answer('EFFECT_DENY', policy, step, row, false)
      }
      // An ALLOW does not end the scope: a DENY after it wins, and each row may have an output.
      if (row.effect === 'EFFECT_ALLOW') allowedBy ??= row
    }
    if (allowedBy && !step.needsConsent) {
      return answer('EFFECT_ALLOW', side.key, step, allowedBy, true)
    }
  }
  return undefined
}

/** Whether a row's conditions hold. An error is an answer in strict evaluation only. */
function evaluateRow(
  { evaluation }: Walk,
  { held }: Step,
  row: Row,
  action: string,
): ReturnType<typeof holds> {
  // What a role policy does not list is denied without a look at its variables.
  if (row.rule === undefined) return true
  // Those of the rule come first even if its derived role is not held: their errors are reported.
  useVariables(evaluation, row.variables)
  if (row.derivedRole && held) {
    const derivedRoleHeld = holdsForRule(evaluation, row.derivedRole, held)
    if (derivedRoleHeld !== true) return derivedRoleHeld
    useVariables(evaluation, row.variables)
  }
  const met = row.condition === undefined || holds(evaluation, row.condition)
  if (row.output && !isCelError(met)) emitOutput(evaluation, row, action, met)
  return met
}

/** Makes the derived roles of a scope the ones that its rules read. */
export function enterScope(
  { table, evaluation, allRoles }: Walk,
  { kind }: Side,
  step: Step,
): void {
  // In Cerbos principal policies and derived roles read what was there before.
  if (table.compat !== 'cerbos') evaluation.activation.runtime = NO_DERIVED_ROLES
  if (kind === 'principal') return
  step.held ??= findDerivedRoles(evaluation, step.resource, allRoles)
  evaluation.activation.runtime = step.held.runtime
}

function effectiveDerivedRoles({ sides }: Walk): readonly string[] {
  let names: readonly string[] = []
  for (const { held } of sides.at(-1)?.steps ?? []) {
    if (held && held.names.length > 0) {
      names = names.length === 0 ? held.names : [...new Set([...names, ...held.names])]
    }
  }
  return names
}

function answer(
  effect: Effect,
  matchedPolicy: string,
  { scope }: Step,
  row: Row,
  final: boolean,
): Answer {
  return { decision: { effect, matchedPolicy, matchedScope: scope }, final, row }
}
