import type { Expr } from './ast.ts'

/** The text of an expression, macros as they were written. */
export function print(expr: Expr): string {
  throw new Error(`not built yet (${expr.kind})`)
}
