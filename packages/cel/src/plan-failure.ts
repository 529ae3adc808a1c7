import { type CallExpr, type ComprehensionExpr, children, type Expr } from './ast.ts'
import { CelError } from './errors.ts'
import { compilePattern } from './functions/regex.ts'
import type { Value } from './values.ts'

// cel-go converts constants while it plans a program, and compiles constant patterns. What fails
// then fails the whole program: `R.attr.admin || int("x") == 1` is an error whoever asks. Before
// that Cerbos folds what is constant (`folding.ts`), so that a part which is decided by then is gone:
// `true || int("x") == 1` is true there.

/** Evaluates an expression without variables. */
export type Evaluate = (closed: Expr) => Value | CelError

/** What calls of `in` come to whatever the variables are. */
export type Memberships = Map<Expr, boolean>

/** An expression that is to be planned. */
export interface Planned {
  readonly written: Expr
  /** The same with its names written out in full. */
  readonly expr: Expr
  readonly evaluate: Evaluate
  /** Whether the checker accepts an expression. */
  readonly checks: (expr: Expr) => boolean
}

/** What becomes of the constants of an expression before it is planned. */
export interface Folding {
  /** Whether what is left is planned instead of what was written. */
  succeeds(planned: Planned): boolean
  /** Finds the calls of `in` that are decided although not all of their parts are constant. */
  findMemberships(planned: Planned, memberships: Memberships): void
  /** What fails in planning what is left. */
  failure(planned: Planned): CelError | undefined
}

/** The error that a program answers with whatever its variables are, if it is such a program. */
export function planFailure(planned: Planned, folding: Folding | undefined): CelError | undefined {
  return folding === undefined
    ? failureUnfolded(planned.expr, (part) => failure(part, planned.evaluate))
    : folding.failure(planned)
}

/** Finds the calls of `in` that planning decides: nothing is in a list that is written empty. */
export function planMemberships(
  planned: Planned,
  folding: Folding | undefined,
  memberships: Memberships,
): void {
  folding?.findMemberships(planned, memberships)
  someCall(planned.expr, (call) => {
    if (isEmptySearch(call)) memberships.set(call, false)
    return false
  })
}

/** Whether a call is of `in`, in a list that is written empty. */
export function isEmptySearch({ function: name, args: [, container] }: CallExpr): boolean {
  return name === '@in' && container?.kind === 'list' && container.elements.length === 0
}

const CONVERSION = /^(?:bool|bytes|double|duration|dyn|int|string|timestamp|type|uint)$/

function isConversion(expr: Expr): expr is CallExpr {
  return isCall(expr) && expr.target === undefined && CONVERSION.test(expr.function)
}

function isCall(expr: Expr): expr is CallExpr {
  return expr.kind === 'call'
}

export function someCall(expr: Expr, test: (call: CallExpr) => boolean): boolean {
  return somePart(expr, (part) => isCall(part) && test(part))
}

export function somePart(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || children(expr).some((child) => somePart(child, test))
}

/** The part of a call that is looked at when the call is planned, if any is. */
export function plannedPart(call: CallExpr): Expr | undefined {
  if (call.function === 'matches') return call.args.at(-1)
  return isConversion(call) ? call.args[0] : undefined
}

/** Whether planning a call fails; the part that is looked at is constant. */
export function failsPlanned(call: CallExpr, evaluate: Evaluate): CelError | undefined {
  const part = plannedPart(call) as Expr
  const outcome = evaluate(isConversion(call) ? call : part)
  if (isConversion(call)) return outcome instanceof CelError ? outcome : undefined
  const matcher = typeof outcome === 'string' ? compilePattern(outcome) : undefined
  return matcher instanceof CelError ? matcher : undefined
}

/** Whether an expression reads no variables but those of its own comprehensions. */
export function isClosed(expr: Expr | undefined, bound: readonly string[] = []): boolean {
  if (expr === undefined) return false
  if (expr.kind === 'ident') return bound.includes(expr.name)
  const inside = expr.kind === 'comprehension' ? [...bound, ...variablesOf(expr)] : bound
  return children(expr).every((each) => isClosed(each, inside))
}

/** The names of the variables of a comprehension. */
export function variablesOf({
  iterVar,
  iterVar2 = iterVar,
  accuVar,
}: ComprehensionExpr): readonly string[] {
  return [iterVar, iterVar2, accuVar]
}

/** The first failure of the parts of an expression, inner ones before. */
export function failureUnfolded(
  expr: Expr,
  failureOf: (part: Expr) => CelError | undefined,
): CelError | undefined {
  for (const child of children(expr)) {
    const found = failureUnfolded(child, failureOf)
    if (found !== undefined) return found
  }
  return failureOf(expr)
}

function failure(part: Expr, evaluate: Evaluate): CelError | undefined {
  if (!isCall(part) || !isPlanned(plannedPart(part), evaluate)) return undefined
  return failsPlanned(part, evaluate)
}

/** Whether planning makes a constant of an expression: of literals and their conversions alone. */
export function isPlanned(expr: Expr | undefined, evaluate: Evaluate): boolean {
  switch (expr?.kind) {
    case 'const':
      return true
    case 'ident':
      return !(evaluate(expr) instanceof CelError) // The name of a type.
    case 'list':
    case 'map':
      return children(expr).every((each) => isPlanned(each, evaluate))
    case 'call':
      return isConversion(expr) && expr.args.every((each) => isPlanned(each, evaluate))
    default:
      return false
  }
}
