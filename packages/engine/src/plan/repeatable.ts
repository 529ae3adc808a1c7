import type { Expr, Program } from '@lockstitch/cel'
import { hasPart } from '@lockstitch/cel/partial'

/** Whether a condition is the same for the same input: it does not ask for the time, nor an application. */
export function isRepeatable(expr: Expr, { env }: Program): boolean {
  const isOwn = env.options.functions?.some(({ custom }) => custom) ?? false
  return !isOwn && !hasPart(expr, readsClock)
}

function readsClock(part: Expr): boolean {
  return part.kind === 'call' && /^\.?(now|timeSince)$/.test(part.function)
}
