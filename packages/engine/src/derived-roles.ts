import { CelError, isCelError } from '@lockstitch/cel'
import type { LinkedDerivedRole } from '@lockstitch/policy'

import { holds } from './conditions.ts'
import { type Evaluation, type Runtime, useVariables, useVariablesOrNulls } from './evaluation.ts'
import { sharedSlot } from './row-tests.ts'
import type { DerivedRoleSlot } from './rows.ts'
import type { Sharing } from './sharing.ts'

/** Which derived roles of a scope the principal holds. */
export interface HeldDerivedRoles {
  readonly names: readonly string[]
  /** What the rules of the scope read as `runtime`. */
  readonly runtime: Runtime | CelError
  /** By slot; absent where a rule has to evaluate the condition for itself. */
  readonly outcomes: readonly (boolean | CelError | undefined)[]
}

/** The derived roles of a scope that principals with certain roles may hold. */
export interface CandidateRoles {
  readonly candidates: readonly Candidate[]
  /** What is held, by which of the candidates are: a bit each. Kept for a few candidates only. */
  readonly known: HeldDerivedRoles[]
}

interface Candidate {
  /** Which of all derived roles of the walk it is: scopes that import a set have the same ones. */
  readonly place: number
  readonly slot: DerivedRoleSlot
}

/**
 * Finds the derived roles of each scope that principals with certain roles may hold, among those
 * that the rules of its policy name. A parent role matches exactly here, wildcards apart from `*`
 * do not count.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/derived_roles
 */
export function findCandidates(
  sharing: Sharing,
  slotsOfScopes: readonly (readonly DerivedRoleSlot[])[],
  roles: readonly string[],
): { readonly candidates: readonly CandidateRoles[]; readonly derivedRoles: number } {
  const places = new Map<LinkedDerivedRole, number>()
  const ofScopes = slotsOfScopes.map((slots): CandidateRoles => {
    const candidates = slots
      .filter((slot) => isParentOf(slot, roles))
      .map((given): Candidate => {
        const slot = sharedSlot(sharing, given)
        const place = places.get(slot.role) ?? places.size
        places.set(slot.role, place)
        return { place, slot }
      })
    const parts = candidates.flatMap(({ slot, place }) => [sharing.numberOf(slot), place])
    return sharing.candidates(parts, { candidates, known: [] })
  })
  return { candidates: ofScopes, derivedRoles: places.size }
}

function isParentOf({ anyRole, role }: DerivedRoleSlot, roles: readonly string[]): boolean {
  return anyRole || role.parentRoles.some((parent) => roles.includes(parent))
}

/** The outcomes of derived roles that are the same in every scope, by their place. */
export type KnownOutcomes = (boolean | undefined)[]

/** Finds the derived roles of a scope that the principal holds. */
export function findDerivedRoles(
  evaluation: Evaluation,
  { candidates, known }: CandidateRoles,
  outcomes: KnownOutcomes,
): HeldDerivedRoles {
  if (candidates.length > MOST_BITS) return decideEach(evaluation, candidates)
  let bits = 0
  for (let index = 0; index < candidates.length; index += 1) {
    const { place, slot } = candidates[index] as Candidate // The index is within the list.
    const outcome = outcomes[place] ?? plainOutcome(evaluation, slot)
    if (outcome === undefined) return decideEach(evaluation, candidates)
    outcomes[place] = outcome
    if (outcome) bits |= 1 << index
  }
  const held = known[bits] ?? heldOf(candidates, bits)
  if (candidates.length <= MOST_BITS_KEPT) known[bits] = held
  return held
}

/** Bits that a number has. */
const MOST_BITS = 30
/** So that at most 256 combinations are kept. */
const MOST_BITS_KEPT = 8

/** Whether a derived role is held; undefined where there is more to say than that. */
function plainOutcome(
  evaluation: Evaluation,
  { readsRuntime, role }: DerivedRoleSlot,
): boolean | undefined {
  if (readsRuntime || anyFails(evaluation, role)) return undefined
  const outcome = outcomeOf(evaluation, role)
  return isCelError(outcome) ? undefined : outcome
}

/** Puts the variables of a derived role before its condition, and tells whether one of them failed. */
function anyFails(evaluation: Evaluation, { variables }: LinkedDerivedRole): boolean {
  return useVariablesOrNulls(evaluation, variables).failed.length > 0
}

function outcomeOf(evaluation: Evaluation, { condition }: LinkedDerivedRole): boolean | CelError {
  return condition === undefined || holds(evaluation, condition)
}

function heldOf(candidates: readonly Candidate[], bits: number): HeldDerivedRoles {
  const names: string[] = []
  const outcomes: boolean[] = []
  for (const [index, { slot }] of candidates.entries()) {
    const isHeld = (bits & (1 << index)) !== 0
    if (isHeld) names.push(slot.role.name)
    outcomes[slot.index] = isHeld
  }
  return createHeld(names, [], outcomes)
}

/** The same where an outcome is an error, or not the one that a rule would find. */
function decideEach(evaluation: Evaluation, candidates: readonly Candidate[]): HeldDerivedRoles {
  const names: string[] = []
  const failed: string[] = []
  const outcomes: (boolean | CelError | undefined)[] = []
  for (const { slot } of candidates) {
    const { readsRuntime, role } = slot
    const { name } = role
    const anyFailed = anyFails(evaluation, role)
    const outcome = outcomeOf(evaluation, role)
    if (outcome === true) names.push(name)
    if (isCelError(outcome)) failed.push(name)
    // A rule reads no nulls for what failed, and sees the list; so it has to find out for itself.
    outcomes[slot.index] = readsRuntime || anyFailed ? undefined : outcome
  }
  return createHeld(names, failed, outcomes)
}

/** Whether the condition of a derived role holds for a rule that names it. */
export function holdsForRule(
  evaluation: Evaluation,
  slot: DerivedRoleSlot,
  held: HeldDerivedRoles,
): boolean | CelError {
  return held.outcomes[slot.index] ?? evaluateRole(evaluation, slot.role)
}

/** The same where nobody asks which roles are held: each is found out for the first rule of it. */
export function holdsByItself(
  evaluation: Evaluation,
  { role }: DerivedRoleSlot,
): boolean | CelError {
  if (!role.condition) return true
  let known = evaluation.roles
  while (known && known.role !== role) known = known.before
  if (known) return known.held
  const held = evaluateRole(evaluation, role)
  evaluation.roles = { role, held, before: evaluation.roles }
  return held
}

function evaluateRole(evaluation: Evaluation, role: LinkedDerivedRole): boolean | CelError {
  if (role.condition) useVariables(evaluation, role.variables)
  return outcomeOf(evaluation, role)
}

// Many answers share the names.
function createHeld(
  names: string[],
  failed: string[],
  outcomes: HeldDerivedRoles['outcomes'],
): HeldDerivedRoles {
  Object.freeze(names.sort())
  return { names, runtime: runtimeOf(names, failed.sort()), outcomes }
}

function runtimeOf(names: readonly string[], failed: readonly string[]): Runtime | CelError {
  if (failed.length > 0) {
    const list = failed.join(', ')
    return new CelError('function-failed', `failed to compute effective derived roles [${list}]`)
  }
  return { effectiveDerivedRoles: names }
}
