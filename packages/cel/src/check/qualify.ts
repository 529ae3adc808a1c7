import type { Expr } from '../ast.ts'
import { unreachable } from '../ast.ts'
import type { Reference } from '../check.ts'

/**
 * An expression with its names written out in full: `a.b.c` is one identifier where that is one
 * variable, `math.abs(x)` a call of the function `math.abs`, and a namespace that was left out is
 * there. Nodes keep their ids.
 */
export function qualify(expr: Expr, references: readonly (Reference | undefined)[]): Expr {
  const each = (part: Expr): Expr => qualify(part, references)
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
      const name = reference?.name ?? expr.function
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
