import type { ComprehensionExpr, Constant, Expr, SelectExpr } from '@lockstitch/cel'
import { children, namespacedName } from '@lockstitch/cel/partial'

import { isDerivedRoles } from './derived-roles-list.ts'
import { foldParts } from './fold-parts.ts'
import { NotPlannable } from './not-plannable.ts'
import {
  expressionOperand,
  type PlanOperand,
  type PlanValue,
  valueOperand,
  variableOperand,
} from './operand.ts'
import { planOperator } from './operators.ts'

/** What an expression of a plan may refer to. */
export interface OperandScope {
  readonly env: Parameters<typeof namespacedName>[2]
  /** Stands for `runtime.effectiveDerivedRoles`. */
  readonly derivedRoles: PlanOperand | undefined
  /** When the plan is made. */
  readonly now: () => string
  /** Evaluates what reads nothing of the resource. */
  readonly evaluate: (expr: Expr) => Closed
}

/** What a part that reads nothing of the resource comes to. */
export type Closed =
  | { readonly kind: 'literal'; readonly expr: Expr }
  | { readonly kind: 'error'; readonly message: string }
  /** A value that no literal stands for. */
  | { readonly kind: 'other' }

/**
 * A residual expression as a condition that means exactly the same: ints are told from doubles,
 * `has(x)` stays, and what fails whatever the resource is, is an `error`.
 */
export function exactOperand(expr: Expr, scope: OperandScope): PlanOperand {
  return operandOf(expr, scope, [])
}

type Locals = readonly string[]

function operandOf(expr: Expr, scope: OperandScope, locals: Locals): PlanOperand {
  if (expr.kind === 'const') return constant(expr.value)
  if (!isLiteralList(expr) && readsNothing(expr, locals)) {
    const closed = scope.evaluate(expr)
    if (closed.kind === 'error') return errorOperand(closed.message)
    if (closed.kind === 'literal' && closed.expr.kind === 'const')
      return constant(closed.expr.value)
    if (closed.kind === 'literal' && closed.expr !== expr)
      return composed(closed.expr, scope, locals)
  }
  return composed(expr, scope, locals)
}

/** What stands for itself: most lists of a principal's. */
function isLiteralList(expr: Expr): boolean {
  return (
    expr.kind === 'list' &&
    expr.optionalIndices.length === 0 &&
    expr.elements.every(({ kind }) => kind === 'const')
  )
}

function errorOperand(message: string): PlanOperand {
  return expressionOperand('error', valueOperand(message))
}

function composed(expr: Expr, scope: OperandScope, locals: Locals): PlanOperand {
  const each = (part: Expr): PlanOperand => operandOf(part, scope, locals)
  switch (expr.kind) {
    case 'const':
      return constant(expr.value)
    case 'ident':
      return variableOperand(locals.includes(expr.name) ? expr.name : rootName(expr.name))
    case 'select':
      return selected(expr, scope, locals)
    case 'call': {
      const full = namespacedName(expr.target, expr.function, scope.env)
      if (expr.function === 'timeSince') return timeSince(children(expr).map(each), scope)
      if (isFailing(expr, locals)) return errorOperand('no such overload')
      if (full !== undefined) return expressionOperand(full, ...expr.args.map(each))
      return expressionOperand(planOperator(expr.function), ...children(expr).map(each))
    }
    case 'list':
      if (expr.optionalIndices.length > 0) throw new NotPlannable('optional list elements')
      return list(expr.elements.map(each))
    case 'map':
      return expressionOperand(
        'struct',
        ...expr.entries.map(({ key, value, optional }) => {
          if (optional) throw new NotPlannable('optional map entries')
          return expressionOperand('set-field', each(key), each(value))
        }),
      )
    case 'struct':
      throw new NotPlannable(`a message of the type ${expr.messageName}`)
    default:
      return fold(expr, scope, locals)
  }
}

/** How long ago something was when the plan was made, which is told beside it. */
function timeSince(operands: readonly PlanOperand[], { now }: OperandScope): PlanOperand {
  return expressionOperand('timeSince', ...operands, valueOperand(now()))
}

const ROOTS: Readonly<Record<string, string>> = { R: 'request.resource', P: 'request.principal' }

function rootName(name: string): string {
  const plain = name.replace(/^\./, '')
  return Object.hasOwn(ROOTS, plain) ? (ROOTS[plain] ?? plain) : plain
}

/** A list of plain values is one value. */
function list(elements: readonly PlanOperand[]): PlanOperand {
  const values = elements.filter((each): each is PlanValue => each.kind === 'value')
  const isPlain = values.length === elements.length && values.every((each) => isPlainValue(each))
  return isPlain
    ? valueOperand(values.map(({ value }) => value))
    : expressionOperand('list', ...elements)
}

function isPlainValue({ value, type }: PlanValue): boolean {
  return type === undefined && (typeof value !== 'object' || value === null)
}

