import { isCelError } from '@lockstitch/cel'
import type { Effect, LinkedPolicy } from '@lockstitch/policy'

import { holds } from './conditions.ts'
import {
  type CandidateRoles,
  findDerivedRoles,
  type HeldDerivedRoles,
  holdsByItself,
  holdsForRule,
} from './derived-roles.ts'
import {
  collectErrors,
  collectOutputs,
  type Instant,
  NO_DERIVED_ROLES,
  useVariables,
} from './evaluation.ts'
import { emitOutput } from './outputs.ts'
import type { ActionDecision, CheckInput, CheckOutput } from './request.ts'
import { findActionPaths } from './route-cache.ts'
import { NO_MATCH, type Path, type Side, type Stop } from './routes.ts'
import type { RowTest } from './row-tests.ts'
import type { Row } from './rows.ts'
import type { RuleTable } from './rule-table.ts'
import type { Settings } from './settings.ts'
import { prepareWalk, type Walk } from './walk.ts'

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

/** An input and an answer for each of its actions. */
export interface Decided {
  readonly input: CheckInput
  readonly walk: Walk
  readonly answers: readonly Answer[]
}

/** Decides and leaves it to the caller what to tell of it, if it is more than the decisions. */
export function decideInput(
  table: RuleTable,
  input: CheckInput,
  settings: Settings,
  now: Instant,
  trail: Set<LinkedPolicy> | undefined,
  decidesOnly = false,
  before?: Walk,
): Decided {
  const walk = prepareWalk(table, input, settings, now, trail, decidesOnly, before)
  const { actions } = input
  const answers = new Array<Answer>(actions.length)
  for (let index = 0; index < actions.length; index++) {
    answers[index] = decide(walk, actions[index] as string) // The index is within the list.
  }
  return { input, walk, answers }
}

