import type { CelError, Expr } from '@lockstitch/cel'
import { copyExpr, evaluatePartially, hasPart, type PartialScope } from '@lockstitch/cel/partial'
import { foldBodies } from './cerbos-fold-bodies.ts'
import { lookupCases } from './cerbos-lookup.ts'
import { boolExpr, call } from './cerbos-node.ts'
import { unrolled } from './cerbos-unroll.ts'
import { NotPlannable } from './not-plannable.ts'

/** What is left of a condition, or the error that it is whatever the resource is. */
export type Residual =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'error'; readonly error: CelError }

/** Evaluates a condition as Cerbos's planner does: what is no bool is false. */
export function cerbosResidual(condition: Expr, scope: PartialScope): Residual {
  const result = evaluatePartially(withKnownFields(condition, scope), scope)
  if (result.kind === 'error') return result
  if (result.kind === 'unknown') {
    if (hasPart(result.residual, isOptional)) throw new NotPlannable('optional values')
    return { kind: 'expr', expr: ofUnknown(result.residual, scope) }
  }
  const isBool = typeof result.value === 'boolean'
  return { kind: 'expr', expr: isBool ? result.residual : boolExpr(false) }
}

function ofUnknown(residual: Expr, scope: PartialScope): Expr {
  const expr = foldBodies(residual, scope)
  const rewritten = lookupCases(expr) ?? unrolled(expr, scope)
  if (rewritten === undefined) return expr
  const again = evaluatePartially(copyExpr(rewritten), scope)
  if (again.kind === 'error') throw new NotPlannable(`an error: ${again.error.message}`)
  return again.residual
}

// biome-ignore format: a list
const OPTIONAL_FUNCTIONS: ReadonlySet<string> = new Set([
  '_?._', '_[?_]', 'optional.of', 'optional.none', 'optional.ofNonZeroValue', 'optional.unwrap', 'unwrapOpt', 'hasValue', 'value', 'or', 'orValue',
])

function isOptional(part: Expr): boolean {
  if (part.kind === 'call') return OPTIONAL_FUNCTIONS.has(part.function)
  if (part.kind === 'list') return part.optionalIndices.length > 0
  return part.kind === 'map' && part.entries.some(({ optional }) => optional)
}

/**
 * Where the whole condition is a selection, Cerbos reads the attributes that are known one by one.
 * Elsewhere it does not, which makes `has(R.attr.x)` the value of `x`.
 */
function withKnownFields(condition: Expr, { qualified }: PartialScope): Expr {
  if (condition.kind !== 'select') return condition
  return copyExpr(condition, (part) => {
    if (part.kind !== 'select' || part.operand.kind !== 'select') return undefined
    const { operand, field } = part.operand
    if (field !== 'attr' || operand.kind !== 'ident' || operand.name !== 'R') return undefined
    return qualified.has(`R.attr.${part.field}`) ? call('id', [part]) : undefined
  })
}
