import {
  type Activation,
  type CelError,
  type Expr,
  NOW,
  Optional,
  type Timestamp,
} from '@lockstitch/cel'
import { evaluatePartially, hasPart, timestampText } from '@lockstitch/cel/partial'
import { reduce, reduceExpr } from '@lockstitch/cel/reduce'
import type { LinkedCondition, VariableSet } from '@lockstitch/policy'

import { isTrue } from '../conditions.ts'
import { NO_DERIVED_ROLES, type Runtime } from '../evaluation.ts'
import { trimScope } from '../scopes.ts'
import type { Settings } from '../settings.ts'
import { type ConditionMemo, readsKey } from './condition-memo.ts'
import type { EvaluationErrors } from './evaluation-errors.ts'
import { type Closed, exactOperand } from './exact-operand.ts'
import { type ExactProgram, exactProgram } from './exact-program.ts'
import {
  bothInTurn,
  constantVerdict,
  eitherInTurn,
  FAILURE,
  opposite,
  type Verdict,
} from './formula.ts'
import { withFullNames } from './full-names.ts'
import { NotPlannable } from './not-plannable.ts'
import { expressionOperand, type PlanOperand, valueOperand } from './operand.ts'
import type { PlanInput } from './plan-input.ts'

/** What the conditions of a plan are evaluated with. */
export interface ExactContext {
  readonly input: PlanInput
  readonly settings: Settings
  readonly now: Timestamp
  readonly errors: EvaluationErrors
  /** What conditions are that read no derived roles, which several rules, scopes and roles have. */
  readonly verdicts: WeakMap<ExactProgram, Reduced>
  /** What they were in other plans. */
  readonly memo: ConditionMemo<ExactProgram, Reduced>
  /** Told of a condition that need not be the same for the same input. */
  readonly onUnrepeatable: () => void
}

/** What conditions read as `runtime`: a value or an error, or a list that depends on the resource. */
export type DerivedRoles =
  | { readonly kind: 'known'; readonly runtime: Runtime | CelError }
  | { readonly kind: 'open'; readonly list: PlanOperand }
  /** It cannot be said what it is. */
  | { readonly kind: 'refused'; readonly what: string }

const NONE_HELD: DerivedRoles = { kind: 'known', runtime: NO_DERIVED_ROLES }

export const NO_ROLES = (): DerivedRoles => NONE_HELD

/** What a condition reads beside the request. */
export interface ExactDefinitions {
  readonly variables: VariableSet
  /** Asked for by the conditions that read them. */
  readonly derivedRoles: () => DerivedRoles
}

/** Where a condition holds, and where it does not. In strict evaluation it may be an error, too. */
export function exactCondition(
  condition: LinkedCondition | undefined,
  definitions: ExactDefinitions,
  context: ExactContext,
): Verdict {
  if (condition === undefined) return constantVerdict(true)
  if (condition.kind === 'expr') {
    return ofProgram(exactProgram(condition.program, definitions.variables), definitions, context)
  }
  const parts = condition.of.map((part) => exactCondition(part, definitions, context))
  if (condition.kind === 'all') return parts.reduceRight(flip(bothInTurn), constantVerdict(true))
  const any = parts.reduceRight(flip(eitherInTurn), constantVerdict(false))
  return condition.kind === 'any' ? any : opposite(any)
}

function flip(
  join: (a: Verdict, b: Verdict) => Verdict,
): (rest: Verdict, first: Verdict) => Verdict {
  return (rest, first) => join(first, rest)
}

function ofProgram(
  exact: ExactProgram,
  definitions: ExactDefinitions,
  context: ExactContext,
): Verdict {
  if (!exact.isRepeatable) context.onUnrepeatable()
  const made = exact.readsDerivedRoles
    ? reduced(exact, definitions, definitions.derivedRoles(), context)
    : withoutRoles(exact, definitions, context)
  if (made.error !== undefined) context.errors.add(exact.program.source, made.error)
  return made.verdict
}

/** What a condition is, and the error that it is whatever the resource is. */
interface Reduced {
  readonly verdict: Verdict
  readonly error?: string
}

function withoutRoles(
  exact: ExactProgram,
  definitions: ExactDefinitions,
  context: ExactContext,
): Reduced {
  const { verdicts, memo, input } = context
  const known = verdicts.get(exact)
  if (known !== undefined) return known
  const key = exact.isRepeatable ? readsKey(exact.program.expr, input) : undefined
  const kept = key === undefined ? undefined : memo.get(exact, key)
  const made = kept ?? reduced(exact, definitions, NONE_HELD, context)
  verdicts.set(exact, made)
  if (key !== undefined && kept === undefined) memo.set(exact, key, made)
  return made
}