/** All that was decided about an input. */
export function outputOf({ input, walk, answers }: Decided): CheckOutput {
  const { resource, requestId } = input
  const actions = new Map<string, ActionDecision>()
  for (let index = 0; index < answers.length; index++) {
    // An answer an action.
    actions.set(input.actions[index] as string, (answers[index] as Answer).decision)
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
  const { principal, resource } = walk
  if (!walk.isServed) return denial(NO_MATCH)
  if (walk.rejected) return denial(resource.key)
  const answer = principal && ask(walk, principal, action)
  return answer ?? ask(walk, resource, action) ?? denial(resource.key)
}

/** What the policies of a side say, if they say anything. */
function ask(walk: Walk, side: Side, action: string): Answer | undefined {
  const { decidesOnly } = walk
  const found = findActionPaths(walk.table, side, action)
  let denied = follow(walk, side, decidesOnly ? found.firstDeciding : found.first, action)
  if (found.isOnly || denied?.final) return denied
  const paths = decidesOnly ? found.deciding : found.paths
  for (let index = 1; index < paths.length; index++) {
    const reply = follow(walk, side, paths[index], action)
    if (reply?.final) return reply
    denied ??= reply
  }
  return denied
}

function denial(matchedPolicy: string): Answer {
  const decision = { effect: DENY, matchedPolicy, matchedScope: '' } as const
  return createAnswer(DENY, decision, true, undefined, -1)
}

function createAnswer(
  effect: Effect,
  decision: ActionDecision,
  final: boolean,
  stop: Stop | undefined,
  index: number,
): Answer {
  return { effect, decision, final, stop, index }
}

const ALLOW = 'EFFECT_ALLOW'
const DENY = 'EFFECT_DENY'

/** What the rules say for one role. No other role changes a `final` answer. */
export interface Answer {
  /** That of the decision, here too: whoever asks for it alone need not fetch the decision. */
  readonly effect: Effect
  readonly decision: ActionDecision
  readonly final: boolean
  /** Where the rule is that it rests on, and which one of those there. */
  readonly stop: Stop | undefined
  readonly index: number
}

/** Asks the scopes of a path one after the other. */
function follow(walk: Walk, side: Side, path: Path, action: string): Answer | undefined {
  const { decidesOnly } = walk
  for (let stop = path; stop; stop = decidesOnly ? stop.nextRules : stop.next) {
    const held = decidesOnly ? undefined : enterScope(walk, side, stop.index)
    const { tests } = stop
    let allowedBy = -1
    for (let index = 0; index < tests.length; index += 1) {
      const test = tests[index] as RowTest // The index is within the list.
      if (walk.trail) walk.trail.add(rowAt(stop, index).policy)
      const applies = evaluateTest(walk, stop, index, test, held, action)
      if (applies === false) continue
      if (isCelError(applies)) {
        return createAnswer(DENY, deniedByPolicy(stop, index), true, stop, index)
      }
      if (test.effect === DENY) {
        const decision = test.ofRolePolicy ? deniedByPolicy(stop, index) : stop.denied
        return createAnswer(DENY, decision, false, stop, index)
      }
      // An ALLOW does not end the scope: a DENY after it wins, and each row may have an output.
      if (allowedBy < 0 && test.effect === ALLOW) allowedBy = index
    }
    if (allowedBy >= 0 && !stop.needsConsent) {
      return createAnswer(ALLOW, stop.allowed, true, stop, allowedBy)
    }
  }
  return undefined
}

function deniedByPolicy(stop: Stop, index: number): ActionDecision {
  return { ...stop.denied, matchedPolicy: rowAt(stop, index).policy.key }
}

/** There is a row for each test. */
function rowAt({ rows }: Stop, index: number): Row {
  return rows[index] as Row
}

/** Whether a row's conditions hold. An error is an answer in strict evaluation only. */
function evaluateTest(
  { evaluation, decidesOnly }: Walk,
  stop: Stop,
  index: number,
  test: RowTest,
  held: HeldDerivedRoles | undefined,
  action: string,
): ReturnType<typeof holds> {
  if (test.isImplicit) return true
  const { condition, derivedRole } = test
  const variables =
    decidesOnly && !test.readsVariables ? undefined : (test.variables ?? stop.variables)
  // Those of the rule come first even if its derived role is not held: their errors are reported.
  if (variables && !decidesOnly) useVariables(evaluation, variables)
  if (derivedRole) {
    const derivedRoleHeld = held
      ? holdsForRule(evaluation, derivedRole, held)
      : holdsByItself(evaluation, derivedRole)
    if (derivedRoleHeld !== true) return derivedRoleHeld
  }
  if (variables) useVariables(evaluation, variables)
  const met = condition === undefined || holds(evaluation, condition)
  if (test.hasOutput && !isCelError(met)) emitOutput(evaluation, rowAt(stop, index), action, met)
  return met
}

/** Makes the derived roles of a scope the ones that its rules read. */
export function enterScope(
  walk: Walk,
  { kind }: Side,
  index: number,
): HeldDerivedRoles | undefined {
  const { table, evaluation } = walk
  // In Cerbos principal policies and derived roles read what was there before.
  if (table.compat !== 'cerbos') evaluation.activation.runtime = NO_DERIVED_ROLES
  if (kind === 'principal') return undefined
  const held = walk.held[index] ?? findHeld(walk, index)
  evaluation.activation.runtime = held.runtime
  return held
}

function findHeld({ evaluation, resource, outcomes, held }: Walk, index: number): HeldDerivedRoles {
  const inScope = resource.candidates[index] as CandidateRoles // There is one for each scope.
  const found = findDerivedRoles(evaluation, inScope, outcomes)
  held[index] = found
  return found
}

/** The derived roles that the principal holds in any of the scopes. */
export function effectiveDerivedRoles({ held }: Walk): readonly string[] {
  let names = NO_NAMES
  for (let index = 0; index < held.length; index++) {
    const inScope = held[index]
    if (inScope) names = union(names, inScope.names)
  }
  return names
}

function union(names: readonly string[], others: readonly string[]): readonly string[] {
  // Scopes that import the same derived roles share the list.
  if (names === others || names.length === 0) return others
  let all = names
  for (let index = 0; index < others.length; index++) {
    const name = others[index] as string // The index is within the list.
    if (!all.includes(name)) all = [...all, name]
  }
  return all
}

const NO_NAMES: readonly string[] = Object.freeze([])
