import type { CallExpr, ComprehensionExpr, Expr, ListExpr, MapExpr, StructExpr } from '../ast.ts'
import { children, unreachable } from '../ast.ts'
import { notIterable } from '../compile/comprehension.ts'
import { CelError } from '../errors.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { CelMap, isMap, mapKeys, valueAt } from '../maps.ts'
import type { PartialScope } from '../partial.ts'
import { Optional, type Value } from '../values.ts'
import { Applier } from './apply.ts'
import { type Attribute, attributeOf, isAttribute, type Qualifier } from './attribute.ts'
import { failed, isUnknown, known, type Outcome, UNKNOWN } from './outcome.ts'

export { isUnknown } from './outcome.ts'

/** The variables of comprehensions. */
type Locals = ReadonlyMap<string, Value | typeof UNKNOWN>

const MAX_STEPS = 100_000

/**
 * Evaluates as cel-go's interpreter does when some variables are unknown, and notes what each node
 * came to. What it does not have to look at has no note: the operands behind the one that decides,
 * the arguments behind an unknown one, the branches of a condition that is unknown.
 */
export class Interpreter {
  /** By the id of the node. */
  state: Map<number, Outcome> = new Map()
  readonly #scope: PartialScope
  readonly #apply: Applier
  #steps = 0

  constructor(scope: PartialScope) {
    this.#scope = scope
    this.#apply = new Applier(scope.env, scope.activation)
  }

  evaluate(expr: Expr, locals: Locals): Outcome {
    return this.#note(expr, this.#evaluate(expr, locals))
  }

