import type { Env, Expr } from '@lockstitch/cel'
import { copyExpr, namespacedName } from '@lockstitch/cel/partial'

/**
 * An expression as Cerbos's checker leaves it: functions in namespaces have their full names. Variables are
 * written out where it is told what they are.
 */
export function withFullNames(
  expr: Expr,
  env: Env,
  variable: (name: string) => Expr | undefined = () => undefined,
): Expr {
  return copyExpr(expr, (part) => {
    if (part.kind === 'select' && part.operand.kind === 'ident') {
      const { name } = part.operand
      if (name === 'V' || name === 'variables') return variable(part.field)
    }
    if (part.kind !== 'call') return undefined
    const full = namespacedName(part.target, part.function, env)
    if (full === undefined) return undefined
    const { target: _, ...call } = part
    const args = part.args.map((arg) => withFullNames(arg, env, variable))
    return { ...call, function: full, args }
  })
}
