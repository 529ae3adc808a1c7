import { children, type Expr } from '../ast.ts'
import { mapChildren } from '../reduce/rewrite.ts'

/**
 * A copy of an expression in which some parts are replaced by others. Every node of it has an id of
 * its own, counted from the outside in, and none tells the macro that it comes from.
 */
export function copyExpr(
  expr: Expr,
  replacement: (part: Expr) => Expr | undefined = () => undefined,
): Expr {
  return renumber(replace(expr, (part) => withoutIds(replacement(part))))
}

/**
 * The same for parts that keep their ids as far as they have any but 0: those that are equal stay
 * equal, so that cel-go takes what they stand for to be one.
 */
export function insertExpr(expr: Expr, replacement: (part: Expr) => Expr | undefined): Expr {
  return renumber(replace(expr, replacement))
}

function replace(expr: Expr, replacement: (part: Expr) => Expr | undefined): Expr {
  const found = replacement(expr)
  if (found !== undefined) return found
  return { ...bare(mapChildren(expr, (child) => replace(child, replacement))), id: 0 }
}

function withoutIds(expr: Expr | undefined): Expr | undefined {
  return expr && replace(expr, () => undefined)
}

function bare(expr: Expr): Expr {
  if (expr.macro === undefined) return expr
  const { macro: _, ...rest } = expr
  return rest as Expr // The same node, without the note of where it comes from.
}

function renumber(expr: Expr): Expr {
  let last = 0
  const given = new Map<number, number>()
  const next = (id: number): number => {
    const known = id === 0 ? undefined : given.get(id)
    if (known !== undefined) return known
    last += 1
    if (id !== 0) given.set(id, last)
    return last
  }
  const visit = (part: Expr): Expr => {
    const id = next(part.id)
    if (part.kind !== 'map') return { ...mapChildren(part, visit), id }
    // An entry has an id before its key and value.
    const entries = part.entries.map((entry) => ({
      ...entry,
      id: next(0),
      key: visit(entry.key),
      value: visit(entry.value),
    }))
    return { ...part, entries, id }
  }
  return visit(expr)
}

/** The greatest id of an expression's nodes. */
export function greatestId(expr: Expr): number {
  return Math.max(expr.id, ...children(expr).map(greatestId))
}
