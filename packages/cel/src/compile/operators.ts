import type { CallExpr } from '../ast.ts'
import { CelError } from '../errors.ts'
import { callCode, callerOf } from './call.ts'
import type { Code } from './code.ts'
import type { CompileContext } from './context.ts'
import { ask, type Operand, operandOf } from './operand.ts'

const ON_DOUBLES = '+-*/'

/** `+ - * / %`. Two doubles, which is what attributes are, take a short way. */
export function compileArithmetic(expr: CallExpr, context: CompileContext): Code {
  const codes = expr.args.map((arg) => context.compile(arg)) as [Code, Code]
  const overloads = context.functions.find(expr.function, false)
  const general = callCode(overloads, codes)
  const operator = ON_DOUBLES.indexOf(expr.function.charAt(1))
  const isOpen = codes.some(({ type }) => type.kind === 'dyn' || type.kind === 'double')
  if (operator < 0 || general.constant !== undefined || !isOpen) return general
  const call = callerOf(overloads)
  const [left, right] = codes.map((code) => operandOf(code)) as [Operand, Operand]
  return {
    type: general.type,
    run: (activation) => {
      const a = ask(left, activation)
      if (a instanceof CelError) return a
      const b = ask(right, activation)
      if (typeof a === 'number' && typeof b === 'number') return calculate(operator, a, b)
      return b instanceof CelError ? b : call([a, b])
    },
  }
}

/** The operator by its place in `ON_DOUBLES`: a function for each would be called, this is not. */
function calculate(operator: number, a: number, b: number): number {
  if (operator === 0) return a + b
  if (operator === 1) return a - b
  return operator === 2 ? a * b : a / b
}
