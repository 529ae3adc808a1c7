import type { CallExpr, Expr } from '../ast.ts'
import { unreachable } from '../ast.ts'
import type { Reference } from '../check.ts'
import { isClosed } from '../plan-failure.ts'

/**
 * An expression with its names written out in full: `a.b.c` is one identifier where that is one
 * variable, `math.abs(x)` a call of the function `math.abs`, and a namespace that was left out is
 * there. Nodes keep their ids. `isFolded` tells whether constants are folded before anything is run.
 */
export function qualify(
  expr: Expr,
  references: readonly (Reference | undefined)[],
  isFolded: () => boolean = () => false,
): Expr {
  const each = (part: Expr): Expr => qualify(part, references, isFolded)
  const reference = references[expr.id]
  switch (expr.kind) {
    case 'const':
      return expr
    case 'ident':
      return { ...expr, name: reference?.name ?? expr.name }
    case 'select': {
      const { id, span } = expr
      if (reference !== undefined) return { kind: 'ident', id, span, name: reference.name }
      return { ...expr, operand: each(expr.operand) }
    }
    case 'call': {
      const { target, ...call } = expr
      const args = expr.args.map(each)
      const name = settledName(expr, reference, isFolded) ?? reference?.name ?? expr.function
      if (target === undefined) return { ...call, function: name, args }
      const isMethod = name === expr.function
      return isMethod ? { ...expr, target: each(target), args } : { ...call, function: name, args }
    }
    case 'list':
      return { ...expr, elements: expr.elements.map(each) }
    case 'map': {
      const entries = expr.entries.map((entry) => ({
        ...entry,
        key: each(entry.key),
        value: each(entry.value),
      }))
      return { ...expr, entries }
    }
    case 'struct': {
      const entries = expr.entries.map((entry) => ({ ...entry, value: each(entry.value) }))
      return { ...expr, messageName: reference?.name ?? expr.messageName, entries }
    }
    case 'comprehension':
      return {
        ...expr,
        iterRange: each(expr.iterRange),
        accuInit: each(expr.accuInit),
        loopCondition: each(expr.loopCondition),
        loopStep: each(expr.loopStep),
        result: each(expr.result),
      }
    default:
      return unreachable(expr)
  }
}

/**
 * `math.least(list)` where the checker settled on one type of elements: cel-go then refuses a list
 * whose first element is of another, unless it is constant and was folded.
 */
function settledName(
  { args: [list, second] }: CallExpr,
  reference: Reference | undefined,
  isFolded: () => boolean,
): string | undefined {
  if (second !== undefined || reference?.kind !== 'function') return undefined
  const [id, other] = reference.overloads
  const isSettled = other === undefined && id?.startsWith('math_@') && id.includes('_list_')
  return isSettled && !(isClosed(list) && isFolded()) ? id : undefined
}
