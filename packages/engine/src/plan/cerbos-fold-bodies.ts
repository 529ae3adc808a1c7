import type { CallExpr, ComprehensionExpr, Expr } from '@lockstitch/cel'
import {
  copyExpr,
  evaluatePartially,
  mapChildren,
  type PartialScope,
} from '@lockstitch/cel/partial'

import { NotPlannable } from './not-plannable.ts'

/**
 * Evaluates the bodies of comprehensions, of whose variables nothing is known. As in Cerbos names and
 * constants alone keep their ids.
 */
export function foldBodies(expr: Expr, scope: PartialScope): Expr {
  if (expr.kind === 'const' || expr.kind === 'ident') return expr
  if (expr.kind !== 'comprehension') {
    return { ...mapChildren(expr, (part) => foldBodies(part, scope)), id: 0 }
  }
  const { loopStep } = expr
  if (loopStep.kind !== 'call') throw new NotPlannable('cel.bind, sortBy and optional values')
  const position = bodyPosition(expr, loopStep)
  const variables = [[expr.iterVar], ...(expr.iterVar2 === undefined ? [] : [[expr.iterVar2]])]
  const inside = { ...scope, unknown: [...scope.unknown, ...variables] }
  const args = loopStep.args.map((arg, index) => {
    return index === position ? body(arg, inside) : arg
  })
  const iterRange = foldBodies(expr.iterRange, scope)
  return { ...expr, id: 0, iterRange, loopStep: { ...loopStep, id: 0, args } }
}

/** The accumulator comes first where the body does not. */
function bodyPosition({ accuVar }: ComprehensionExpr, { args: [first] }: CallExpr): 0 | 1 {
  return first?.kind === 'ident' && first.name === accuVar ? 1 : 0
}

function body(expr: Expr, scope: PartialScope): Expr {
  const result = evaluatePartially(copyExpr(expr), scope)
  if (result.kind === 'error') throw new NotPlannable(`an error: ${result.error.message}`)
  return foldBodies(result.residual, scope)
}
