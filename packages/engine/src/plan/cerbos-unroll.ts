import type { Expr, Value } from '@lockstitch/cel'
import { copyExpr, evaluatePartially, hasPart, type PartialScope } from '@lockstitch/cel/partial'

import { chain } from './cerbos-node.ts'
import { foldParts } from './fold-parts.ts'
import { NotPlannable } from './not-plannable.ts'

/** Over more elements Cerbos does not write a quantifier out. */
const MOST_ELEMENTS = 10

/** `all` and `exists` over few known elements: the body for each of them. */
export function unrolled(expr: Expr, scope: PartialScope): Expr | undefined {
  if (expr.kind !== 'comprehension' || !isLiteral(expr.iterRange)) return undefined
  const parts = foldParts(expr)
  if (parts?.operator !== 'exists' && parts?.operator !== 'all') return undefined
  const { iterVar, iterVar2, iterRange } = expr
  const rounds = roundsOf(iterRange, iterVar2 !== undefined)
  if (rounds === undefined || rounds.length > MOST_ELEMENTS) return undefined
  // Cerbos writes the body down as text, which it cannot do with a comprehension.
  if (hasPart(parts.body, ({ kind }) => kind === 'comprehension')) {
    throw new NotPlannable('a comprehension within one over known elements')
  }
  const value = (element: Expr | bigint): Value => {
    return typeof element === 'bigint' ? element : literalValue(element, scope)
  }
  const bodies = rounds.map(([first, second]) => {
    const locals = new Map([...(scope.locals ?? []), [iterVar, value(first)]])
    if (iterVar2 !== undefined && second !== undefined) locals.set(iterVar2, value(second))
    const result = evaluatePartially(copyExpr(parts.body), { ...scope, locals })
    if (result.kind === 'error') throw new NotPlannable(`an error: ${result.error.message}`)
    return result.residual
  })
  return chain(parts.operator === 'all' ? '_&&_' : '_||_', bodies)
}

type Round = readonly [first: Expr | bigint, second: Expr | undefined]

function roundsOf(range: Expr, isPair: boolean): readonly Round[] | undefined {
  if (range.kind === 'list') {
    return range.elements.map(
      (element, index): Round => (isPair ? [BigInt(index), element] : [element, undefined]),
    )
  }
  if (range.kind !== 'map') return undefined
  return range.entries.map(({ key, value }): Round => [key, value])
}

function literalValue(element: Expr, scope: PartialScope): Value {
  const result = evaluatePartially(copyExpr(element), scope)
  // A literal has a value.
  return result.kind === 'value' ? result.value : null
}

function isLiteral(expr: Expr): boolean {
  if (expr.kind === 'const') return true
  if (expr.kind === 'list') return expr.elements.every(isLiteral)
  if (expr.kind !== 'map') return false
  return expr.entries.every(({ key, value }) => isLiteral(key) && isLiteral(value))
}
