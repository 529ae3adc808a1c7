import type { CallExpr } from '../ast.ts'
import { CelError } from '../errors.ts'
import type { Overload } from '../functions/overload.ts'
import { callCode, callerOf } from './call.ts'
import { boxed, type Code, type Run } from './code.ts'
import type { CompileContext } from './context.ts'

type OnDoubles = (a: number, b: number) => number

// biome-ignore format: a table
const ON_DOUBLES: Readonly<Record<string, OnDoubles>> = {
  '_+_': (a, b) => a + b, '_-_': (a, b) => a - b, '_*_': (a, b) => a * b, '_/_': (a, b) => a / b,
}

/** `+ - * / %`. Two doubles, which is what attributes are, take a short way. */
export function compileArithmetic(expr: CallExpr, context: CompileContext): Code {
  const codes = expr.args.map((arg) => context.compile(arg)) as [Code, Code]
  const overloads: readonly Overload[] = context.functions.find(expr.function, false)
  const general = callCode(overloads, codes)
  const onDoubles = ON_DOUBLES[expr.function]
  const isOpen = codes.some(({ type }) => type.kind === 'dyn' || type.kind === 'double')
  if (onDoubles === undefined || general.constant !== undefined || !isOpen) return general
  return { type: general.type, run: doublesFirst(codes, onDoubles, overloads) }
}

function doublesFirst(
  [left, right]: [Code, Code],
  onDoubles: OnDoubles,
  overloads: readonly Overload[],
): Run {
  const first = boxed(left)
  const second = boxed(right)
  const slow = callerOf(overloads)
  return (activation) => {
    const a = first(activation)
    if (a instanceof CelError) return a
    const b = second(activation)
    if (typeof a === 'number' && typeof b === 'number') return onDoubles(a, b)
    return b instanceof CelError ? b : slow([a, b])
  }
}
