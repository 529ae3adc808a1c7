import { type CallExpr, children, type Expr } from './ast.ts'
import { CelError } from './errors.ts'
import { compilePattern } from './functions/regex.ts'
import { Opaque, type Value } from './values.ts'

// cel-go converts constants while it plans a program, and compiles constant patterns. What fails
// then fails the whole program: `R.attr.admin || int("x") == 1` is an error whoever asks. Before
// that Cerbos folds what is constant, so that a part which is decided by then is gone:
// `true || int("x") == 1` is true.

/** Evaluates an expression without variables. */
type Evaluate = (closed: Expr) => Value | CelError

/** The error that a program answers with whatever its variables are, if it is such a program. */
export function planFailure(expr: Expr, evaluate: Evaluate): CelError | undefined {
  const fails = (call: CallExpr): boolean =>
    isClosed(plannedPart(call)) && failsPlanned(call, evaluate) !== undefined
  if (!someCall(expr, fails)) return undefined
  if (!readsClock(expr)) {
    const folding = new Folding(evaluate)
    const { failure } = folding.visitRoot(expr)
    if (folding.succeeded) return failure
  }
  return failureUnfolded(expr, evaluate)
}

// biome-ignore format: a list
const CONVERSIONS: ReadonlySet<string> = new Set([
  'bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'uint',
])

function isConversion(expr: Expr): expr is CallExpr {
  return isCall(expr) && expr.target === undefined && CONVERSIONS.has(expr.function)
}

function isCall(expr: Expr): expr is CallExpr {
  return expr.kind === 'call'
}

function someCall(expr: Expr, test: (call: CallExpr) => boolean): boolean {
  return (isCall(expr) && test(expr)) || children(expr).some((child) => someCall(child, test))
}

/** Cerbos leaves an expression as it is when it asks for the time. */
function readsClock(expr: Expr): boolean {
  return someCall(expr, (call) => call.function === 'now' || call.function === 'timeSince')
}

/** The part of a call that is looked at when the call is planned, if any is. */
function plannedPart(call: CallExpr): Expr | undefined {
  if (call.function === 'matches') return call.args.at(-1)
  return isConversion(call) ? call.args[0] : undefined
}

/** Whether planning a call fails; the part that is looked at is constant. */
function failsPlanned(call: CallExpr, evaluate: Evaluate): CelError | undefined {
  const outcome = evaluate(isConversion(call) ? call : (plannedPart(call) as Expr))
  if (isConversion(call)) return outcome instanceof CelError ? outcome : undefined
  const matcher = typeof outcome === 'string' ? compilePattern(outcome) : undefined
  return matcher instanceof CelError ? matcher : undefined
}

/** Whether an expression reads no variables but those of its own comprehensions. */
function isClosed(expr: Expr | undefined, bound: readonly string[] = []): boolean {
  if (expr === undefined) return false
  if (expr.kind === 'ident') return bound.includes(expr.name)
  if (expr.kind !== 'comprehension') return children(expr).every((each) => isClosed(each, bound))
  const { iterVar, iterVar2 = iterVar, accuVar } = expr
  return children(expr).every((each) => isClosed(each, [...bound, iterVar, iterVar2, accuVar]))
}

function failureUnfolded(expr: Expr, evaluate: Evaluate): CelError | undefined {
  for (const child of children(expr)) {
    const failure = failureUnfolded(child, evaluate)
    if (failure !== undefined) return failure
  }
  if (!isCall(expr)) return undefined
  return isPlanned(plannedPart(expr)) ? failsPlanned(expr, evaluate) : undefined
}

/** Whether planning makes a constant of an expression: of literals and their conversions alone. */
function isPlanned(expr: Expr | undefined): boolean {
  switch (expr?.kind) {
    case 'const':
      return true
    case 'list':
    case 'map':
      return children(expr).every(isPlanned)
    case 'call':
      return isConversion(expr) && expr.args.every(isPlanned)
    default:
      return false
  }
}

/** What folding makes of a part: its value if it has one, else what fails within what is left. */
interface Part {
  readonly value?: Value
  readonly failure?: CelError | undefined
}

