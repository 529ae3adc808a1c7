import type { CallExpr, Expr } from '../ast.ts'
import { equalOrError } from '../equality.ts'
import { CelError } from '../errors.ts'
import { hasKey, inList } from '../functions/collections.ts'
import { ordered } from '../functions/comparison.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { isKey, isMap } from '../maps.ts'
import { BOOL } from '../types.ts'
import { Uint, type Value } from '../values.ts'
import { type Code, constantCode, type Run } from './code.ts'
import type { CompileContext } from './context.ts'
import { folded } from './literals.ts'
import { isMessage } from './messages.ts'
import { NUMBER_RUNS } from './number-runs.ts'
import { ask, operandOf } from './operand.ts'
import { equalsConstantPredicate, equalsPredicate, orderPredicate } from './predicate.ts'

// Neither equality nor order asks whether a number is an int or a double, so nothing is boxed here.

/** `a == b` */
export function compileEquals(expr: CallExpr, context: CompileContext): Code {
  const parts = operands(expr, context)
  return folded(equality(parts, true), parts)
}

/** `a != b` */
export function compileNotEquals(expr: CallExpr, context: CompileContext): Code {
  const parts = operands(expr, context)
  return folded(equality(parts, false), parts)
}

type Operands = readonly [left: Code, right: Code]

function operands(expr: CallExpr, context: CompileContext): Operands {
  const [left, right] = expr.args as readonly [Expr, Expr]
  return [context.compile(left), context.compile(right)]
}

function equality([left, right]: Operands, whenEqual: boolean): Code {
  if (isSimpleConstant(right.constant)) return equalsConstant(left, right.constant, whenEqual)
  if (isSimpleConstant(left.constant)) return equalsConstant(right, left.constant, whenEqual, true)
  const leftOperand = operandOf(left, left.run)
  const rightOperand = operandOf(right, right.run)
  const run: Run = (activation) => {
    const a = ask(leftOperand, activation)
    if (a instanceof CelError) return a
    const b = ask(rightOperand, activation)
    if (typeof a === 'string' && typeof b === 'string') return (a === b) === whenEqual
    return b instanceof CelError ? b : compared(equalOrError(a, b), whenEqual)
  }
  return { type: BOOL, run, predicate: equalsPredicate(left, right, whenEqual, run) }
}

function isSimpleConstant(
  constant: Value | CelError | undefined,
): constant is string | number | boolean | null {
  return (
    typeof constant === 'string' ||
    typeof constant === 'number' ||
    typeof constant === 'boolean' ||
    constant === null
  )
}

function equalsConstant(
  code: Code,
  constant: string | number | boolean | null,
  whenEqual: boolean,
  isConstantFirst = false,
): Code {
  const operand = operandOf(code, code.run)
  const isText = typeof constant === 'string'
  const text = isText ? constant : ''
  const isNumber = typeof constant === 'number'
  const number = isNumber ? constant : 0
  const run: Run = (activation) => {
    const value = ask(operand, activation)
    if (typeof value === 'string') return (isText && value === text) === whenEqual
    if (typeof value === 'number') return (isNumber && value === number) === whenEqual
    if (value === constant) return whenEqual
    if (typeof value !== 'object' && typeof value !== 'bigint') return !whenEqual
    if (value instanceof CelError) return value
    // The equality of Cerbos's own types is not the same in both directions.
    const equal = isConstantFirst ? equalOrError(constant, value) : equalOrError(value, constant)
    return compared(equal, whenEqual)
  }
  return { type: BOOL, run, predicate: equalsConstantPredicate(code, constant, whenEqual, run) }
}

/** What cannot be compared makes `==` an error, but to `!=` it is unequal. */
function compared(equal: boolean | CelError, whenEqual: boolean): boolean | CelError {
  return equal instanceof CelError && whenEqual ? equal : (equal === true) === whenEqual
}

/** `a < b` and its like */
export function compileOrder(expr: CallExpr, context: CompileContext): Code {
  const [left, right] = operands(expr, context)
  const operator = expr.function
  const inOrder = NUMBER_RUNS[operator]
  if (inOrder === undefined) throw new Error(`no order operator: ${operator}`)
  const run = inOrder(operandOf(left, left.run), operandOf(right, right.run), (a, b) =>
    b instanceof CelError ? b : ordered(operator, a, b),
  )
  const { constant } = right
  if (typeof constant !== 'number') return folded({ type: BOOL, run }, [left, right])
  const code = { type: BOOL, run, predicate: orderPredicate(operator, left, constant, run) }
  return folded(code, [left, right])
}

/** `value in container` */
export function compileIn(expr: CallExpr, context: CompileContext): Code {
  const [value, container] = operands(expr, context)
  if (isMessage(container.type)) {
    return context.problem('type-mismatch', NO_SUCH_OVERLOAD.message, expr.span)
  }
  const known = context.memberships.get(expr)
  if (known !== undefined) return constantCode(BOOL, known)
  const strings = stringSet(container.constant)
  if (strings !== undefined) return { type: BOOL, run: inStrings(value, strings) }
  const valueOperand = operandOf(value, value.run)
  const containerOperand = operandOf(container)
  const isInt = value.type.kind === 'int'
  const isSet = value.constant === undefined && isConstantSet(container.constant)
  const run: Run = (activation) => {
    const a = ask(valueOperand, activation)
    if (a instanceof CelError) return a
    const b = ask(containerOperand, activation)
    if (isSet && !isKey(a)) return NO_SUCH_OVERLOAD
    if (Array.isArray(b)) return inList(a, b)
    if (b instanceof CelError) return b
    if (!isMap(b)) return NO_SUCH_OVERLOAD
    // Unlike elements, keys tell an int from a double.
    const key = isInt && typeof a === 'number' ? BigInt(a) : a
    return hasKey(b, key)
  }
  return { type: BOOL, run }
}

/** Whether cel-go makes a set of a list, in which it looks as among the keys of a map. */
function isConstantSet(constant: Value | CelError | undefined): boolean {
  return Array.isArray(constant) && constant.length > 0 && constant.every(isPrimitive)
}

function isPrimitive(value: Value): boolean {
  return typeof value !== 'object' || value instanceof Uint
}

function stringSet(constant: Value | CelError | undefined): ReadonlySet<unknown> | undefined {
  const isStrings = Array.isArray(constant) && constant.every((each) => typeof each === 'string')
  return isStrings ? new Set(constant) : undefined
}

function inStrings(code: Code, strings: ReadonlySet<unknown>): Run {
  const isSet = code.constant === undefined && strings.size > 0
  const operand = operandOf(code, code.run)
  return (activation) => {
    const value = ask(operand, activation)
    if (typeof value === 'string') return strings.has(value)
    if (value instanceof CelError) return value
    return isSet && !isKey(value) ? NO_SUCH_OVERLOAD : false
  }
}
