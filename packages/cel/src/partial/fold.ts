import { type CallExpr, children, type Expr } from '../ast.ts'
import type { Env } from '../env.ts'
import { CelError } from '../errors.ts'
import { ExprBuilder } from '../expr-builder.ts'
import { CERBOS_FOLDING } from '../folding.ts'
import { type Memberships, planMemberships } from '../plan-failure.ts'
import { literalOf } from '../reduce/literal.ts'
import { mapChildren, rewrite } from '../reduce/rewrite.ts'
import type { Value } from '../values.ts'
import { Applier } from './apply.ts'

/**
 * An expression with its constant parts evaluated, as Cerbos has it before it makes a plan. One that
 * asks for the time stays as it is.
 */
export function foldConstants(expr: Expr, env: Env): Expr {
  if (hasPart(expr, readsClock)) return expr
  const applier = new Applier(env, {})
  const memberships = membershipsIn(expr, applier)
  const fold = (part: Expr): Expr => {
    const isMember = memberships.get(part)
    if (isMember !== undefined) return new ExprBuilder(() => part.id, part.span).bool(isMember)
    if (isFoldable(part) && isClosed(part, [])) {
      const literal = literalFor(part, applier)
      if (literal !== undefined) return literal
    }
    const inner = part.kind === 'comprehension' ? part : mapChildren(part, fold)
    return inner.kind === 'call' ? withoutBranches(inner) : foldRange(inner, fold)
  }
  return fold(expr)
}

/**
 * An expression in which those searches are decided that Cerbos decides before it evaluates: `x in []`
 * is false and `"a" in [x, "a"]` true, whatever `x` is. Macros stay what they are.
 */
export function foldSearches(expr: Expr, env: Env): Expr {
  const memberships = membershipsIn(expr, new Applier(env, {}))
  if (memberships.size === 0) return expr
  let id = 0
  const nextId = (): number => {
    id += 1
    return id
  }
  const replace = (part: Expr): Expr | undefined => {
    const isMember = memberships.get(part)
    return isMember === undefined ? undefined : new ExprBuilder(nextId, part.span).bool(isMember)
  }
  return rewrite(expr, replace, nextId)
}

function membershipsIn(expr: Expr, applier: Applier): Memberships {
  const memberships: Memberships = new Map()
  const evaluate = (closed: Expr): Value | CelError => valueOrError(closed, applier)
  const planned = { written: expr, expr, evaluate, checks: () => true }
  planMemberships(planned, CERBOS_FOLDING, memberships)
  return memberships
}

/** The bodies of a comprehension are folded too; its variables are no constants. */
function foldRange(expr: Expr, fold: (part: Expr) => Expr): Expr {
  return expr.kind === 'comprehension' ? mapChildren(expr, fold) : expr
}

function literalFor(part: Expr, applier: Applier): Expr | undefined {
  const outcome = applier.closed(part)
  if (outcome.kind !== 'value') return undefined
  return literalOf(outcome.value, new ExprBuilder(() => part.id, part.span))
}

function valueOrError(part: Expr, applier: Applier): Value | CelError {
  const outcome = applier.closed(part)
  if (outcome.kind === 'value') return outcome.value
  return outcome.kind === 'error' ? outcome.error : NOT_KNOWN
}

const NOT_KNOWN = new CelError('unbound-variable', 'this part is not constant')

/** Literals stay as they are written. */
function isFoldable({ kind }: Expr): boolean {
  return kind === 'call' || kind === 'select' || kind === 'comprehension'
}

/** Operands that decide, or do not matter, and branches that are never taken go. */
function withoutBranches(call: CallExpr): Expr {
  const [first, second, third] = call.args
  if (call.target !== undefined || first === undefined || second === undefined) return call
  if (call.function === '_?_:_' && third !== undefined) {
    const test = constantOf(first)
    return typeof test === 'boolean' ? (test ? second : third) : call
  }
  if (call.function !== '_&&_' && call.function !== '_||_') return call
  const decisive = call.function === '_||_'
  const [left, right] = [constantOf(first), constantOf(second)]
  if (left === decisive) return first
  if (right === decisive) return second
  if (left === !decisive) return second
  return right === !decisive ? first : call
}

function constantOf(expr: Expr): Value | undefined {
  return expr.kind === 'const' && expr.value.kind === 'bool' ? expr.value.value : undefined
}

function readsClock(part: Expr): boolean {
  return part.kind === 'call' && (part.function === 'now' || part.function === 'timeSince')
}

function isClosed(expr: Expr, bound: readonly string[]): boolean {
  if (expr.kind === 'ident') return bound.includes(expr.name)
  if (expr.kind !== 'comprehension') return children(expr).every((each) => isClosed(each, bound))
  const { iterVar, iterVar2 = iterVar, accuVar } = expr
  const inside = [...bound, iterVar, iterVar2, accuVar]
  return (
    isClosed(expr.iterRange, bound) &&
    isClosed(expr.accuInit, bound) &&
    [expr.loopCondition, expr.loopStep, expr.result].every((each) => isClosed(each, inside))
  )
}

/** Whether an expression has a part of some sort. */
export function hasPart(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || children(expr).some((child) => hasPart(child, test))
}
