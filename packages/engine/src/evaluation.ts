import {
  type CelError,
  isCelError,
  NOW,
  Optional,
  type Program,
  type Timestamp,
  TypeValue,
  type Value,
} from '@lockstitch/cel'
import type { LinkedDerivedRole, VariableSet } from '@lockstitch/policy'

import { emptyRecord } from './record.ts'
import type { AuxData, CheckInput, EvaluationError, OutputEntry } from './request.ts'
import { trimScope } from './scopes.ts'
import type { Globals, Settings } from './settings.ts'

/**
 * What the expressions of a decision see. One object serves a whole input; the slots that belong
 * to a policy or a scope are set anew when the evaluation comes to the next one, because copying
 * it for each rule would cost more than the rules do.
 */
type Activation = {
  request: {
    readonly principal: object
    readonly resource: object
    readonly auxData?: AuxData
  }
  readonly P: object
  R: object
  readonly globals: Constants
  readonly G: Constants
  readonly [NOW]: Timestamp
  variables: VariableValues
  V: VariableValues
  constants: Constants
  C: Constants
  /** An error instead where the list could not be computed. */
  runtime: Runtime | CelError
}

/** What conditions read as `runtime`. */
export interface Runtime {
  readonly effectiveDerivedRoles: readonly string[]
}

type Constants = Globals
type VariableValues = Readonly<Record<string, Value>>

/** The running evaluation of one input: what conditions see, and what evaluating them leaves. */
export interface Evaluation {
  readonly activation: Activation
  /** Whether an error in a condition denies, rather than counting as `false`. */
  readonly strict: boolean
  /** Made when the first one comes. */
  outputs: OutputEntry[] | undefined
  errors: EvaluationError[] | undefined
  /** The last set that was evaluated, and before it the others: there are few in an evaluation. */
  evaluated: EvaluatedVariables | undefined
  /** The last derived role that was evaluated by itself, and before it the others. */
  roles: EvaluatedRole | undefined
  /** Whose variables `V` and `C` are. */
  current: VariableSet | undefined
  currentVariables: EvaluatedVariables
}

/** Whether a derived role is held. */
interface EvaluatedRole {
  readonly role: LinkedDerivedRole
  readonly held: boolean | CelError
  readonly before: EvaluatedRole | undefined
}

/** The variables of a policy or a derived role. One that failed is not set. */
export interface EvaluatedVariables {
  readonly set: VariableSet | undefined
  readonly values: VariableValues
  readonly failed: readonly string[]
  /** What was evaluated before. */
  readonly before: EvaluatedVariables | undefined
}

/**
 * When a decision is made. A function is asked at each use, so that tools can tell whether a
 * decision depends on the time; a plain instant costs less.
 */
export type Instant = Timestamp | (() => Timestamp)

/** Puts an input before the expressions. */
export function startEvaluation(
  input: CheckInput,
  { globals, strictEvaluation }: Settings,
  now: Instant,
): Evaluation {
  const P = withTrimmedScope(input.principal)
  const R = withTrimmedScope(input.resource)
  const { auxData } = input
  const activation: Activation = {
    request: requestOf(P, R, auxData),
    P,
    R,
    globals,
    G: globals,
    variables: NOTHING,
    V: NOTHING,
    constants: NOTHING,
    C: NOTHING,
    runtime: NO_DERIVED_ROLES,
    // The last one: those behind a computed name are not in the literal's shape, but added one by one.
    [NOW]: now as Timestamp, // A function gives way to the getter.
  }
  if (typeof now === 'function') Object.defineProperty(activation, NOW, { get: now })
  return createEvaluation(activation, strictEvaluation)
}

function createEvaluation(activation: Activation, strict: boolean): Evaluation {
  return {
    activation,
    strict,
    outputs: undefined,
    errors: undefined,
    evaluated: undefined,
    roles: undefined,
    current: undefined,
    currentVariables: NO_VARIABLES,
  }
}

function requestOf(
  principal: object,
  resource: object,
  auxData: AuxData | undefined,
): Activation['request'] {
  return auxData ? { principal, resource, auxData } : { principal, resource }
}

/**
 * Puts another input of the same principal before the expressions, with the same claims. Of the one
 * before nothing is left.
 */
export function restartEvaluation(
  { activation, strict }: Evaluation,
  { resource }: CheckInput,
): Evaluation {
  const R = withTrimmedScope(resource)
  activation.request = requestOf(activation.P, R, activation.request.auxData)
  activation.R = R
  activation.variables = activation.V = NOTHING
  activation.constants = activation.C = NOTHING
  activation.runtime = NO_DERIVED_ROLES
  return createEvaluation(activation, strict)
}

