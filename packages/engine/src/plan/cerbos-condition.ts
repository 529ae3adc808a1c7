import {
  type CelError,
  type Expr,
  NOW,
  type Program,
  type Timestamp,
  type Value,
} from '@lockstitch/cel'
import {
  copyExpr,
  foldConstants,
  hasPart,
  insertExpr,
  type PartialScope,
} from '@lockstitch/cel/partial'
import type { LinkedCondition, VariableSet } from '@lockstitch/policy'

import { trimScope } from '../scopes.ts'
import type { Settings } from '../settings.ts'
import { boolNode, constantOf, invert, type Node } from './cerbos-node.ts'
import { cerbosResidual, type Residual } from './cerbos-residual.ts'
import { type ConditionMemo, readsKey } from './condition-memo.ts'
import { isDerivedRoles } from './derived-roles-list.ts'
import type { EvaluationErrors } from './evaluation-errors.ts'
import { withFullNames } from './full-names.ts'
import type { PlanInput } from './plan-input.ts'
import { hasPlaces, withId, withoutId } from './principal-id.ts'
import { isRepeatable } from './repeatable.ts'

/** What conditions of a plan are evaluated with. */
export interface ConditionContext {
  readonly input: PlanInput
  readonly settings: Settings
  readonly now: Timestamp
  readonly errors: EvaluationErrors
  /** Values of what is known of the resource, and of scopes, by their dotted names. */
  readonly qualified: ReadonlyMap<string, Value>
  /** What is left of conditions in this plan, where several rules, scopes and roles have the same. */
  readonly residuals: Map<Prepared, Residual>
  /** What was left of them in other plans. */
  readonly memo: ConditionMemo<Prepared, Residual>
  /** Told of a condition that need not be the same for the same input. */
  readonly onUnrepeatable: () => void
}

/** Thrown where strict evaluation denies the action because of an error. */
export class StrictError extends Error {
  constructor(cause: CelError) {
    super(cause.message)
  }
}

/** What a condition reads beside the request. */
export interface Definitions {
  readonly variables: VariableSet
  /** What stands for `runtime.effectiveDerivedRoles`. */
  readonly derivedRoles: () => Expr
}

/** What is left of a condition; of one that is not there, that it is true. */
export function cerbosCondition(
  condition: LinkedCondition | undefined,
  definitions: Definitions,
  context: ConditionContext,
): Node {
  if (condition === undefined) return boolNode(true)
  if (condition.kind === 'expr') return ofProgram(condition.program, definitions, context)
  const { kind } = condition
  const decisive = kind !== 'all'
  const nodes: Node[] = []
  for (const part of condition.of) {
    const node = cerbosCondition(part, definitions, context)
    const constant = constantOf(node)
    if (constant === decisive) return boolNode(kind === 'any')
    if (constant === undefined) nodes.push(kind === 'none' ? invert(node) : node)
  }
  const [first] = nodes
  if (first === undefined) return boolNode(kind !== 'any')
  if (nodes.length === 1) return first
  return { kind: kind === 'any' ? 'or' : 'and', nodes }
}

function ofProgram(program: Program, definitions: Definitions, context: ConditionContext): Node {
  const prepared = preparedProgram(program, definitions.variables)
  if (!prepared.isRepeatable) context.onUnrepeatable()
  const residual = residualOf(prepared, program, definitions, context)
  if (residual.kind === 'expr') return { kind: 'expr', expr: residual.expr }
  context.errors.add(program.source, residual.error.message)
  if (context.settings.strictEvaluation) throw new StrictError(residual.error)
  return boolNode(false)
}

function residualOf(
  prepared: Prepared,
  program: Program,
  definitions: Definitions,
  context: ConditionContext,
): Residual {
  const { expr, readsDerivedRoles } = prepared
  const { residuals } = context
  const reduce = (open: Expr): Residual =>
    cerbosResidual(open, partialScope(program, definitions, context))
  if (readsDerivedRoles) return reduce(withDerivedRoles(expr, definitions))
  const known = residuals.get(prepared)
  if (known !== undefined) return known
  const made = keptResidual(prepared, reduce, context)
  residuals.set(prepared, made)
  return made
}

