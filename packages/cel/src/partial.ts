import type { Expr } from './ast.ts'
import type { Activation, Env } from './env.ts'
import type { CelError } from './errors.ts'
import { greatestId } from './partial/copy.ts'
import { Interpreter, isUnknown } from './partial/interpreter.ts'
import { prune } from './partial/prune.ts'
import type { Path } from './reduce/paths.ts'
import type { Value } from './values.ts'

export { children } from './ast.ts'
export { compareStrings } from './equality.ts'
export { formatTimestamp as timestampText } from './functions/time-values.ts'
export { namespacedName } from './partial/apply.ts'
export { copyExpr, insertExpr } from './partial/copy.ts'
export { foldConstants, foldSearches, hasPart } from './partial/fold.ts'
export { freePaths } from './reduce/paths.ts'
export { mapChildren } from './reduce/rewrite.ts'

// `reduce` keeps the meaning of an expression whatever the unknowns are. This here is cel-go's own
// way, for those who need the very shape of what is left there: what cel-go did not come to
// evaluate stays as it was written, and what it evaluated becomes a literal.

/** What is known while an expression is evaluated in part. */
export interface PartialScope {
  readonly env: Env
  /** The values of variables; what is below an unknown path is not looked at. */
  readonly activation: Activation
  /** The paths of which nothing is known: `[['R'], ['request', 'resource']]`. */
  readonly unknown: readonly Path[]
  /** Values of dotted names, which are looked up before anything else: `R.attr.owner`. */
  readonly qualified: ReadonlyMap<string, Value>
  /** The variables of comprehensions around, which have values here. */
  readonly locals?: ReadonlyMap<string, Value>
}

/** What an expression comes to, and what is left of it. */
export type PartialResult =
  | { readonly kind: 'value'; readonly value: Value; readonly residual: Expr }
  | { readonly kind: 'error'; readonly error: CelError; readonly residual: Expr }
  | { readonly kind: 'unknown'; readonly residual: Expr }

/**
 * Evaluates an expression as far as cel-go does, and prunes it as cel-go does. The ids of its nodes
 * are unique. Functions in namespaces are called by their full names: `math.abs` has no target.
 *
 * @see https://github.com/google/cel-go/blob/master/interpreter/prune.go
 */
export function evaluatePartially(expr: Expr, scope: PartialScope): PartialResult {
  const interpreter = new Interpreter(scope)
  const outcome = interpreter.evaluate(expr, scope.locals ?? new Map())
  let last = greatestId(expr)
  const nextId = (): number => {
    last += 1
    return last
  }
  const residual = prune(expr, { outcomes: interpreter.state, nextId })
  if (isUnknown(outcome)) return { kind: 'unknown', residual }
  return outcome.kind === 'error'
    ? { kind: 'error', error: outcome.error, residual }
    : { kind: 'value', value: outcome.value, residual }
}