/** Makes `V` and `C` those of a policy or a derived role, evaluated once for the input. */
export function useVariables(evaluation: Evaluation, set: VariableSet): EvaluatedVariables {
  if (evaluation.current === set) return evaluation.currentVariables
  const { activation } = evaluation
  activation.constants = activation.C = set.constants
  const known = set.variables.length === 0 ? NO_VARIABLES : evaluatedBefore(evaluation, set)
  if (known) activation.variables = activation.V = known.values
  evaluation.current = set
  evaluation.currentVariables = known ?? evaluateVariables(evaluation, set)
  return evaluation.currentVariables
}

/**
 * The same for the list of derived roles, where a variable that failed is `null`, for the variables
 * after it too. So a role can be in the list without any rule for it applying. Not so in strict
 * evaluation.
 */
export function useVariablesOrNulls(evaluation: Evaluation, set: VariableSet): EvaluatedVariables {
  if (evaluation.strict || set.variables.length === 0) return useVariables(evaluation, set)
  if (evaluatedBefore(evaluation, set)?.failed.length === 0) return useVariables(evaluation, set)
  evaluation.activation.constants = evaluation.activation.C = set.constants
  const evaluated = evaluateAll(evaluation, set, null)
  const { failed } = evaluated
  // Rules must not see the nulls.
  evaluation.current = failed.length > 0 ? undefined : set
  evaluation.currentVariables = evaluated
  if (failed.length === 0) evaluation.evaluated = evaluated
  return evaluated
}

function evaluatedBefore(
  { evaluated }: Evaluation,
  set: VariableSet,
): EvaluatedVariables | undefined {
  let each = evaluated
  while (each && each.set !== set) each = each.before
  return each
}

function evaluateVariables(evaluation: Evaluation, set: VariableSet): EvaluatedVariables {
  const evaluated = evaluateAll(evaluation, set, undefined)
  evaluation.evaluated = evaluated
  return evaluated
}

function evaluateAll(
  evaluation: Evaluation,
  set: VariableSet,
  inPlaceOfFailed: null | undefined,
): EvaluatedVariables {
  // A variable sees those before it, so they are set on the object that it already reads.
  const values = emptyRecord<Value>()
  let failed = NONE_FAILED
  evaluation.activation.variables = evaluation.activation.V = values
  for (const { name, program } of set.variables) {
    const value = evaluate(evaluation, program)
    if (isCelError(value)) failed = [...failed, name]
    if (!isCelError(value)) values[name] = asVariable(value)
    else if (inPlaceOfFailed !== undefined) values[name] = inPlaceOfFailed
  }
  return { set, values, failed, before: evaluation.evaluated }
}

/**
 * What a variable has of the value of its expression. As in Cerbos an optional is what it holds, or
 * null, and a type is its name; not so inside of lists and maps.
 */
function asVariable(value: Value): Value {
  if (value instanceof Optional) return value.value === undefined ? null : asVariable(value.value)
  return value instanceof TypeValue ? value.typeName : value
}

/** Evaluates an expression and keeps the error if there is one. */
export function evaluate(evaluation: Evaluation, program: Program): Value | CelError {
  const value = program.evaluate(evaluation.activation)
  if (isCelError(value)) recordError(evaluation, program.source, value.message)
  return value
}

/** The errors met, each expression and message once, in a stable order. */
export function collectErrors({ errors }: KeptErrors): readonly EvaluationError[] {
  if (errors === undefined) return NOTHING_HAPPENED
  return errors.sort((a, b) => compare(a.expression, b.expression) || compare(a.message, b.message))
}

/** The outputs of the rules so far. */
export function collectOutputs({ outputs }: Evaluation): readonly OutputEntry[] {
  return outputs ?? NOTHING_HAPPENED
}

/** Where errors are kept. */
export type KeptErrors = Pick<Evaluation, 'errors'>

/** Keeps an error unless it is kept already. */
export function recordError(kept: KeptErrors, expression: string, message: string): void {
  kept.errors ??= []
  for (const error of kept.errors) {
    if (error.expression === expression && error.message === message) return
  }
  kept.errors.push({ expression, message })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function withTrimmedScope<Party extends { readonly scope?: string | undefined }>(
  party: Party,
): Party {
  const { scope } = party
  return scope?.startsWith('.') ? { ...party, scope: trimScope(scope) } : party
}

export const NO_DERIVED_ROLES: Runtime = { effectiveDerivedRoles: [] }
const NONE_FAILED: readonly string[] = []
const NOTHING_HAPPENED: readonly never[] = Object.freeze([])
const NOTHING: Constants = Object.freeze(Object.create(null))
const NO_VARIABLES: EvaluatedVariables = {
  set: undefined,
  values: NOTHING,
  failed: NONE_FAILED,
  before: undefined,
}
