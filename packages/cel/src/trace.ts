import type { CallExpr, ComprehensionExpr, Expr, Span } from './ast.ts'
import { children } from './ast.ts'
import { recognizeFold } from './compile/fold-shapes.ts'
import type { Activation, Program } from './env.ts'
import { CelError } from './errors.ts'
import { isMap, mapKeys, valueAt } from './maps.ts'
import { type CelType, DYN } from './types.ts'
import type { Value } from './values.ts'

/** One evaluated part of an expression: its text, its outcome, and the parts it came from. */
export interface Step {
  /** The part as it is written in the source. */
  readonly text: string
  readonly span: Span
  readonly result: Value | CelError
  /** Variables that a comprehension set for this part. */
  readonly bindings: readonly Binding[]
  /** The parts that were evaluated, constants left out. */
  readonly children: readonly Step[]
}

/** A variable of a comprehension and its value. */
export interface Binding {
  readonly name: string
  readonly value: Value | CelError
}

// An explanation of more elements than this helps nobody.
const MAX_ELEMENTS = 100

/**
 * Evaluates slowly and tells how the result came about. The result of the first step is that of
 * `program.evaluate`; the parts are evaluated one by one.
 */
export function trace(program: Program, activation: Activation): Step {
  return stepOf(program.expr, { program, activation, bindings: [] }, program.evaluate(activation))
}

/** Where a part is evaluated: the program's variables and those of comprehensions around it. */
interface Scope {
  readonly program: Program
  readonly activation: Activation
  readonly bindings: readonly Binding[]
}

function stepOf(expr: Expr, scope: Scope, result = evaluate(expr, scope)): Step {
  const { start, end } = expr.span
  return {
    text: scope.program.source.slice(start, end),
    span: expr.span,
    result,
    bindings: [],
    children: childSteps(expr, scope),
  }
}

function evaluate(expr: Expr, { program, activation, bindings }: Scope): Value | CelError {
  const variables: Record<string, CelType> = {}
  const values: Record<string, unknown> = Object.create(activation) as Record<string, unknown>
  for (const { name, value } of bindings) {
    variables[name] = DYN
    values[name] = value
  }
  const env = bindings.length === 0 ? program.env : program.env.withVariables(variables)
  const compiled = env.compileExpr(expr, program.source)
  if (compiled.ok) return compiled.program.evaluate(values)
  return new CelError('function-failed', compiled.diagnostics[0]?.message ?? 'does not compile')
}

function childSteps(expr: Expr, scope: Scope): readonly Step[] {
  if (expr.kind === 'comprehension') return comprehensionSteps(expr, scope)
  if (isRead(expr)) return []
  if (expr.kind === 'call' && expr.target === undefined) {
    if (expr.function === '_&&_') return junctionSteps(expr, scope, false)
    if (expr.function === '_||_') return junctionSteps(expr, scope, true)
    if (expr.function === '_?_:_') return conditionalSteps(expr, scope)
  }
  return children(expr)
    .filter((child) => !isConstant(child))
    .map((child) => stepOf(child, scope))
}

/** The terms of a whole chain, up to the one that decides. */
function junctionSteps(expr: CallExpr, scope: Scope, decisive: boolean): readonly Step[] {
  const steps: Step[] = []
  for (const term of chainTerms(expr, expr.function)) {
    const step = stepOf(term, scope)
    steps.push(step)
    if (step.result === decisive) break
  }
  return steps
}

function chainTerms(expr: Expr, operator: string): readonly Expr[] {
  const isChain = expr.kind === 'call' && expr.function === operator && expr.macro === undefined
  return isChain ? expr.args.flatMap((arg) => chainTerms(arg, operator)) : [expr]
}

function conditionalSteps(expr: CallExpr, scope: Scope): readonly Step[] {
  const [conditionExpr, whenTrue, whenFalse] = expr.args as readonly [Expr, Expr, Expr]
  const condition = stepOf(conditionExpr, scope)
  if (typeof condition.result !== 'boolean') return [condition]
  const taken = condition.result ? whenTrue : whenFalse
  return isConstant(taken) ? [condition] : [condition, stepOf(taken, scope)]
}

function comprehensionSteps(expr: ComprehensionExpr, scope: Scope): readonly Step[] {
  const shape = recognizeFold(expr)
  if (shape.kind === 'binding') return bindingSteps(expr, scope)
  const range = stepOf(expr.iterRange, scope)
  if (shape.kind === 'fold' || range.result instanceof CelError) return [range]
  const steps: Step[] = [range]
  const body = shape.condition ?? (shape.kind === 'list' ? shape.term : undefined)
  const decisive = shape.kind === 'all' ? false : shape.kind === 'exists' ? true : undefined
  for (const bindings of elementBindings(expr, range.result)) {
    if (body === undefined || steps.length > MAX_ELEMENTS) break
    const inner = { ...scope, bindings: [...scope.bindings, ...bindings] }
    const step = { ...stepOf(body, inner), bindings }
    steps.push(step)
    if (decisive !== undefined && step.result === decisive) break
  }
  return steps
}

function bindingSteps(expr: ComprehensionExpr, scope: Scope): readonly Step[] {
  const init = stepOf(expr.accuInit, scope)
  const binding = { name: expr.accuVar, value: init.result }
  const inner = { ...scope, bindings: [...scope.bindings, binding] }
  return [init, { ...stepOf(expr.result, inner), bindings: [binding] }]
}

function elementBindings(expr: ComprehensionExpr, range: Value): readonly (readonly Binding[])[] {
  const { iterVar, iterVar2 } = expr
  const elements: readonly Value[] = Array.isArray(range)
    ? range
    : isMap(range)
      ? mapKeys(range)
      : []
  return elements.map((element, i) => {
    if (iterVar2 === undefined) return [{ name: iterVar, value: element }]
    const isList = Array.isArray(range)
    const value = isList ? element : isMap(range) ? valueAt(range, element) : null
    return [
      { name: iterVar, value: isList ? BigInt(i) : element },
      { name: iterVar2, value },
    ]
  })
}

function isConstant(expr: Expr): boolean {
  return (
    expr.kind === 'const' ||
    (expr.kind !== 'ident' && children(expr).length > 0 && children(expr).every(isConstant))
  )
}

/** Whether an expression does nothing but read: `R.attr.owner`, `has(R.attr.owner)`. */
function isRead(expr: Expr): boolean {
  if (expr.kind === 'ident') return true
  if (expr.kind === 'select') return isRead(expr.operand)
  const isIndex =
    expr.kind === 'call' && expr.target === undefined && /^_(?:\[\??_\]|\?\._)$/.test(expr.function)
  return isIndex && expr.args.every((arg) => isRead(arg) || arg.kind === 'const')
}
