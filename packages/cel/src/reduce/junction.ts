import type { CallExpr, Expr } from '../ast.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import type { Place } from './place.ts'
import { builderAt, exprOf, type Part, type Reducer } from './scope.ts'

/** What stands between reduced parts: `&&` or `||`, and the expression that it was, if any. */
export interface Junction {
  readonly operator: '_&&_' | '_||_'
  readonly at: Expr
  readonly whole?: CallExpr
}

/**
 * `&&` or `||` over reduced parts. A part that decides wins over everything, errors included; a
 * neutral one goes; an error stays, for a part that is not known yet may still outweigh it.
 */
export function combine(junction: Junction, parts: readonly Part[], place: Place): Part {
  const decisive = junction.operator === '_||_'
  const build = builderAt(junction.at, place.reducer)
  if (parts.some((part) => isBool(part, decisive))) return constant(decisive, build.bool(decisive))
  const left = parts.filter((part) => !isBool(part, !decisive))
  const [only] = left
  if (only === undefined) return constant(!decisive, build.bool(!decisive))
  const terms = left.map((part) => operand(part, place))
  const neutral = build.bool(!decisive)
  const isKnown = left.every(({ kind }) => kind !== 'residual')
  if (isKnown) return asError(only, junction.whole ?? chain(junction, [...terms, neutral], place))
  if (left.length > 1) return residual(chain(junction, terms, place))
  if (place.isCondition || yieldsBool(only.expr, place.reducer)) return only
  return residual(chain(junction, [neutral, only.expr], place))
}

function isBool(part: Part, value: boolean): boolean {
  return part.kind === 'value' && part.value === value
}

function constant(value: boolean, expr: Expr): Part {
  return { kind: 'value', value, expr }
}

function residual(expr: Expr): Part {
  return { kind: 'residual', expr }
}

/** A value that is no bool is the error of the operator. */
function asError(part: Part, expr: Expr): Part {
  return { kind: 'error', error: part.kind === 'error' ? part.error : NO_SUCH_OVERLOAD, expr }
}

/** A value that is no bool stays as it was written: its literal would not pass the checker. */
function operand(part: Part, { reducer }: Place): Expr {
  return part.kind === 'value' ? part.expr : exprOf(part, reducer)
}

/** The balanced tree that the parser would make of a chain. */
function chain({ operator, at, whole }: Junction, terms: readonly Expr[], place: Place): Expr {
  if (whole?.args.length === terms.length && terms.every((term, i) => term === whole.args[i])) {
    return whole
  }
  const build = builderAt(at, place.reducer)
  const tree = (low: number, high: number): Expr => {
    if (low === high) return terms[low] as Expr // INVARIANT: within bounds, there is a term at least.
    const middle = low + Math.floor((high - low) / 2)
    return build.call(operator, tree(low, middle), tree(middle + 1, high))
  }
  return tree(0, terms.length - 1)
}

/** Whether an expression is a bool or an error, by its form. */
function yieldsBool(expr: Expr, reducer: Reducer): boolean {
  if (expr.macro !== undefined && BOOL_MACROS.has(expr.macro.function)) return true
  if (expr.kind === 'const') return expr.value.kind === 'bool'
  if (expr.kind === 'select') return expr.testOnly
  if (expr.kind === 'comprehension') return BOOL_MACROS.has(expr.macro?.function ?? '')
  if (expr.kind !== 'call') return false
  if (expr.function === '_?_:_') return expr.args.slice(1).every((arg) => yieldsBool(arg, reducer))
  return reducer.functions.isPredicate(expr.function)
}

const BOOL_MACROS: ReadonlySet<string> = new Set([
  'has',
  'all',
  'exists',
  'exists_one',
  'existsOne',
])