/** What is left of a condition, which other plans may have found out. */
function keptResidual(
  prepared: Prepared,
  reduce: (condition: Expr) => Residual,
  { memo, input }: ConditionContext,
): Residual {
  const { expr, open } = prepared
  const key = prepared.isRepeatable ? readsKey(open ?? expr, input) : undefined
  if (key === undefined) return reduce(expr)
  let made = memo.get(prepared, key)
  if (made === undefined) {
    made = reduce(open ?? expr)
    if (open !== undefined && made.kind === 'expr' && !hasPlaces(made.expr)) return reduce(expr)
    memo.set(prepared, key, made)
  }
  if (open === undefined || made.kind === 'error') return made
  return { kind: 'expr', expr: withId(made.expr, input.principal.id) }
}

/** A condition with its variables written out, and what is to be known of it. */
interface Prepared {
  readonly expr: Expr
  /** The same with a place for the principal's id, where that can be put in afterwards. */
  readonly open: Expr | undefined
  readonly readsDerivedRoles: boolean
  readonly isRepeatable: boolean
}

const preparedPrograms = new WeakMap<VariableSet, WeakMap<Program, Prepared>>()
const preparedVariables = new WeakMap<VariableSet, ReadonlyMap<string, Expr>>()

/** A condition with its variables written out. */
function preparedProgram(program: Program, set: VariableSet): Prepared {
  const programs = preparedPrograms.get(set) ?? new WeakMap<Program, Prepared>()
  preparedPrograms.set(set, programs)
  const known = programs.get(program)
  if (known !== undefined) return known
  const variables = variableExprs(set)
  const expr = preparedExpr(program, variables)
  const made = {
    expr,
    open: withoutId(expr),
    readsDerivedRoles: hasPart(expr, isDerivedRoles),
    isRepeatable: isRepeatable(expr, program),
  }
  programs.set(program, made)
  return made
}

function variableExprs(set: VariableSet): ReadonlyMap<string, Expr> {
  const known = preparedVariables.get(set)
  if (known !== undefined) return known
  const variables = new Map<string, Expr>()
  for (const { name, program } of set.variables) {
    variables.set(name, preparedExpr(program, variables))
  }
  preparedVariables.set(set, variables)
  return variables
}

function preparedExpr({ expr, env }: Program, variables: ReadonlyMap<string, Expr>): Expr {
  const named = withFullNames(expr, env, (name) => variables.get(name))
  return copyExpr(foldConstants(named, env))
}

function withDerivedRoles(expr: Expr, { derivedRoles }: Definitions): Expr {
  const roles = derivedRoles()
  return insertExpr(expr, (part) => (isDerivedRoles(part) ? roles : undefined))
}

/** The resource's own names, which are unknown but for those that are known one by one. */
const UNKNOWN = [['R'], ['request', 'resource']]

function partialScope(
  program: Program,
  { variables: { constants } }: Definitions,
  { input, settings: { globals }, now, qualified }: ConditionContext,
): PartialScope {
  const { principal, auxData } = input
  // The version of the principal's policies is not told to conditions here.
  const P = {
    id: principal.id,
    roles: principal.roles,
    attr: principal.attr ?? {},
    scope: trimScope(principal.scope ?? ''),
  }
  const request = auxData ? { principal: P, auxData } : { principal: P }
  // To Cerbos these are maps here, which have keys, and no fields.
  const locals = new Map<string, Value>([
    ['globals', globals],
    ['G', globals],
    ['constants', constants],
    ['C', constants],
  ])
  const activation = { request, P, [NOW]: now }
  return { env: program.env, activation, unknown: UNKNOWN, qualified, locals }
}

/** What is known of a resource, by the names that conditions have for it. */
export function qualifiedValues({ principal, resource }: PlanInput): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>()
  const name = (path: string, value: Value): void => {
    values.set(`R.${path}`, value)
    values.set(`request.resource.${path}`, value)
  }
  for (const [key, value] of Object.entries(resource.attr ?? {})) name(`attr.${key}`, value)
  name('kind', resource.kind)
  name('scope', trimScope(resource.scope ?? ''))
  const scope = trimScope(principal.scope ?? '')
  values.set('P.scope', scope)
  values.set('request.principal.scope', scope)
  return values
}
