import { CelError } from '@lockstitch/cel'
import type { LinkedCondition, LinkedDerivedRole } from '@lockstitch/policy'

import type { RoleRoute, Stop } from '../routes.ts'
import {
  type DerivedRoles,
  type ExactContext,
  exactCondition,
  NO_ROLES,
} from './exact-condition.ts'
import { exactProgram } from './exact-program.ts'
import { simplified, type Verdict } from './formula.ts'
import { asBool, expressionOperand, type PlanOperand, valueOperand } from './operand.ts'

/** What the rules of a scope read as `runtime`. */
export function derivedRolesOf(
  side: RoleRoute,
  { index }: Stop,
  context: ExactContext,
): DerivedRoles {
  const roles = (side.candidates[index]?.candidates ?? []).map(({ slot }) => slot.role)
  const isRefused = roles.some((role) => mayBeNull(role, context))
  if (isRefused) {
    return { kind: 'refused', what: 'a list of derived roles whose variables may be errors' }
  }
  const held = roles
    .map((role) => ({ name: role.name, verdict: verdictOf(role, context) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const failed = held.filter(({ verdict }) => isFailure(verdict)).map(({ name }) => name)
  if (failed.length > 0) return { kind: 'known', runtime: failure(failed) }
  if (held.every(({ verdict }) => asBool(verdict.met) !== undefined)) {
    const names = held.filter(({ verdict }) => asBool(verdict.met) === true).map(({ name }) => name)
    return names.length === 0
      ? NO_ROLES()
      : { kind: 'known', runtime: { effectiveDerivedRoles: names } }
  }
  return { kind: 'open', list: listOf(held) }
}

function verdictOf({ condition, variables }: LinkedDerivedRole, context: ExactContext): Verdict {
  const made = exactCondition(condition, { variables, derivedRoles: NO_ROLES }, context)
  return { ...made, met: simplified(made.met), unmet: simplified(made.unmet) }
}

function isFailure({ met, unmet }: Verdict): boolean {
  return asBool(met) === false && asBool(unmet) === false
}

function failure(names: readonly string[]): CelError {
  const list = names.join(', ')
  return new CelError('function-failed', `failed to compute effective derived roles [${list}]`)
}

/** A list with those that are held. Whether one is held may be an error, which makes the list one. */
function listOf(
  held: readonly { readonly name: string; readonly verdict: Verdict }[],
): PlanOperand {
  const terms = held.flatMap(({ name, verdict }): PlanOperand[] => {
    const constant = asBool(verdict.met)
    if (constant === false) return []
    const list = valueOperand([name])
    return constant === true
      ? [list]
      : [expressionOperand('if', heldOperand(verdict), list, valueOperand([]))]
  })
  return terms.reduceRight((rest, term) => expressionOperand('add', term, rest))
}

/** True or false, or an error where the condition is neither met nor unmet. */
function heldOperand({ met, unmet, isTotal }: Verdict): PlanOperand {
  if (JSON.stringify(unmet) === JSON.stringify(expressionOperand('not', met))) return met
  const holds = expressionOperand('holds', met)
  if (isTotal) return holds
  const fails = expressionOperand('error', valueOperand('a derived role cannot be told'))
  const isUnmet = expressionOperand('holds', unmet)
  const otherwise = expressionOperand('if', isUnmet, valueOperand(false), fails)
  return expressionOperand('if', holds, valueOperand(true), otherwise)
}

/** Without strict evaluation the list takes variables that are errors for null, which no plan says. */
function mayBeNull(
  { condition, variables }: LinkedDerivedRole,
  { settings }: ExactContext,
): boolean {
  if (settings.strictEvaluation || condition === undefined) return false
  const readsVariables = (part: LinkedCondition): boolean =>
    part.kind === 'expr'
      ? exactProgram(part.program, variables).readsVariables
      : part.of.some(readsVariables)
  return readsVariables(condition)
}
