import type { CallExpr, Expr } from '../ast.ts'
import { ExprBuilder } from '../expr-builder.ts'
import { isMap, mapSize } from '../maps.ts'
import { literalOf } from '../reduce/literal.ts'
import { mapChildren } from '../reduce/rewrite.ts'
import { Optional, type Value } from '../values.ts'
import { known, type Outcome } from './outcome.ts'

/** What each node came to, and ids for those that are made. */
export interface PruneState {
  readonly outcomes: Map<number, Outcome>
  readonly nextId: () => number
}

/** What cel-go leaves of an expression: values where they are known, and no operands that do not matter. */
export function prune(expr: Expr, state: PruneState): Expr {
  const value = knownValue(expr, state)
  const literal = value === undefined ? undefined : literalAt(expr, value, state)
  if (literal !== undefined) return literal
  switch (expr.kind) {
    case 'comprehension': {
      const iterRange = prune(expr.iterRange, state)
      return iterRange === expr.iterRange ? expr : { ...withoutMacro(expr), iterRange }
    }
    case 'call':
      return pruneCall(mapChildren(expr, (child) => prune(child, state)) as CallExpr, state)
    case 'list':
      return pruneList(expr, state)
    default:
      return mapChildren(withoutMacro(expr), (child) => prune(child, state))
  }
}

function withoutMacro<Node extends Expr>(expr: Node): Node {
  if (expr.macro === undefined) return expr
  const { macro: _, ...rest } = expr
  return rest as Node // The same node, without the note of where it comes from.
}

function pruneList(expr: Expr & { readonly kind: 'list' }, state: PruneState): Expr {
  if (expr.optionalIndices.length === 0) return mapChildren(expr, (each) => prune(each, state))
  const elements: Expr[] = []
  const optionalIndices: number[] = []
  for (const [index, element] of expr.elements.entries()) {
    const isOptional = expr.optionalIndices.includes(index)
    const value = isOptional ? knownValue(element, state) : undefined
    if (value instanceof Optional) {
      if (value.value === undefined) continue
      const literal = literalAt(element, value.value, state)
      if (literal !== undefined) {
        elements.push(literal)
        continue
      }
    }
    if (isOptional) optionalIndices.push(elements.length)
    elements.push(prune(element, state))
  }
  return { ...expr, elements, optionalIndices }
}

/** A call whose arguments are pruned. */
function pruneCall(call: CallExpr, state: PruneState): Expr {
  if (call.target !== undefined || !state.outcomes.has(call.id)) return call
  const [first, second, third] = call.args
  if (first === undefined) return call
  if (call.function === '!_') {
    const value = knownValue(first, state)
    return typeof value === 'boolean' ? boolAt(call, !value, state) : call
  }
  if (second === undefined) return call
  if (call.function === '_||_' || call.function === '_&&_') {
    return pruneJunction(call, first, second, call.function === '_||_', state)
  }
  if (call.function === '@in') {
    const value = knownValue(second, state)
    return value !== undefined && sizeOf(value) === 0 ? boolAt(call, false, state) : call
  }
  if (call.function === '_?_:_' && third !== undefined) {
    const test = knownValue(first, state)
    if (test === undefined) return call
    return test === true ? second : third
  }
  return call
}

function pruneJunction(
  call: CallExpr,
  left: Expr,
  right: Expr,
  decisive: boolean,
  state: PruneState,
): Expr {
  const [leftValue, rightValue] = [knownValue(left, state), knownValue(right, state)]
  if (leftValue !== undefined) {
    return leftValue === decisive ? boolAt(call, decisive, state) : right
  }
  if (rightValue !== undefined) {
    return rightValue === decisive ? boolAt(call, decisive, state) : left
  }
  return call
}

function boolAt(expr: Expr, value: boolean, state: PruneState): Expr {
  return literalAt(expr, value, state) ?? expr
}

function literalAt(expr: Expr, value: Value, state: PruneState): Expr | undefined {
  const literal = literalOf(value, new ExprBuilder(() => 0, expr.span))
  if (literal === undefined) return undefined
  state.outcomes.set(expr.id, known(value))
  return numbered(literal, expr.id, state.nextId)
}

/** A literal whose parts have ids in the order in which cel-go makes them. */
function numbered(expr: Expr, id: number, nextId: () => number): Expr {
  const part = (each: Expr): Expr => numbered(each, nextId(), nextId)
  if (expr.kind !== 'map') return { ...mapChildren(expr, part), id }
  const entries = expr.entries.map((entry) => {
    const [key, value] = [part(entry.key), part(entry.value)]
    return { ...entry, key, value, id: nextId() }
  })
  return { ...expr, entries, id }
}

function knownValue(expr: Expr, state: PruneState): Value | undefined {
  const outcome = state.outcomes.get(expr.id)
  return outcome?.kind === 'value' ? outcome.value : undefined
}

function sizeOf(value: Value): number | undefined {
  if (Array.isArray(value) || typeof value === 'string' || value instanceof Uint8Array) {
    return value.length
  }
  return isMap(value) ? mapSize(value) : undefined
}
