import type { Expr } from '../ast.ts'
import { isClosed } from '../plan-failure.ts'
import { boxed, type Code, type Run } from './code.ts'

/** Whether something is a way that is run: what is closed is a literal by then. */
export function isWay(expr: Expr, { constant, onward }: Code): boolean {
  return onward !== undefined && constant === undefined && !isClosed(expr)
}

/** What a further step starts from. */
export function onwardOf(code: Code, isInside: boolean): Run {
  return (isInside && code.onward?.()) || boxed(code)
}
