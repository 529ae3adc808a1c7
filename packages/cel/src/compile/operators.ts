import type { CallExpr } from '../ast.ts'
import { CelError } from '../errors.ts'
import { callCode, callerOf } from './call.ts'
import type { Code } from './code.ts'
import type { CompileContext } from './context.ts'
import { NUMBER_RUNS } from './number-runs.ts'
import { operandOf } from './operand.ts'

/** `+ - * / %`. Two doubles, which is what attributes are, take a short way. */
export function compileArithmetic(expr: CallExpr, context: CompileContext): Code {
  const codes = expr.args.map((arg) => context.compile(arg)) as [Code, Code]
  const overloads = context.functions.find(expr.function, false)
  const general = callCode(overloads, codes)
  const onNumbers = NUMBER_RUNS[expr.function]
  const isOpen = codes.some(({ type }) => type.kind === 'dyn' || type.kind === 'double')
  if (onNumbers === undefined || general.constant !== undefined || !isOpen) return general
  const call = callerOf(overloads)
  const [left, right] = codes
  const run = onNumbers(operandOf(left), operandOf(right), (a, b) =>
    b instanceof CelError ? b : call([a, b]),
  )
  return { type: general.type, run }
}