function reduced(
  exact: ExactProgram,
  { variables }: ExactDefinitions,
  derivedRoles: DerivedRoles,
  context: ExactContext,
): Reduced {
  const { program } = exact
  const { settings } = context
  if (derivedRoles.kind === 'refused') throw new NotPlannable(derivedRoles.what)
  const activation = activationOf(variables, derivedRoles, context)
  const unknown = (path: readonly string[]): boolean => isUnknown(path, derivedRoles, context.input)
  // What is a bool stays one, so that what is left of it need not be compiled to tell.
  const staysBool = program.resultType.kind === 'bool'
  const reduction = (staysBool ? reduceExpr : reduce)(program, activation, { unknown })
  switch (reduction.kind) {
    case 'value':
      return { verdict: constantVerdict(isTrue(reduction.value)) }
    case 'error':
      return {
        verdict: settings.strictEvaluation ? FAILURE : constantVerdict(false),
        error: reduction.error.message,
      }
    case 'refused':
      throw new NotPlannable(reduction.error.message)
    default:
      break
  }
  const { expr } = reduction
  const isBool = staysBool || reduction.program?.resultType.kind === 'bool'
  if (!isBool && hasPart(expr, isOptionalCall)) throw new NotPlannable('an optional condition')
  const operand = exactOperand(expr, {
    env: program.env,
    now: () => timestampText(context.now),
    derivedRoles: derivedRoles.kind === 'open' ? derivedRoles.list : undefined,
    evaluate: (part) => evaluateClosed(part, exact, activation),
  })
  return { verdict: verdictOf(operand, isBool, settings) }
}

/** In strict evaluation what is no bool is false, and an error is an error. */
function verdictOf(operand: PlanOperand, isBool: boolean, settings: Settings): Verdict {
  const isTotal = isBool && isAlwaysThere(operand)
  if (settings.strictEvaluation || isTotal) {
    const unmet = isBool
      ? expressionOperand('not', operand)
      : expressionOperand('ne', operand, valueOperand(true))
    return { met: operand, unmet, isTotal }
  }
  const holds = expressionOperand('holds', operand)
  return { met: operand, unmet: expressionOperand('not', holds), isTotal: true }
}

/** Whether a condition is never an error, told by its form. */
function isAlwaysThere(operand: PlanOperand): boolean {
  if (operand.kind === 'value') return true
  if (operand.kind === 'variable') return operand.name === 'request.resource.id'
  const { operator, operands } = operand
  if (operator === 'has') return isAttribute(operands[0])
  return TOTAL_OPERATORS.has(operator) && operands.every(isAlwaysThere)
}

const TOTAL_OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'and', 'or', 'not', 'startsWith'])

/** Attributes themselves may be missing; what they are within may be no map. */
function isAttribute(operand: PlanOperand | undefined): boolean {
  return operand?.kind === 'variable' && /^request\.resource\.attr\.\w+$/.test(operand.name)
}

function isOptionalCall(part: Expr): boolean {
  if (part.kind !== 'call') return false
  return /^_\?\._$|^_\[\?_\]$|^optional\.|^opt/.test(part.function)
}

function activationOf(
  { constants }: VariableSet,
  derivedRoles: DerivedRoles,
  { input, settings: { globals }, now }: ExactContext,
): Activation {
  const { principal, resource, auxData } = input
  const P = { ...principal, scope: trimScope(principal.scope ?? '') }
  const R = { ...resource, scope: trimScope(resource.scope ?? '') }
  const request = auxData ? { principal: P, resource: R, auxData } : { principal: P, resource: R }
  const runtime = derivedRoles.kind === 'known' ? derivedRoles.runtime : undefined
  return { request, P, R, globals, G: globals, constants, C: constants, runtime, [NOW]: now }
}

/** What a plan does not know: the id, and those attributes that were not given. */
function isUnknown(
  path: readonly string[],
  derivedRoles: DerivedRoles,
  { resource }: PlanInput,
): boolean {
  const [root, ...names] = path
  if (root === 'runtime') return derivedRoles.kind === 'open'
  if (root === 'R') return isUnknownOfResource(names, resource)
  if (root !== 'request') return false
  const [part, ...rest] = names
  if (part === undefined) return true
  return part === 'resource' && isUnknownOfResource(rest, resource)
}

function isUnknownOfResource(
  [name, key]: readonly string[],
  { attr = {} }: PlanInput['resource'],
): boolean {
  if (name === 'attr') return key === undefined || !Object.hasOwn(attr, key)
  return name === undefined || name === 'id'
}

function evaluateClosed(
  part: Expr,
  { program: { env } }: ExactProgram,
  activation: Activation,
): Closed {
  const scope = { env, activation, unknown: [], qualified: new Map() }
  const result = evaluatePartially(withFullNames(part, env), scope)
  if (result.kind === 'error') return { kind: 'error', message: result.error.message }
  if (result.kind !== 'value' || result.value instanceof Optional) return { kind: 'other' }
  return hasPart(result.residual, ({ kind }) => kind === 'ident' || kind === 'select')
    ? { kind: 'other' }
    : { kind: 'literal', expr: result.residual }
}
