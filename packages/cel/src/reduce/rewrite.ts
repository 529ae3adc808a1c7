import type { CallExpr, ComprehensionExpr, Expr } from '../ast.ts'
import { children, unreachable } from '../ast.ts'
import type { NextId } from '../expr-builder.ts'

/** The variables of the comprehensions around a part. */
export type Locals = ReadonlySet<string>

/** What stands in the place of a part, or `undefined` to look into the part. */
export type Replace = (part: Expr, locals: Locals) => Expr | undefined

export const NO_LOCALS: Locals = new Set()

/**
 * A copy of an expression in which some parts are replaced; every node has a fresh id. The macro
 * calls that are kept beside their expansions change with them, so that the copy prints as it is.
 */
export function rewrite(expr: Expr, replace: Replace, nextId: NextId): Expr {
  // A macro call shares its arguments with the expansion. They are copied with the expansion,
  // where it is plain which variables are the macro's own, and looked up for the call.
  const copies = new Map<Expr, Expr>()
  const copy = (part: Expr, locals: Locals): Expr => {
    const made = replace(part, locals) ?? withMacro(part, copyParts(part, locals))
    copies.set(part, made)
    return made
  }
  const copyParts = (part: Expr, locals: Locals): Expr => {
    if (part.kind !== 'comprehension') {
      return fresh(
        mapChildren(part, (each) => copy(each, locals)),
        nextId,
      )
    }
    const inside = withVariables(locals, part)
    return {
      ...part,
      id: nextId(),
      iterRange: copy(part.iterRange, locals),
      accuInit: copy(part.accuInit, locals),
      loopCondition: copy(part.loopCondition, inside),
      loopStep: copy(part.loopStep, inside),
      result: copy(part.result, inside),
    }
  }
  const withMacro = (part: Expr, made: Expr): Expr =>
    part.macro === undefined ? made : { ...made, macro: asWritten(part.macro) as CallExpr }
  const asWritten = (part: Expr): Expr =>
    copies.get(part) ?? fresh(mapChildren(part, asWritten), nextId)
  return copy(expr, NO_LOCALS)
}

function fresh(expr: Expr, nextId: NextId): Expr {
  if (expr.kind !== 'map') return { ...expr, id: nextId() }
  return { ...expr, id: nextId(), entries: expr.entries.map((each) => ({ ...each, id: nextId() })) }
}

/** The locals inside a comprehension. */
function withVariables(locals: Locals, fold: ComprehensionExpr): Locals {
  const { iterVar, iterVar2 = iterVar, accuVar } = fold
  return new Set([...locals, iterVar, iterVar2, accuVar])
}

/** The same node with other children; itself where they are the same. */
export function mapChildren(expr: Expr, map: (child: Expr) => Expr): Expr {
  const before = children(expr)
  const after = before.map(map)
  return before.every((child, i) => child === after[i]) ? expr : withChildren(expr, after)
}

/** The same node with other children, in the order of {@link children}. */
function withChildren(expr: Expr, parts: readonly Expr[]): Expr {
  // INVARIANT: there are as many parts as the node has children.
  const part = (position: number): Expr => parts[position] as Expr
  switch (expr.kind) {
    case 'const':
    case 'ident':
      return expr
    case 'select':
      return { ...expr, operand: part(0) }
    case 'call':
      return expr.target === undefined
        ? { ...expr, args: parts }
        : { ...expr, target: part(0), args: parts.slice(1) }
    case 'list':
      return { ...expr, elements: parts }
    case 'map': {
      const entries = expr.entries.map((entry, i) => {
        return { ...entry, key: part(2 * i), value: part(2 * i + 1) }
      })
      return { ...expr, entries }
    }
    case 'struct':
      return { ...expr, entries: expr.entries.map((entry, i) => ({ ...entry, value: part(i) })) }
    case 'comprehension': {
      const [iterRange, accuInit, loopCondition, loopStep, result] = parts as [
        Expr,
        Expr,
        Expr,
        Expr,
        Expr,
      ]
      return { ...expr, iterRange, accuInit, loopCondition, loopStep, result }
    }
    default:
      return unreachable(expr)
  }
}