// Cerbos checks a folded expression again, and these refuse an argument that they cannot read.
const CHECKED_LITERALS: ReadonlySet<string> = new Set(['duration', 'timestamp', 'ip', 'cidr'])

class Folding {
  /** Whether the folded expression can be written down and passes the checker. */
  succeeded = true
  readonly #evaluate: Evaluate
  /** How many comprehensions are around. */
  #depth = 0

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate
  }

  visitRoot(expr: Expr): Part {
    return this.#kept([this.#visit(expr)])
  }

  #visit(expr: Expr): Part {
    const parts = children(expr)
    switch (expr.kind) {
      case 'const':
        return this.#valueOf(expr) ?? {}
      case 'comprehension':
        return this.#visitComprehension(expr)
      case 'call':
        return this.#visitCall(expr)
      case 'list':
      case 'map':
      case 'select': {
        const visited = parts.map((part) => this.#visit(part))
        return (visited.every(hasValue) && this.#valueOf(expr)) || this.#kept(visited)
      }
      default:
        return this.#visitAll(parts)
    }
  }

  /**
   * One within another, or with variables, is tried in the end only: if it has a value even so,
   * that replaces it, and what is around it stays.
   */
  #visitComprehension(expr: Expr): Part {
    const isFirst = this.#depth === 0 && isClosed(expr)
    const value = this.#valueOf(expr)
    if (value !== undefined) return isFirst ? value : {}
    this.#depth += 1
    const part = this.#visitAll(children(expr))
    this.#depth -= 1
    return part
  }

  #visitCall(call: CallExpr): Part {
    if (call.function === '_||_') return this.#visitJunction(call, true)
    if (call.function === '_&&_') return this.#visitJunction(call, false)
    if (call.function === '@in' && isEmptyList(call.args[1])) return { value: false }
    const parts = children(call).map((part) => this.#visit(part))
    if (call.function === '_?_:_') {
      const [condition, whenTrue = {}, whenFalse = {}] = parts
      if (typeof condition?.value === 'boolean') return condition.value ? whenTrue : whenFalse
    }
    const value = parts.every(hasValue) ? this.#valueOf(call) : undefined
    if (value !== undefined) return value
    const planned = parts.at(-1)
    if (plannedPart(call) === undefined || planned === undefined || !hasValue(planned)) {
      if (CHECKED_LITERALS.has(call.function) && parts.every(hasValue)) this.succeeded = false
      return this.#kept(parts)
    }
    const failure = failsPlanned(call, this.#evaluate)
    const isChecked = CHECKED_LITERALS.has(call.function) || call.target !== undefined
    if (failure !== undefined && isChecked) this.succeeded = false
    const kept = this.#kept(parts)
    return { failure: failure ?? kept.failure }
  }

  /** `&&` and `||`: one operand that decides does away with the others. */
  #visitJunction(call: CallExpr, decisive: boolean): Part {
    const parts = call.args.map((part) => this.#visit(part))
    if (parts.some(({ value }) => value === decisive)) return { value: decisive }
    const open = parts.filter(({ value }) => value !== !decisive)
    const [only] = open
    if (only === undefined) return { value: !decisive }
    return open.length === 1 ? only : this.#kept(open)
  }

  #visitAll(parts: readonly Expr[]): Part {
    return this.#kept(parts.map((part) => this.#visit(part)))
  }

  #valueOf(expr: Expr): Part | undefined {
    const value = this.#evaluate(expr)
    return value instanceof CelError ? undefined : { value }
  }

  /** What is left of parts within something that has no value. A library's own type has no literal. */
  #kept(parts: readonly Part[]): Part {
    if (parts.some(({ value }) => value instanceof Opaque)) this.succeeded = false
    return { failure: parts.find(({ failure }) => failure !== undefined)?.failure }
  }
}

function isEmptyList(expr: Expr | undefined): boolean {
  return expr?.kind === 'list' && expr.elements.length === 0
}

function hasValue({ value }: Part): boolean {
  return value !== undefined
}
