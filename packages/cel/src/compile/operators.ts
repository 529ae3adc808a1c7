import type { CallExpr } from '../ast.ts'
import { CelError } from '../errors.ts'
import type { Overload } from '../functions/overload.ts'
import type { Value } from '../values.ts'
import { callCode, callerOf } from './call.ts'
import type { Code, Run } from './code.ts'
import type { CompileContext } from './context.ts'
import { ask, type Operand, operandOf } from './operand.ts'

type General = (a: Value, b: Value | CelError) => Value | CelError
type OnDoubles = (left: Operand, right: Operand, general: General) => Run

// One function for each operator: the operation through a variable would take twice as long.
const ON_DOUBLES: Readonly<Record<string, OnDoubles>> = {
  '_+_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a + b : general(a, b)
  },
  '_-_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a - b : general(a, b)
  },
  '_*_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a * b : general(a, b)
  },
  '_/_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a / b : general(a, b)
  },
}

/** `+ - * / %`. Two doubles, which is what attributes are, take a short way. */
export function compileArithmetic(expr: CallExpr, context: CompileContext): Code {
  const codes = expr.args.map((arg) => context.compile(arg)) as [Code, Code]
  const overloads: readonly Overload[] = context.functions.find(expr.function, false)
  const general = callCode(overloads, codes)
  const onDoubles = ON_DOUBLES[expr.function]
  const isOpen = codes.some(({ type }) => type.kind === 'dyn' || type.kind === 'double')
  if (onDoubles === undefined || general.constant !== undefined || !isOpen) return general
  const call = callerOf(overloads)
  const [left, right] = codes
  const run = onDoubles(operandOf(left), operandOf(right), (a, b) =>
    b instanceof CelError ? b : call([a, b]),
  )
  return { type: general.type, run }
}
