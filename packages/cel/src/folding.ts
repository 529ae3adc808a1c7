import { type CallExpr, type ComprehensionExpr, children, type Expr, type MapExpr } from './ast.ts'
import { equalOrError } from './equality.ts'
import { CelError, invalidArgument } from './errors.ts'
import { ExprBuilder } from './expr-builder.ts'
import { isMap, mapKeys, mapSize, valueAt } from './maps.ts'
import {
  plannedPart as convertedPart,
  type Evaluate,
  type Folding,
  failsPlanned as failsConverted,
  failureUnfolded,
  isClosed,
  isEmptySearch,
  isPlanned,
  type Memberships,
  type Planned,
  someCall,
  somePart,
  variablesOf,
} from './plan-failure.ts'
import { literalOf } from './reduce/literal.ts'
import { rewrite } from './reduce/rewrite.ts'
import { kindOf, Opaque, Optional, TypeValue, type Value } from './values.ts'

/**
 * How Cerbos folds constants before a program is planned: `true || int("x") == 1` is true, and
 * `"a" in [R.attr.missing, "a"]` is no error. What is sought in a list that folds to an empty one
 * does not matter either.
 */
export const CERBOS_FOLDING: Folding = {
  succeeds: (planned) => folded(planned) !== undefined,
  findMemberships(planned, memberships) {
    if (!someCall(planned.expr, mayFold)) return
    if (folded(planned, memberships) === undefined) memberships.clear()
  },
  failure(planned) {
    const { expr, evaluate } = planned
    const mayFail = (part: Expr): boolean => {
      if (part.kind === 'map') return hasBytesKey(part, evaluate)
      const looked = part.kind === 'call' ? plannedPart(part) : undefined
      if (!isClosed(looked) && !isPlanned(looked, evaluate)) return false
      return failsPlanned(part as CallExpr, evaluate) !== undefined
    }
    if (!somePart(expr, mayFail)) return undefined
    const left = folded(planned)
    if (left !== undefined) return left.failure
    return failureUnfolded(expr, (each) => {
      const looked = each.kind === 'call' ? plannedPart(each) : each
      return isPlanned(looked, evaluate) && mayFail(each) ? failureOf(each, evaluate) : undefined
    })
  },
}

/** What folding makes of an expression; nothing where that is not planned. */
function folded(planned: Planned, memberships: Memberships = new Map()): Part | undefined {
  const { expr, evaluate, written, checks } = planned
  if (readsClock(expr)) return undefined
  const visitor = new FoldingVisitor(evaluate, memberships)
  const part = visitor.visitRoot(expr)
  return visitor.succeeded && checks(visitor.left(written)) ? part : undefined
}

/** Whether a call is of `in`, and more than a look at a literal tells whether that folds. */
function mayFold({ function: name, args: [, container] }: CallExpr): boolean {
  if (name !== '@in' || container === undefined) return false
  return container.kind === 'list'
    ? container.elements.length === 0 || container.elements.some(({ kind }) => kind !== 'const')
    : container.kind === 'comprehension' || (container.kind !== 'const' && isClosed(container))
}

/** What is wrong with a call or a map of constants. */
function failureOf(part: Expr, evaluate: Evaluate): CelError | undefined {
  if (part.kind === 'map') return BYTES_KEY
  return part.kind === 'call' ? failsPlanned(part, evaluate) : undefined
}

function isIndex({ function: name }: CallExpr): boolean {
  return name === '_[_]' || name === '_[?_]'
}

/** The part of a call that is looked at when the call is planned, if any is. */
function plannedPart(call: CallExpr): Expr | undefined {
  return isIndex(call) ? call.args.at(-1) : convertedPart(call)
}

