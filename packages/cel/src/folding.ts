import { type CallExpr, type ComprehensionExpr, children, type Expr, type MapExpr } from './ast.ts'
import { equalOrError } from './equality.ts'
import { CelError } from './errors.ts'
import { NO_SUCH_OVERLOAD } from './functions/overload.ts'
import { isMap, mapKeys, mapSize, valueAt } from './maps.ts'
import {
  BYTES_KEY,
  type Evaluate,
  type Folding,
  failsPlanned,
  hasBytesKey,
  isClosed,
  isEmptySearch,
  isIndex,
  isPlanned,
  type Memberships,
  plannedPart,
  someCall,
  UNKEYED,
  variablesOf,
} from './plan-failure.ts'
import { kindOf, Opaque, Optional, type Value } from './values.ts'

/**
 * How Cerbos folds constants before a program is planned: `true || int("x") == 1` is true, and
 * `"a" in [R.attr.missing, "a"]` is no error. What is sought in a list that folds to an empty one
 * does not matter either.
 */
export const CERBOS_FOLDING: Folding = {
  findMemberships(expr, evaluate, memberships) {
    if (!someCall(expr, mayFold) || readsClock(expr)) return
    const visitor = new FoldingVisitor(evaluate, memberships)
    visitor.visitRoot(expr)
    if (!visitor.succeeded) memberships.clear()
  },
  failure(expr, evaluate) {
    if (readsClock(expr)) return undefined
    const visitor = new FoldingVisitor(evaluate, new Map())
    const { failure: found } = visitor.visitRoot(expr)
    return visitor.succeeded ? { found } : undefined
  },
}

/** Whether a call is of `in`, and more than a look at a literal tells whether that folds. */
function mayFold({ function: name, args: [, container] }: CallExpr): boolean {
  if (name !== '@in' || container === undefined) return false
  return container.kind === 'list'
    ? container.elements.length === 0 || container.elements.some(({ kind }) => kind !== 'const')
    : container.kind === 'comprehension' || (container.kind !== 'const' && isClosed(container))
}

/** Cerbos leaves an expression as it is when it asks for the time. */
function readsClock(expr: Expr): boolean {
  return someCall(expr, (call) => call.function === 'now' || call.function === 'timeSince')
}

/** What folding makes of a part: its value if it has one, else what fails within what is left. */
interface Part {
  readonly value?: Value
  readonly failure?: CelError | undefined
}

// Cerbos checks a folded expression again, and these refuse an argument that they cannot read.
const CHECKED_LITERALS: ReadonlySet<string> = new Set(['duration', 'timestamp', 'ip', 'cidr'])

class FoldingVisitor {
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
      case 'struct':
      case 'select': {
        const visited = parts.map((part) => this.#visit(part))
        const value = visited.every(hasValue) ? this.#valueOf(expr) : undefined
        if (value !== undefined) return value
        const kept = this.#kept(visited)
        const isRefused =
          expr.kind === 'map' &&
          hasBytesKey(expr, this.#evaluate) &&
          isUnhashable(expr, this.#evaluate)
        return isRefused ? { failure: kept.failure ?? BYTES_KEY } : kept
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
    if (membership !== undefined) this.#memberships.set(call, membership)
    if (membership !== undefined && !isSearchedLate(call)) return { value: membership }
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
    const looked = plannedPart(call)
    // A message stays one: it is no constant to planning, only what is made of it.
    if (looked === undefined || looked.kind === 'struct' || !planned || !hasValue(planned)) {
      if (CHECKED_LITERALS.has(call.function) && parts.every(hasValue)) this.succeeded = false
      const kept = this.#kept(parts)
      // Names of types are none of the constants that are folded, but some of those that are planned.
      const isTyped = looked !== undefined && isPlanned(looked, this.#evaluate)
      const failure = isTyped && planned?.value === undefined && failsPlanned(call, this.#evaluate)
      return { failure: failure || kept.failure }
    }
    const failure = failsPlanned(call, this.#evaluate)
    const isChecked =
      CHECKED_LITERALS.has(call.function) ||
      call.target !== undefined ||
      (failure === NO_SUCH_OVERLOAD && kindOf(planned.value) !== 'type')
    if (failure !== undefined && isChecked) this.succeeded = false
    const kept = this.#kept(parts)
    return { failure: failure ?? kept.failure }
  }

  #membership({ args: [sought, container] }: CallExpr): boolean | undefined {
    const before = this.succeeded
    // A message is no literal, whatever it stands for.
    const literalOf = (part: Expr | undefined): Value | undefined =>
      part === undefined || part.kind === 'struct' ? undefined : this.#visit(part).value
    const value = literalOf(sought)
    const list =
      container !== undefined && this.#isOverNothing(container) ? [] : literalOf(container)
    const elements = container?.kind === 'list' ? container.elements : []
    const others = elements.map((each) => ({ each, value: literalOf(each) }))
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

  /** `[].map(x, P.id)`, which is empty whatever the variables are. */
  #isOverNothing(expr: Expr): boolean {
    if (expr.kind !== 'comprehension') return false
    const range = this.#evaluate(expr.iterRange)
    const isNothing = Array.isArray(range) ? range.length === 0 : isMap(range) && !mapSize(range)
    const result = isNothing ? this.#evaluate(expr) : undefined
    return Array.isArray(result) && result.length === 0
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

/** Whether the list of a search is folded too late for the search: then it is left to planning. */
function isSearchedLate({ args: [, container] }: CallExpr): boolean {
  return (
    container?.kind !== 'list' && !(container?.kind === 'call' && container.function === '_?_:_')
  )
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

/** Whether a map is one of constants with a key of bytes, as far as its parts have values. */
function isUnhashable({ entries }: MapExpr, evaluate: Evaluate): boolean {
  const written = (part: Expr): Value | CelError =>
    holdsMessage(part) ? BYTES_KEY : evaluate(part)
  let isRefused = false
  for (const { key, value, optional } of entries) {
    const [name, given] = [written(key), written(value)]
    const held = optional && given instanceof Optional ? given.value : given
    if (held === undefined) continue // An entry that is not made.
    if (!isLiteral(name) || !isLiteral(held)) return false
    isRefused ||= name instanceof Uint8Array
  }
  return isRefused
}

/** A message stays one: it is no constant to planning, only what is made of it. */
function holdsMessage(expr: Expr): boolean {
  if (expr.kind === 'list' || expr.kind === 'map') return children(expr).some(holdsMessage)
  return expr.kind === 'struct'
}

/** Whether a value is a constant to planning when it is written down. */
function isLiteral(value: Value | CelError): boolean {
  if (value instanceof CelError || value instanceof Opaque || value instanceof Optional)
    return false
  if (Array.isArray(value)) return value.every(isLiteral)
  if (!isMap(value)) return true
  return mapKeys(value).every((key) => isLiteral(key) && isLiteral(valueAt(value, key)))
}
