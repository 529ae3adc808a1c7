import { isCelError } from '@lockstitch/cel'
import type { LinkedPolicy } from '@lockstitch/policy'

import { holds } from './conditions.ts'
import { findDerivedRoles, type HeldDerivedRoles, holdsForRule } from './derived-roles.ts'
import {
  collectErrors,
  collectOutputs,
  type Instant,
  NO_DERIVED_ROLES,
  useVariables,
} from './evaluation.ts'
import { emitOutput } from './outputs.ts'
import type { ActionDecision, CheckInput, CheckOutput } from './request.ts'
import { NO_MATCH, type Path, type Step } from './routes.ts'
import type { Row } from './rows.ts'
import type { RuleTable } from './rule-table.ts'
import type { Settings } from './settings.ts'
import { pathsOf, prepareWalk, type Side, type Walk } from './walk.ts'

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
  return outputOf(decideInput(table, input, settings, now, trail))
}

/** An input and a decision for each of its actions. */
export interface Decided {
  readonly input: CheckInput
  readonly walk: Walk
  readonly decisions: readonly ActionDecision[]
}

/** Decides and leaves it to the caller what to tell of it. */
export function decideInput(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail: Set<LinkedPolicy> | undefined,
): Decided {
  const walk = prepareWalk(table, input, settings, now, trail)
  return { input, walk, decisions: input.actions.map((action) => decide(walk, action).decision) }
}

/** All that was decided about an input. */
export function outputOf({ input, walk, decisions }: Decided): CheckOutput {
  const { resource, requestId } = input
  const actions = new Map<string, ActionDecision>()
  for (let index = 0; index < decisions.length; index++) {
    // A decision an action.
    actions.set(input.actions[index] as string, decisions[index] as ActionDecision)
  }
  const output: CheckOutput = {
    resource: { kind: resource.kind, id: resource.id },
    actions,
    effectiveDerivedRoles: effectiveDerivedRoles(walk),
    outputs: collectOutputs(walk.evaluation),
    validationErrors: walk.validationErrors,
    evaluationErrors: collectErrors(walk.evaluation),
    generation: walk.table.generation,
  }
  return requestId === undefined ? output : { ...output, requestId }
}

/** The decision for one action, and the rule that it rests on if there is one. */
export function decide(walk: Walk, action: string): Answer {
  const { sides } = walk
  if (walk.rejected) return denial(sides.at(-1)?.key ?? NO_MATCH)
  let policy = NO_MATCH
  for (const side of sides) {
    policy = side.key
    let denied: Answer | undefined
    for (const path of pathsOf(walk, side, action)) {
      const reply = follow(walk, side, path, action)
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

/** Asks the scopes of a path one after the other. */
function follow(walk: Walk, side: Side, path: Path, action: string): Answer | undefined {
  for (const { step, rows } of path) {
    const held = enterScope(walk, side, step)
    let allowedBy: Row | undefined
    for (const row of rows) {
      walk.trail?.add(row.policy)
      const applies = evaluateRow(walk, held, row, action)
      if (applies === false) continue
      if (isCelError(applies)) {
        const decision = { ...step.denied, matchedPolicy: row.policy.key }
        return { decision, final: true, row }
      }
      if (row.effect === 'EFFECT_DENY') {
        const ofRolePolicy = row.policy.kind === 'role'
        const decision = ofRolePolicy
          ? { ...step.denied, matchedPolicy: row.policy.key }
          : step.denied
        return { decision, final: false, row }
      }
      // An ALLOW does not end the scope: a DENY after it wins, and each row may have an output.
      if (row.effect === 'EFFECT_ALLOW') allowedBy ??= row
    }
    if (allowedBy && !step.needsConsent) {
      return { decision: step.allowed, final: true, row: allowedBy }
    }
  }
  return undefined
}

/** Whether a row's conditions hold. An error is an answer in strict evaluation only. */
function evaluateRow(
  { evaluation }: Walk,
  held: HeldDerivedRoles | undefined,
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
export function enterScope(walk: Walk, { kind }: Side, step: Step): HeldDerivedRoles | undefined {
  const { table, evaluation } = walk
  // In Cerbos principal policies and derived roles read what was there before.
  if (table.compat !== 'cerbos') evaluation.activation.runtime = NO_DERIVED_ROLES
  if (kind === 'principal') return undefined
  const held = walk.held[step.index] ?? findHeld(walk, step)
  evaluation.activation.runtime = held.runtime
  return held
}

function findHeld(
  { evaluation, resource, outcomes, held }: Walk,
  { index }: Step,
): HeldDerivedRoles {
  const found = findDerivedRoles(evaluation, resource.candidates[index], outcomes)
  held[index] = found
  return found
}

function effectiveDerivedRoles({ held }: Walk): readonly string[] {
  let names: readonly string[] | undefined
  for (const inScope of held) {
    if (!inScope || inScope.names.length === 0) continue
    names = names === undefined ? inScope.names : union(names, inScope.names)
  }
  return names ?? NO_NAMES
}

function union(names: readonly string[], others: readonly string[]): readonly string[] {
  const further = others.filter((name) => !names.includes(name))
  return further.length > 0 ? [...names, ...further] : names
}

const NO_NAMES: readonly string[] = Object.freeze([])