function selected(expr: SelectExpr, scope: OperandScope, locals: Locals): PlanOperand {
  if (isDerivedRoles(expr) && scope.derivedRoles !== undefined) {
    if (expr.testOnly) throw new NotPlannable('has() of the derived roles')
    return scope.derivedRoles
  }
  const operand = operandOf(expr.operand, scope, locals)
  const isName = /^[A-Za-z_]\w*$/.test(expr.field)
  if (!isName && expr.testOnly) throw new NotPlannable('has() of a quoted field')
  if (!isName) return expressionOperand('index', operand, valueOperand(expr.field))
  const isPath = operand.kind === 'variable'
  const field = isPath
    ? variableOperand(`${operand.name}.${expr.field}`)
    : expressionOperand('get-field', operand, variableOperand(expr.field))
  return expr.testOnly ? expressionOperand('has', field) : field
}

/** Names that a variable of a comprehension would make ambiguous. */
const TAKEN: ReadonlySet<string> = new Set(['request', 'R', 'P', 'V', 'C', 'G', 'runtime'])

function fold(expr: ComprehensionExpr, scope: OperandScope, locals: Locals): PlanOperand {
  const parts = foldParts(expr)
  if (parts === undefined) throw new NotPlannable('cel.bind, sortBy and optional values')
  const variables = [expr.iterVar, ...(expr.iterVar2 === undefined ? [] : [expr.iterVar2])]
  if (variables.some((name) => TAKEN.has(name))) {
    throw new NotPlannable('a comprehension over a variable with the name of a request')
  }
  const inside = [...locals, ...variables]
  const names = variables.map(variableOperand)
  const lambda = (...bodies: readonly Expr[]): PlanOperand =>
    expressionOperand('lambda', ...bodies.map((part) => operandOf(part, scope, inside)), ...names)
  const range = operandOf(expr.iterRange, scope, locals)
  const { operator, body, transform } = parts
  if (transform === undefined) return expressionOperand(operator, range, lambda(body))
  if (operator !== 'filter') return expressionOperand(operator, range, lambda(body, transform))
  if (expr.iterVar2 !== undefined) {
    return expressionOperand('transformList', range, lambda(body, transform))
  }
  const filtered = expressionOperand('filter', range, lambda(body))
  const isElement = transform.kind === 'ident' && transform.name === expr.iterVar
  return isElement ? filtered : expressionOperand('map', filtered, lambda(transform))
}

function constant(value: Constant): PlanOperand {
  switch (value.kind) {
    case 'null':
      return valueOperand(null)
    case 'int':
    case 'uint': {
      const number = Number(value.value)
      if (!Number.isSafeInteger(number)) throw new NotPlannable('an integer beyond 2^53')
      return { kind: 'value', value: number, type: value.kind }
    }
    case 'bytes': {
      const characters = Array.from(value.value, (byte) => String.fromCharCode(byte))
      return { kind: 'value', value: btoa(characters.join('')), type: 'bytes' }
    }
    case 'double':
      if (Number.isFinite(value.value)) return valueOperand(value.value)
      return expressionOperand('double', valueOperand(String(value.value)))
    default:
      return valueOperand(value.value)
  }
}

/** Whether a part reads neither the resource nor variables of comprehensions around it. */
function readsNothing(expr: Expr, locals: Locals): boolean {
  if (expr.kind === 'ident') return !locals.includes(expr.name) && !UNKNOWN_ROOTS.has(expr.name)
  if (expr.kind === 'select' && isRequest(expr.operand)) return expr.field !== 'resource'
  if (isRequest(expr)) return false
  if (expr.kind !== 'comprehension')
    return children(expr).every((each) => readsNothing(each, locals))
  const own = new Set([expr.iterVar, expr.iterVar2, expr.accuVar])
  const outer = locals.filter((name) => !own.has(name))
  return children(expr).every((each) => readsNothing(each, outer))
}

const UNKNOWN_ROOTS: ReadonlySet<string> = new Set(['R', 'request', 'runtime'])

function isRequest(expr: Expr): boolean {
  return expr.kind === 'ident' && expr.name === 'request'
}

const ARITHMETIC: ReadonlySet<string> = new Set(['_+_', '_-_', '_*_', '_/_', '_%_'])

/** Numbers of JSON are doubles, and arithmetic of an int and a double is an error. */
function isFailing(expr: Expr & { readonly kind: 'call' }, locals: Locals): boolean {
  const [left, right] = expr.args
  if (!ARITHMETIC.has(expr.function) || left === undefined || right === undefined) return false
  return (isInt(left) && isJson(right, locals)) || (isJson(left, locals) && isInt(right))
}

function isInt(expr: Expr): boolean {
  if (expr.kind === 'const') return expr.value.kind === 'int' || expr.value.kind === 'uint'
  if (expr.kind !== 'call') return false
  if (ARITHMETIC.has(expr.function)) return expr.args.every(isInt)
  return expr.function === 'size' || expr.function === 'int' || expr.function === 'uint'
}

/** Whether a part is an attribute of the resource, or a part of one. */
function isJson(expr: Expr, locals: Locals): boolean {
  if (expr.kind === 'call' && expr.function === '_[_]') {
    return expr.args[0] !== undefined && isJson(expr.args[0], locals)
  }
  if (expr.kind !== 'select' || expr.testOnly) return false
  const { operand } = expr
  if (operand.kind === 'select' && operand.field === 'attr') {
    return (
      (operand.operand.kind === 'ident' && operand.operand.name === 'R' && !locals.includes('R')) ||
      (operand.operand.kind === 'select' &&
        operand.operand.field === 'resource' &&
        isRequest(operand.operand.operand))
    )
  }
  return isJson(operand, locals)
}