/** Whether planning a call fails; the part that is looked at is constant. */
function failsPlanned(call: CallExpr, evaluate: Evaluate): CelError | undefined {
  return isIndex(call)
    ? keyProblem(plannedPart(call) as Expr, evaluate)
    : failsConverted(call, evaluate)
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

/** Cerbos leaves an expression as it is when it asks for the time. */
function readsClock(expr: Expr): boolean {
  return someCall(expr, (call) => call.function === 'now' || call.function === 'timeSince')
}

/** What folding makes of a part: its value if it has one, else what fails within what is left. */
interface Part {
  readonly value?: Value
  readonly failure?: CelError | undefined
}

class FoldingVisitor {
  /** Whether the folded expression can be written down. */
  succeeded = true
  /** What parts have become, by their ids: a value, or one of their own parts. */
  readonly #values = new Map<number, Value>()
  readonly #parts = new Map<number, Expr>()
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

  /** What is left of the expression, of which the one that was visited has the names in full. */
  left(written: Expr): Expr {
    let id = 0
    const nextId = (): number => {
      id += 1
      return id
    }
    const leftOf = (part: Expr): Expr => rewrite(part, replace, nextId)
    const replace = (part: Expr): Expr | undefined => {
      const value = this.#values.get(part.id)
      if (value !== undefined) return literal(value, new ExprBuilder(nextId, part.span))
      const only = this.#parts.get(part.id)
      const own = only && children(part).find((each) => each.id === only.id)
      return own && leftOf(own)
    }
    return leftOf(written)
  }

  #visit(expr: Expr): Part {
    const part = this.#folded(expr)
    const { value } = part
    if (value !== undefined && (expr.kind === 'call' || expr.kind === 'select')) {
      this.#values.set(expr.id, value)
    }
    return part
  }

  #folded(expr: Expr): Part {
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
    const found = this.#valueOf(expr)
    if (found?.value !== undefined) {
      this.#values.set(expr.id, found.value)
      return isFirst ? found : {}
    }
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
      if (typeof condition?.value === 'boolean') {
        this.#parts.set(call.id, call.args[condition.value ? 1 : 2] as Expr)
        return condition.value ? whenTrue : whenFalse
      }
    }
    const planned = parts.at(-1)
    const isRefused = isIndex(call) && UNKEYED.test(kindOf(planned?.value) ?? '')
    const isConstant = parts.every(hasValue) && !isRefused
    const value = isConstant ? this.#valueOf(call) : undefined
    if (value !== undefined) return value
    const looked = plannedPart(call)
    // A message stays one: it is no constant to planning, only what is made of it.
    if (looked === undefined || looked.kind === 'struct' || !planned || !hasValue(planned)) {
      const kept = this.#kept(parts)
      // Names of types are none of the constants that are folded, but some of those that are planned.
      const isTyped = looked !== undefined && isPlanned(looked, this.#evaluate)
      const failure = isTyped && planned?.value === undefined && failsPlanned(call, this.#evaluate)
      return { failure: failure || kept.failure }
    }
    const failure = failsPlanned(call, this.#evaluate)
    const kept = this.#kept(parts)
    return { failure: failure ?? kept.failure }
  }

  #membership({ args: [sought, container] }: CallExpr): boolean | undefined {
    const before = this.succeeded
    // A message is no literal, whatever it stands for.
    const foldedValue = (part: Expr | undefined): Value | undefined =>
      part === undefined || part.kind === 'struct' ? undefined : this.#visit(part).value
    const value = foldedValue(sought)
    const list =
      container !== undefined && this.#isOverNothing(container) ? [] : foldedValue(container)
    const elements = container?.kind === 'list' ? container.elements : []
    const others = elements.map((each) => ({ each, value: foldedValue(each) }))
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
    if (open.length > 1) return this.#kept(open)
    this.#parts.set(call.id, call.args[parts.indexOf(only)] as Expr)
    return only
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

/** A value as it is written down. */
function literal(value: Value, build: ExprBuilder): Expr | undefined {
  if (value instanceof TypeValue) return build.ident(value.typeName)
  const parts = value instanceof Optional ? (value.value === undefined ? [] : [value.value]) : value
  if (!Array.isArray(parts)) return literalOf(value, build)
  const literals: Expr[] = []
  for (const each of parts as readonly Value[]) {
    const part = literal(each, build)
    if (part === undefined) return undefined
    literals.push(part)
  }
  if (value === parts) return build.list(...literals)
  return build.call(literals.length === 0 ? 'optional.none' : 'optional.of', ...literals)
}

/** Whether a value can be written as one literal. */
function hasLiteral(value: Value | undefined): value is Value {
  return !(value instanceof Opaque) && !/^(?:list|map|type|optional)$/.test(kindOf(value) ?? 'list')
}

function hasValue({ value }: Part): boolean {
  return value !== undefined
}

/**
 * What is wrong with a map of constants: planning makes it once for all, and a key of bytes is a
 * panic in Go, which not even `true ||` before it outweighs.
 */
const BYTES_KEY: CelError = invalidArgument('a map with a constant key of bytes')

/** Whether a map has a key of bytes, whatever the variables are. */
function hasBytesKey({ entries }: MapExpr, evaluate: Evaluate): boolean {
  return entries.some(({ key }) => evaluate(key) instanceof Uint8Array)
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
