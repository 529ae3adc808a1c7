import { type CallExpr, type ComprehensionExpr, children, type Expr } from './ast.ts'
import { equalOrError } from './equality.ts'
import { CelError } from './errors.ts'
import { compilePattern } from './functions/regex.ts'
import { kindOf, Opaque, type Value } from './values.ts'

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
    const folding = new Folding(evaluate, new Map())
    const { failure } = folding.visitRoot(expr)
    if (folding.succeeded) return failure
  }
  return failureUnfolded(expr, evaluate)
}

/** What calls of `in` come to whatever the variables are. */
export type Memberships = Map<Expr, boolean>

/**
 * Finds the calls of `in` that Cerbos folds although not all of their parts are constant: what is
 * sought in an empty list does not matter, nor what stands beside it in a list that has it, as in
 * `"a" in [R.attr.missing, "a"]`.
 */
export function foldMemberships(expr: Expr, evaluate: Evaluate, memberships: Memberships): void {
  if (!someCall(expr, mayFold)) return
  if (!readsClock(expr)) {
    const folding = new Folding(evaluate, memberships)
    folding.visitRoot(expr)
    if (!folding.succeeded) memberships.clear()
  }
  // A list that is written empty does not have to be folded.
  someCall(expr, (call) => {
    if (isEmptySearch(call)) memberships.set(call, false)
    return false
  })
}

function isEmptySearch({ function: name, args: [, container] }: CallExpr): boolean {
  return name === '@in' && container?.kind === 'list' && container.elements.length === 0
}

/** Whether a call is of `in`, and more than a look at a literal tells whether that folds. */
function mayFold({ function: name, args: [, container] }: CallExpr): boolean {
  if (name !== '@in' || container === undefined) return false
  return container.kind === 'list'
    ? container.elements.length === 0 || container.elements.some(({ kind }) => kind !== 'const')
    : container.kind !== 'const' && isClosed(container)
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

function isIndex({ function: name }: CallExpr): boolean {
  return name === '_[_]' || name === '_[?_]'
}

/** The part of a call that is looked at when the call is planned, if any is. */
function plannedPart(call: CallExpr): Expr | undefined {
  if (call.function === 'matches' || isIndex(call)) return call.args.at(-1)
  return isConversion(call) ? call.args[0] : undefined
}

/** Whether planning a call fails; the part that is looked at is constant. */
function failsPlanned(call: CallExpr, evaluate: Evaluate): CelError | undefined {
  const part = plannedPart(call) as Expr
  if (isIndex(call)) return keyProblem(part, evaluate)
  const outcome = evaluate(isConversion(call) ? call : part)
  if (isConversion(call)) return outcome instanceof CelError ? outcome : undefined
  const matcher = typeof outcome === 'string' ? compilePattern(outcome) : undefined
  return matcher instanceof CelError ? matcher : undefined
}

/** A key that is constant is one of those that maps and lists have. Most are names. */
function keyProblem(key: Expr, evaluate: Evaluate): CelError | undefined {
  if (key.kind === 'const' && !UNKEYED.test(key.value.kind)) return undefined
  const value = evaluate(key)
  const kind = value instanceof CelError ? '' : (kindOf(value) ?? '')
  return UNKEYED.test(kind) || kind === 'list' || kind === 'map'
    ? new CelError('no-such-overload', `invalid qualifier type: ${kind}`)
    : undefined
}

// Lists and maps are constants only where they are looked at by themselves.
const UNKEYED = /^(?:null|bytes|timestamp|duration|type)$/

/** Whether an expression reads no variables but those of its own comprehensions. */
function isClosed(expr: Expr | undefined, bound: readonly string[] = []): boolean {
  if (expr === undefined) return false
  if (expr.kind === 'ident') return bound.includes(expr.name)
  if (expr.kind !== 'comprehension') return children(expr).every((each) => isClosed(each, bound))
  const inside = [...bound, ...variablesOf(expr)]
  return children(expr).every((each) => isClosed(each, inside))
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
  readonly #memberships: Memberships
  /** The variables of the comprehensions around. */
  #bound: readonly string[] = []

  constructor(evaluate: Evaluate, memberships: Memberships) {
    this.#evaluate = evaluate
    this.#memberships = memberships
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
  #visitComprehension(expr: ComprehensionExpr): Part {
    const outer = this.#bound
    const isFirst = outer.length === 0 && isClosed(expr)
    const value = this.#valueOf(expr)
    if (value !== undefined) return isFirst ? value : {}
    this.#bound = [...outer, ...variablesOf(expr)]
    const part = this.#visitAll(children(expr))
    this.#bound = outer
    return part
  }

  #visitCall(call: CallExpr): Part {
    if (call.function === '_||_') return this.#visitJunction(call, true)
    if (call.function === '_&&_') return this.#visitJunction(call, false)
    if (isEmptySearch(call)) return { value: false }
    const membership = mayFold(call) ? this.#membership(call) : undefined
    if (membership !== undefined) {
      this.#memberships.set(call, membership)
      return { value: membership }
    }
    const parts = children(call).map((part) => this.#visit(part))
    if (call.function === '_?_:_') {
      const [condition, whenTrue = {}, whenFalse = {}] = parts
      if (typeof condition?.value === 'boolean') return condition.value ? whenTrue : whenFalse
    }
    const planned = parts.at(-1)
    const isRefused = isIndex(call) && UNKEYED.test(kindOf(planned?.value) ?? '')
    const isConstant = parts.every(hasValue) && !isRefused
    const value = isConstant ? this.#valueOf(call) : undefined
    if (value !== undefined) return value
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

  #membership({ args: [sought, container] }: CallExpr): boolean | undefined {
    const before = this.succeeded
    const [value, list] = [sought, container].map((arg) => arg && this.#visit(arg).value)
    const elements = container?.kind === 'list' ? container.elements : []
    const others = elements.map((each) => ({ each, value: this.#visit(each).value }))
    const isFound =
      hasLiteral(value) &&
      others.some(
        (other) => hasLiteral(other.value) && equalOrError(other.value, value) === true,
      ) &&
      !others.some((other) => other.value === undefined && isBound(other.each, this.#bound))
    if (isFound || (Array.isArray(list) && list.length === 0)) {
      // What is gone does not have to be written down.
      this.succeeded = before
      return isFound
    }
    return undefined
  }

  /** `&&` and `||`: one operand that decides does away with the others. */
  #visitJunction(call: CallExpr, decisive: boolean): Part {
    const before = this.succeeded
    const parts = call.args.map((part) => this.#visit(part))
    if (parts.some(({ value }) => value === decisive)) {
      this.succeeded = before
      return { value: decisive }
    }
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

function variablesOf({ iterVar, iterVar2 = iterVar, accuVar }: ComprehensionExpr) {
  return [iterVar, iterVar2, accuVar]
}

/** Whether an expression has to do with a variable of a comprehension, around it or in it. */
function isBound(expr: Expr, names: readonly string[]): boolean {
  if (expr.kind === 'ident') return names.includes(expr.name)
  return expr.kind === 'comprehension' || children(expr).some((child) => isBound(child, names))
}

/** Whether a value can be written as one literal. */
function hasLiteral(value: Value | undefined): value is Value {
  return !(value instanceof Opaque) && !/^(?:list|map|type|optional)$/.test(kindOf(value) ?? 'list')
}

function hasValue({ value }: Part): boolean {
  return value !== undefined
}
