import type { CallExpr, Expr } from '../ast.ts'
import { equals } from '../equality.ts'
import { CelError } from '../errors.ts'
import { inList } from '../functions/collections.ts'
import { ORDER_TESTS, ordered } from '../functions/comparison.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { isMap, mapGet } from '../maps.ts'
import { BOOL, formatType } from '../types.ts'
import type { Value } from '../values.ts'
import type { Code, Run } from './code.ts'
import type { CompileContext } from './context.ts'

// Neither equality nor order asks whether a number is an int or a double, so nothing is boxed here.

/** `a == b` */
export function compileEquals(expr: CallExpr, context: CompileContext): Code {
  return { type: BOOL, run: equality(operands(expr, context), true) }
}

/** `a != b` */
export function compileNotEquals(expr: CallExpr, context: CompileContext): Code {
  return { type: BOOL, run: equality(operands(expr, context), false) }
}

type Operands = readonly [left: Code, right: Code]

function operands(expr: CallExpr, context: CompileContext): Operands {
  const [left, right] = expr.args as readonly [Expr, Expr]
  return [context.compile(left), context.compile(right)]
}

function equality([left, right]: Operands, whenEqual: boolean): Run {
  if (isSimpleConstant(right.constant)) return equalsConstant(left.run, right.constant, whenEqual)
  if (isSimpleConstant(left.constant)) return equalsConstant(right.run, left.constant, whenEqual)
  const leftRun = left.run
  const rightRun = right.run
  return (activation) => {
    const a = leftRun(activation)
    if (a instanceof CelError) return a
    const b = rightRun(activation)
    if (typeof a === 'string' && typeof b === 'string') return (a === b) === whenEqual
    return b instanceof CelError ? b : equals(a, b) === whenEqual
  }
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
  run: Run,
  constant: string | number | boolean | null,
  whenEqual: boolean,
): Run {
  return (activation) => {
    const value = run(activation)
    if (value === constant) return whenEqual
    if (typeof value !== 'object' && typeof value !== 'bigint') return !whenEqual
    return value instanceof CelError ? value : equals(value, constant) === whenEqual
  }
}

/** `a < b` and its like */
export function compileOrder(expr: CallExpr, context: CompileContext): Code {
  const [left, right] = operands(expr, context)
  const operator = expr.function
  const test = ORDER_TESTS[operator]
  if (test === undefined) throw new Error(`no order operator: ${operator}`)
  const numbers = NUMBER_TESTS[operator]
  const leftRun = left.run
  const rightRun = right.run
  return {
    type: BOOL,
    run: (activation) => {
      const a = leftRun(activation)
      if (a instanceof CelError) return a
      const b = rightRun(activation)
      if (typeof a === 'number' && typeof b === 'number' && numbers !== undefined) {
        return numbers(a, b)
      }
      return b instanceof CelError ? b : ordered(operator, a, b)
    },
  }
}

const NUMBER_TESTS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '_<_': (a, b) => a < b,
  '_<=_': (a, b) => a <= b,
  '_>_': (a, b) => a > b,
  '_>=_': (a, b) => a >= b,
}

/** `value in container` */
export function compileIn(expr: CallExpr, context: CompileContext): Code {
  const [value, container] = operands(expr, context)
  const { type } = container
  if (type.kind === 'message' || type.kind === 'openStruct') {
    const message = `\`in\` is for lists and maps; write \`has(…)\` for a field of ${formatType(type)}`
    return context.problem('type-mismatch', message, expr.span)
  }
  const valueRun = value.run
  const strings = stringSet(container.constant)
  if (strings !== undefined) return { type: BOOL, run: inStrings(valueRun, strings) }
  const containerRun = container.run
  return {
    type: BOOL,
    run: (activation) => {
      const a = valueRun(activation)
      if (a instanceof CelError) return a
      const b = containerRun(activation)
      if (Array.isArray(b)) return inList(a, b)
      if (b instanceof CelError) return b
      return isMap(b) ? mapGet(b, a) !== undefined : NO_SUCH_OVERLOAD
    },
  }
}

function stringSet(constant: Value | CelError | undefined): ReadonlySet<unknown> | undefined {
  const isStrings = Array.isArray(constant) && constant.every((each) => typeof each === 'string')
  return isStrings ? new Set(constant) : undefined
}

function inStrings(run: Run, strings: ReadonlySet<unknown>): Run {
  return (activation) => {
    const value = run(activation)
    return value instanceof CelError ? value : strings.has(value)
  }
}