  #note(expr: Expr, outcome: Outcome): Outcome {
    this.state.set(expr.id, outcome)
    return outcome
  }

  #evaluate(expr: Expr, locals: Locals): Outcome {
    if (isAttribute(expr)) return this.#resolve(expr, locals)
    switch (expr.kind) {
      case 'const':
        return this.#apply.closed(expr)
      case 'call':
        return this.#call(expr, locals)
      case 'list':
        return this.#list(expr, locals)
      case 'map':
        return this.#map(expr, locals)
      case 'comprehension':
        return this.#fold(expr, locals)
      case 'struct':
        return this.#struct(expr, locals)
      case 'ident':
      case 'select':
        return this.#resolve(expr, locals)
      default:
        return unreachable(expr)
    }
  }

  /** The values of several parts. An error ends it; an unknown one does not. */
  #values(parts: readonly Expr[], locals: Locals): readonly Value[] | Outcome {
    const values: Value[] = []
    let unknown = false
    for (const part of parts) {
      const outcome = this.evaluate(part, locals)
      if (outcome.kind === 'error') return outcome
      if (isUnknown(outcome)) unknown = true
      else values.push(outcome.value)
    }
    return unknown ? UNKNOWN : values
  }

  /** The same for functions of which the first argument that is no value tells what they come to. */
  #valuesInTurn(parts: readonly Expr[], locals: Locals): readonly Value[] | Outcome {
    const outcomes = parts.map((part) => this.evaluate(part, locals))
    const values: Value[] = []
    for (const outcome of outcomes) {
      if (outcome.kind === 'error') return outcomes.some(isNoList) ? outcome : NO_OVERLOAD
      if (outcome.kind !== 'value') return outcome
      values.push(outcome.value)
    }
    return values
  }

  #call(expr: CallExpr, locals: Locals): Outcome {
    const { function: name, target } = expr
    const args = children(expr)
    const [first, second] = args
    if (name === '_&&_') return this.#junction(args, false, locals)
    if (name === '_||_') return this.#junction(args, true, locals)
    if (name === '@not_strictly_false' && first !== undefined) {
      const outcome = this.evaluate(first, locals)
      return known(!(outcome.kind === 'value' && outcome.value === false))
    }
    if (target !== undefined && second !== undefined && (name === 'or' || name === 'orValue')) {
      const held = this.evaluate(target, locals)
      if (held.kind !== 'value') return held
      if (held.value instanceof Optional && held.value.value !== undefined) {
        return name === 'or' ? held : known(held.value.value)
      }
    }
    const values = SET_FUNCTIONS.has(name)
      ? this.#valuesInTurn(args, locals)
      : this.#values(args, locals)
    if (!isValues(values)) return values
    return this.#apply.call(name, target !== undefined, values)
  }

  #junction(operands: readonly Expr[], decisive: boolean, locals: Locals): Outcome {
    let unknown = false
    let error: Outcome | undefined
    for (const operand of operands) {
      const outcome = this.evaluate(operand, locals)
      if (outcome.kind === 'value' && outcome.value === decisive) return outcome
      if (isUnknown(outcome)) unknown = true
      else if (outcome.kind === 'error') error ??= outcome
      else if (typeof outcome.value !== 'boolean') error ??= failed(NO_SUCH_OVERLOAD)
    }
    if (unknown) return UNKNOWN
    return error ?? known(!decisive)
  }

  #struct(expr: StructExpr, locals: Locals): Outcome {
    const values = this.#values(children(expr), locals)
    return isValues(values) ? this.#apply.closed(expr) : values
  }

  #list({ elements, optionalIndices }: ListExpr, locals: Locals): Outcome {
    const held = this.#values(elements, locals)
    if (!isValues(held)) return held
    const values: Value[] = []
    for (const [index, value] of held.entries()) {
      if (!optionalIndices.includes(index)) values.push(value)
      else if (!(value instanceof Optional)) return failed(NO_SUCH_OVERLOAD)
      else if (value.value !== undefined) values.push(value.value)
    }
    return known(values)
  }

  #map({ entries }: MapExpr, locals: Locals): Outcome {
    const held = this.#values(
      entries.flatMap(({ key, value }) => [key, value]),
      locals,
    )
    if (!isValues(held)) return held
    const map = new CelMap()
    for (const [index, { optional }] of entries.entries()) {
      // There are a key and a value for each entry.
      const [key, value] = held.slice(2 * index) as [Value, Value]
      if (map.get(key) !== undefined) return failed(REPEATED_KEY)
      if (!optional) map.set(key, value)
      else if (value instanceof Optional && value.value !== undefined) map.set(key, value.value)
    }
    return known(map)
  }

  #fold(expr: ComprehensionExpr, locals: Locals): Outcome {
    const range = this.evaluate(expr.iterRange, locals)
    if (range.kind !== 'value') return range
    const rounds = roundsOf(range.value, expr.iterVar2 !== undefined)
    if (rounds === undefined) return failed(notIterable(range.value))
    const init = this.evaluate(expr.accuInit, locals)
    const inside = new Map(locals)
    let accu = init
    for (const [first, second] of rounds) {
      this.#steps += 1
      if (this.#steps > MAX_STEPS) return failed(TOO_MANY_STEPS)
      inside.set(expr.iterVar, first)
      if (expr.iterVar2 !== undefined) inside.set(expr.iterVar2, second)
      const outcome = this.#withAccu(expr, accu, inside, expr.loopCondition)
      if (outcome.kind === 'value' && outcome.value === false) break
      accu = this.#withAccu(expr, accu, inside, expr.loopStep)
    }
    return this.#withAccu(expr, accu, new Map(locals), expr.result)
  }

  /** An error of the accumulator cannot be a variable: it is what reading it comes to. */
  #withAccu(
    { accuVar }: ComprehensionExpr,
    accu: Outcome,
    inside: Map<string, Value | typeof UNKNOWN>,
    part: Expr,
  ): Outcome {
    const before = this.#failing
    this.#failing = accu.kind === 'error' ? { name: accuVar, error: accu.error } : undefined
    inside.set(accuVar, accu.kind === 'value' ? accu.value : UNKNOWN)
    const outcome = this.evaluate(part, inside)
    this.#failing = before
    return outcome
  }

  #failing: { readonly name: string; readonly error: CelError } | undefined

  #resolve(expr: Expr, locals: Locals): Outcome {
    const attribute = attributeOf(expr)
    const { base, qualifiers } = attribute
    if (base.kind === 'ident') return this.#resolveNamed(base.name, attribute, locals)
    if (base.kind === 'call' && base.function === '_?_:_') {
      return this.#qualify(this.#conditional(base, locals), qualifiers, locals)
    }
    return this.#qualify(this.evaluate(base, locals), qualifiers, locals)
  }

  /** Branches that are attributes themselves leave no note of the whole. */
  #conditional({ args }: CallExpr, locals: Locals): Outcome {
    const [test, yes, no] = args as readonly [Expr, Expr, Expr] // The operator has three operands.
    const outcome = this.evaluate(test, locals)
    if (outcome.kind !== 'value') return outcome
    if (typeof outcome.value !== 'boolean') return failed(NO_SUCH_OVERLOAD)
    const branch = outcome.value ? yes : no
    return isAttribute(branch) ? this.#resolve(branch, locals) : this.evaluate(branch, locals)
  }

  /** Tries the longest dotted name first, as in a namespace. */
  #resolveNamed(written: string, { base, qualifiers }: Attribute, locals: Locals): Outcome {
    const name = written.replace(/^\./, '')
    const isLocal = locals.has(name)
    const firstKey = qualifiers.findIndex((each) => each.name === undefined)
    const names = qualifiers.slice(0, firstKey < 0 ? qualifiers.length : firstKey)
    for (let length = names.length; length > 0 && !isLocal; length -= 1) {
      const full = [name, ...names.slice(0, length).map((each) => each.name)].join('.')
      const value = this.#scope.qualified.get(full)
      if (value !== undefined) return this.#qualify(known(value), qualifiers.slice(length), locals)
    }
    if (isLocal) return this.#resolveLocal(name, qualifiers, locals)
    const matched = this.#matchesUnknown(name, qualifiers, locals)
    if (matched !== undefined) return matched
    const root = this.#apply.closed(base)
    if (root.kind === 'error' && names.length === 0) return root
    return this.#qualifyNames(root, names, qualifiers, locals)
  }

  #resolveLocal(name: string, qualifiers: readonly Qualifier[], locals: Locals): Outcome {
    if (this.#failing?.name === name) return failed(this.#failing.error)
    const value = locals.get(name) as Value | typeof UNKNOWN // It was asked for before.
    if (value !== UNKNOWN) return this.#qualify(known(value), qualifiers, locals)
    return this.#failedKey(qualifiers, locals) ?? UNKNOWN
  }

  /** Names below a variable are read by the types of messages; keys are looked up in values. */
  #qualifyNames(
    root: Outcome,
    names: readonly Qualifier[],
    qualifiers: readonly Qualifier[],
    locals: Locals,
  ): Outcome {
    let outcome = root
    for (const { node } of names) {
      outcome = this.#note(node, this.#apply.closed(node))
      if (outcome.kind === 'error') return outcome
    }
    return this.#qualify(outcome, qualifiers.slice(names.length), locals)
  }

  /** Whether nothing is known of a path. Its keys are resolved before, and leave no notes. */
  #matchesUnknown(
    name: string,
    qualifiers: readonly Qualifier[],
    locals: Locals,
  ): Outcome | undefined {
    const patterns = this.#scope.unknown.filter(([root]) => root === name)
    if (patterns.length === 0) return undefined
    const error = this.#failedKey(qualifiers, locals)
    if (error !== undefined) return error
    const isMatch = patterns.some((pattern) =>
      pattern.slice(1).every((part, index) => {
        const qualifier = qualifiers[index]
        return qualifier === undefined || qualifier.name === part
      }),
    )
    return isMatch ? UNKNOWN : undefined
  }

  #failedKey(qualifiers: readonly Qualifier[], locals: Locals): Outcome | undefined {
    const { state } = this
    this.state = new Map()
    const failure = this.#firstFailedKey(qualifiers, locals)
    this.state = state
    return failure
  }

  #firstFailedKey(qualifiers: readonly Qualifier[], locals: Locals): Outcome | undefined {
    for (const { name, key } of qualifiers) {
      if (name !== undefined || key === undefined || key.kind === 'const') continue
      const outcome = this.#key(key, locals)
      if (outcome.kind === 'error') return outcome
    }
    return undefined
  }

  #key(key: Expr, locals: Locals): Outcome {
    return isAttribute(key) ? this.#resolve(key, locals) : this.evaluate(key, locals)
  }

  #qualify(start: Outcome, qualifiers: readonly Qualifier[], locals: Locals): Outcome {
    let outcome = start
    let isOptional = false
    if (outcome.kind === 'value' && outcome.value instanceof Optional && qualifiers.length > 0) {
      if (outcome.value.value === undefined) return outcome
      outcome = known(outcome.value.value)
      isOptional = true
    }
    for (const qualifier of qualifiers) {
      if (outcome.kind === 'error') return outcome
      isOptional ||= qualifier.isOptional
      outcome = this.#step(outcome, qualifier, isOptional, locals)
      if (isOptional && outcome === ABSENT) return known(Optional.none)
      this.#note(qualifier.node, outcome)
    }
    return isOptional && outcome.kind === 'value' ? known(new Optional(outcome.value)) : outcome
  }

  #step(outcome: Outcome, qualifier: Qualifier, isOptional: boolean, locals: Locals): Outcome {
    const { name, key, isPresenceTest } = qualifier
    const by = name === undefined && key !== undefined ? this.#key(key, locals) : known(name ?? '')
    if (by.kind !== 'value') return by
    if (outcome.kind !== 'value') return outcome
    if (isPresenceTest) return this.#apply.presence(outcome.value, name ?? '')
    if (isOptional) {
      const found = this.#apply.call('_[?_]', false, [outcome.value, by.value])
      if (found.kind !== 'value' || !(found.value instanceof Optional)) return found
      return found.value.value === undefined ? ABSENT : known(found.value.value)
    }
    return this.#apply.call('_[_]', false, [outcome.value, by.value])
  }
}

