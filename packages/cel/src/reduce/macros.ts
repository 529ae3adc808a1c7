import type { CallExpr, Expr } from '../ast.ts'
import { isMap, mapKeys, mapSize, valueAt } from '../maps.ts'
import type { Value } from '../values.ts'
import { combine } from './junction.ts'
import { literalOf } from './literal.ts'
import { expandMacro, foldParts, type MacroParts, QUANTIFIERS } from './macro-parts.ts'
import { freePaths } from './paths.ts'
import { type Place, reduceCondition, reduceValue } from './place.ts'
import { mapChildren, rewrite } from './rewrite.ts'
import { builderAt, evaluatePart, exprOf, type Part } from './scope.ts'

/**
 * Reduces what a macro made: the arguments of the call as it is written are reduced, and the macro
 * makes the rest anew, so that the outcome prints as a call of the macro again.
 */
export function reduceMacro(expr: Expr, call: CallExpr, place: Place): Part {
  switch (call.function) {
    case 'has':
      return reducePresence(expr, call, place)
    case 'bind':
      return reduceBinding(expr, call, place)
    case 'greatest':
    case 'least':
      return reduceExtremum(expr, call, place)
    default:
      return call.target === undefined
        ? { kind: 'residual', expr }
        : reduceFold(expr, call, call.target, place)
  }
}

/** The expansion of a call, or an error where one of its strict parts is one. */
function expanded(expr: Expr, call: CallExpr, strict: readonly Part[], place: Place): Part {
  const made = call === expr.macro ? expr : expandMacro(call, place.reducer.nextId)
  if (made === undefined) return { kind: 'residual', expr }
  const failed = strict.find((part) => part.kind === 'error')
  return failed === undefined
    ? { kind: 'residual', expr: made }
    : { kind: 'error', error: failed.error, expr: made }
}

/** `has(operand.field)` */
function reducePresence(expr: Expr, call: CallExpr, place: Place): Part {
  const [selection] = call.args
  if (selection?.kind !== 'select') return { kind: 'residual', expr }
  const operand = reduceValue(selection.operand, place)
  const made = mapChildren(selection, () => exprOf(operand, place.reducer))
  return expanded(expr, mapChildren(call, () => made) as CallExpr, [operand], place)
}

/** `math.greatest(a, b)` */
function reduceExtremum(expr: Expr, call: CallExpr, place: Place): Part {
  const parts = call.args.map((arg) => reduceValue(arg, place))
  return expanded(expr, withArgs(call, parts, place), parts, place)
}

/** `cel.bind(name, value, body)`: a known value takes the place of the name. */
function reduceBinding(expr: Expr, call: CallExpr, place: Place): Part {
  const [name, init, body] = call.args
  if (name?.kind !== 'ident' || init === undefined || body === undefined) {
    return { kind: 'residual', expr }
  }
  const value = reduceValue(init, place)
  const known =
    value.kind === 'value' ? substituted(body, [[name.name, value.value]], place) : undefined
  if (known !== undefined) return place.reduce(known, place)
  const reduced = place.reduce(body, inside(place, [name.name]))
  if (!freePaths(reduced.expr).some(([root]) => root === name.name)) return reduced
  const made = withArgs(call, [{ kind: 'residual', expr: name }, value, reduced], place)
  return expanded(expr, made, [], place)
}

/** `range.all(x, body)` and everything of its form. */
function reduceFold(expr: Expr, call: CallExpr, target: Expr, place: Place): Part {
  const range = reduceValue(target, place)
  const parts = foldParts(call)
  if (range.kind === 'value') {
    const known =
      emptyFold(call, range.value, parts, place) ?? unrolled(call, range.value, parts, place)
    if (known !== undefined) return known
  }
  const within = inside(place, parts.variables)
  const reduceBody = QUANTIFIERS.has(call.function) ? reduceCondition : reduceValue
  const args = call.args.map((arg, position): Part => {
    return position < parts.bodiesFrom ? { kind: 'residual', expr: arg } : reduceBody(arg, within)
  })
  const made = withArgs(mapTarget(call, exprOf(range, place.reducer)), args, place)
  return expanded(expr, made, [range], place)
}

/** A fold over nothing: its bodies do not matter. */
function emptyFold(
  call: CallExpr,
  range: Value,
  parts: MacroParts,
  place: Place,
): Part | undefined {
  if (sizeOf(range) !== 0) return undefined
  const build = builderAt(call, place.reducer)
  const range2 = literalOf(range, build)
  const args = call.args.map((arg, i) => (i < parts.bodiesFrom ? arg : build.bool(true)))
  const made = range2 && expandMacro({ ...mapTarget(call, range2), args }, place.reducer.nextId)
  return made && evaluatePart(made, place.reducer)
}

/** `all` and `exists` over few known elements: the body for each of them in turn. */
function unrolled(call: CallExpr, range: Value, parts: MacroParts, place: Place): Part | undefined {
  const isQuantifier = call.function === 'all' || call.function === 'exists'
  const body = call.args[parts.bodiesFrom]
  if (!isQuantifier || body === undefined || sizeOf(range) > place.unroll) return undefined
  const bodies: Expr[] = []
  for (const values of elements(range, parts.variables.length)) {
    const bound = parts.variables.map((name, i) => [name, values[i] ?? null] as const)
    const known = substituted(body, bound, place)
    if (known === undefined) return undefined
    bodies.push(known)
  }
  // What is written out inside multiplies.
  const within = { ...place, unroll: Math.floor(place.unroll / bodies.length) }
  const operator = call.function === 'all' ? '_&&_' : '_||_'
  const reduced = bodies.map((each) => reduceCondition(each, within))
  return combine({ operator, at: call }, reduced, place)
}

function sizeOf(range: Value): number {
  if (Array.isArray(range)) return range.length
  return isMap(range) ? mapSize(range) : Number.POSITIVE_INFINITY
}

/** What the variables stand for in each step. */
function elements(range: Value, variableCount: number): readonly (readonly Value[])[] {
  if (Array.isArray(range)) {
    return range.map((element, i) => (variableCount === 1 ? [element] : [BigInt(i), element]))
  }
  return isMap(range) ? mapKeys(range).map((key) => [key, valueAt(range, key)]) : []
}

/** A body with values in the place of variables, `undefined` where one has no literal. */
function substituted(
  body: Expr,
  bound: readonly (readonly [name: string, value: Value])[],
  { reducer }: Place,
): Expr | undefined {
  const literals = new Map<string, () => Expr>()
  for (const [name, value] of bound) {
    const make = (): Expr | undefined => literalOf(value, builderAt(body, reducer))
    if (make() === undefined) return undefined
    literals.set(name, () => exprOf({ kind: 'value', value, expr: body }, reducer))
  }
  return rewrite(
    body,
    (part, locals) => {
      if (part.kind !== 'ident' || locals.has(part.name)) return undefined
      return literals.get(part.name)?.()
    },
    reducer.nextId,
  )
}

function inside(place: Place, names: readonly string[]): Place {
  return { ...place, locals: new Set([...place.locals, ...names]) }
}

function mapTarget(call: CallExpr, target: Expr): CallExpr {
  return call.target === target ? call : { ...call, target }
}

function withArgs(call: CallExpr, parts: readonly Part[], { reducer }: Place): CallExpr {
  const args = parts.map((part) => exprOf(part, reducer))
  return args.every((arg, i) => arg === call.args[i]) ? call : { ...call, args }
}
