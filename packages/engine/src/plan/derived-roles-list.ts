import type { Expr } from '@lockstitch/cel'

/** Whether a part of a condition is the list of derived roles, `runtime.effectiveDerivedRoles`. */
export function isDerivedRoles(part: Expr): boolean {
  return (
    part.kind === 'select' &&
    part.operand.kind === 'ident' &&
    part.operand.name === 'runtime' &&
    (part.field === 'effectiveDerivedRoles' || part.field === 'effective_derived_roles')
  )
}