function isValues(values: readonly Value[] | Outcome): values is readonly Value[] {
  return Array.isArray(values)
}

/** Cerbos evaluates its own functions of sets itself: an unknown one comes before an error behind it. */
// biome-ignore format: a list
const SET_FUNCTIONS: ReadonlySet<string> = new Set([
  'hasIntersection', 'has_intersection', 'intersect', 'except', 'isSubset', 'is_subset',
])

/** Beside a list they take an error for a value of a wrong type; beside anything else they tell it. */
function isNoList(outcome: Outcome): boolean {
  return outcome.kind === 'value' && !Array.isArray(outcome.value)
}

const NO_OVERLOAD = failed(NO_SUCH_OVERLOAD)

/** What an optional step finds where there is nothing. */
const ABSENT: Outcome = { kind: 'value', value: Optional.none }

const REPEATED_KEY = new CelError('no-such-overload', 'Failed with repeated key')
const TOO_MANY_STEPS = new CelError('limit-exceeded', 'the expression takes too many steps')

/** What the variables of a fold stand for, round by round. */
function roundsOf(range: Value, isPair: boolean): readonly (readonly [Value, Value])[] | undefined {
  if (Array.isArray(range)) {
    return range.map((element, index): readonly [Value, Value] =>
      isPair ? [BigInt(index), element] : [element, null],
    )
  }
  if (!isMap(range)) return undefined
  return mapKeys(range).map((key): readonly [Value, Value] => [key, valueAt(range, key)])
}
