import type { CallExpr, Expr } from '../ast.ts'
import { children, unreachable } from '../ast.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { Optional, type Value } from '../values.ts'
import { combine, type Junction } from './junction.ts'
import { reduceMacro } from './macros.ts'
import { type Place, reduceCondition, reduceValue } from './place.ts'
import { mapChildren } from './rewrite.ts'
import { evaluatePart, exprOf, isClosed, isNamespace, type Part, type Reducer } from './scope.ts'

/** Reduces a part: from the outside in, until something is known. */
export function reducePart(expr: Expr, place: Place): Part {
  const { locals, reducer } = place
  if (isClosed(expr, locals, reducer)) return evaluatePart(expr, reducer)
  const part = reduceOpen(expr, place)
  const isNew = part.kind === 'residual' && part.expr !== expr
  return isNew && isClosed(part.expr, locals, reducer) ? evaluatePart(part.expr, reducer) : part
}

function reduceOpen(expr: Expr, place: Place): Part {
  if (expr.macro !== undefined) return reduceMacro(expr, expr.macro, place)
  switch (expr.kind) {
    case 'const':
    case 'ident':
    case 'struct':
    case 'comprehension': // Only one that no macro made comes here.
      return { kind: 'residual', expr }
    case 'select':
    case 'list':
    case 'map':
      return reduceStrict(expr, place)
    case 'call':
      return reduceCall(expr, place)
    default:
      return unreachable(expr)
  }
}

function reduceCall(expr: CallExpr, place: Place): Part {
  const { target, args } = expr
  const [first, second] = args
  if (target === undefined) {
    if (expr.function === '_&&_' || expr.function === '_||_') {
      return reduceJunction(expr, expr.function, place)
    }
    if (expr.function === '_?_:_') return reduceConditional(expr, place)
    if (expr.function === '_[_]' || expr.function === '_[?_]') return reduceIndex(expr, place)
    if (expr.function === '!_' && first !== undefined) {
      return strictPart(expr, [reduceCondition(first, place)], place)
    }
    return reduceStrict(expr, place)
  }
  if (isNamespace(target, expr.function, place.reducer)) {
    return strictPart(expr, [asItIs(target), ...args.map((arg) => reduceValue(arg, place))], place)
  }
  const isOr = expr.function === 'or' || expr.function === 'orValue'
  return isOr && first !== undefined && second === undefined
    ? reduceOptionalOr(expr, target, first, place)
    : reduceStrict(expr, place)
}

const asItIs = (expr: Expr): Part => ({ kind: 'residual', expr })

/** A form that is an error where one of its parts is. */
function reduceStrict(expr: Expr, place: Place): Part {
  return strictPart(
    expr,
    children(expr).map((child) => reduceValue(child, place)),
    place,
  )
}

/** The same form with its parts reduced. */
function strictPart(expr: Expr, parts: readonly Part[], { reducer }: Place): Part {
  const rebuilt = withParts(expr, parts, reducer)
  const failed = parts.find((part) => part.kind === 'error')
  return failed === undefined
    ? { kind: 'residual', expr: rebuilt }
    : { kind: 'error', error: failed.error, expr: rebuilt }
}

function withParts(expr: Expr, parts: readonly Part[], reducer: Reducer): Expr {
  let position = 0
  return mapChildren(expr, (child) => {
    const part = parts[position]
    position += 1
    return part === undefined ? child : exprOf(part, reducer)
  })
}

function reduceJunction(expr: CallExpr, operator: Junction['operator'], place: Place): Part {
  const parts = expr.args.map((arg) => reduceCondition(arg, place))
  return combine({ operator, at: expr, whole: expr }, parts, place)
}

function reduceConditional(expr: CallExpr, place: Place): Part {
  const [testExpr, yesExpr, noExpr] = expr.args as readonly [Expr, Expr, Expr]
  const test = reduceCondition(testExpr, place)
  if (test.kind === 'error') return { kind: 'error', error: test.error, expr }
  if (test.kind === 'value') {
    if (test.value === true) return reducePart(yesExpr, place)
    if (test.value === false) return reducePart(noExpr, place)
    return { kind: 'error', error: NO_SUCH_OVERLOAD, expr }
  }
  const branches = [reducePart(yesExpr, place), reducePart(noExpr, place)]
  return { kind: 'residual', expr: withParts(expr, [test, ...branches], place.reducer) }
}

/** `a[b]` and `a[?b]`: the key does not matter where the container is an optional that holds nothing. */
function reduceIndex(expr: CallExpr, place: Place): Part {
  const [containerExpr, keyExpr] = expr.args as readonly [Expr, Expr]
  const container = reduceValue(containerExpr, place)
  if (container.kind === 'value' && isNone(container.value)) {
    return { kind: 'value', value: container.value, expr }
  }
  const parts = [container, reduceValue(keyExpr, place)]
  if (container.kind !== 'residual') return strictPart(expr, parts, place)
  return { kind: 'residual', expr: withParts(expr, parts, place.reducer) }
}

function isNone(value: Value): boolean {
  return value instanceof Optional && value.value === undefined
}

/** `a.or(b)` and `a.orValue(b)`: the other counts only where the optional holds nothing. */
function reduceOptionalOr(expr: CallExpr, target: Expr, other: Expr, place: Place): Part {
  const held = reduceValue(target, place)
  if (held.kind === 'error') return { kind: 'error', error: held.error, expr }
  const unwraps = expr.function === 'orValue'
  if (held.kind === 'value') {
    if (!(held.value instanceof Optional)) return { kind: 'error', error: NO_SUCH_OVERLOAD, expr }
    if (held.value.value !== undefined) {
      return { kind: 'value', value: unwraps ? held.value.value : held.value, expr }
    }
    if (unwraps) return reduceValue(other, place)
  }
  const parts = [held, reduceValue(other, place)]
  return { kind: 'residual', expr: withParts(expr, parts, place.reducer) }
}
