import type { CallExpr, ComprehensionExpr, Constant, Expr, SelectExpr } from '../src/ast.ts'
import { NOW } from '../src/clock.ts'
import type { Activation } from '../src/env.ts'
import { CelError } from '../src/errors.ts'
import { listElement, mapElement } from '../src/functions/collections.ts'
import type { Overload } from '../src/functions/overload.ts'
import { CelMap, fieldGet, isMap, mapGet, mapKeys } from '../src/maps.ts'
import type { CelType, MessageType, OpenStructType } from '../src/types.ts'
import {
  Duration,
  IndexableOpaque,
  kindOf,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../src/values.ts'

// The slow, obvious evaluator: it walks the parsed tree, knows no types but those of the declared
// variables, boxes every int, and finds the overload of each call by the values that it meets.

/** What an expression is evaluated in. */
export interface World {
  readonly variables: Readonly<Record<string, CelType>>
  readonly functions: readonly Overload[]
  readonly activation: Activation
}

/** The value of a parsed expression, or an error. */
export function evaluate(expr: Expr, world: World): Value | CelError {
  try {
    return plain(walk(expr, { world, locals: new Map() }))
  } catch (cause) {
    return new CelError('function-failed', String(cause), { cause })
  }
}

/** A record of a declared type. It is a plain object for everything but a selection. */
class Message {
  readonly type: MessageType | OpenStructType
  readonly object: Readonly<Record<string, unknown>>

  constructor(type: MessageType | OpenStructType, object: unknown) {
    this.type = type
    this.object = object as Readonly<Record<string, unknown>>
  }
}

/** A map whose values are records. */
class MessageMap {
  readonly type: MessageType
  readonly map: Value

  constructor(type: MessageType, map: Value) {
    this.type = type
    this.map = map
  }
}

type Result = Value | CelError | Message | MessageMap

interface Scope {
  readonly world: World
  readonly locals: ReadonlyMap<string, Result>
}

const NO_OVERLOAD = new CelError('no-such-overload', 'no such overload')

function walk(expr: Expr, scope: Scope): Result {
  switch (expr.kind) {
    case 'const':
      return constant(expr.value)
    case 'ident':
      return identifier(expr.name, scope)
    case 'select':
      return select(expr, scope)
    case 'call':
      return call(expr, scope)
    case 'list':
      return listOf(expr.elements, expr.optionalIndices, scope)
    case 'map':
      return mapOf(expr, scope)
    case 'comprehension':
      return comprehension(expr, scope)
    case 'struct':
      return fail('function-failed', 'messages cannot be built')
  }
}

function identifier(name: string, scope: Scope): Result {
  const known = variable(name, scope)
  return known === undefined ? fail('unbound-variable', name) : known
}

function fail(code: CelError['code'], message: string): CelError {
  return new CelError(code, message)
}

function constant(value: Constant): Value {
  if (value.kind === 'null') return null
  return value.kind === 'uint' ? new Uint(value.value) : value.value
}

/** A record as the object that it is. */
function plain(result: Result): Value | CelError {
  if (result instanceof Message) return result.object as Value
  return result instanceof MessageMap ? result.map : result
}

function resultOf(expr: Expr, scope: Scope): Value | CelError {
  return plain(walk(expr, scope))
}

function typed(type: CelType, raw: unknown): Result {
  if (type.kind === 'message' || type.kind === 'openStruct') return new Message(type, raw)
  if (type.kind === 'map' && type.value.kind === 'message') {
    return new MessageMap(type.value, raw as Value)
  }
  return raw as Value
}

const TYPE_NAMES: ReadonlySet<string> = new Set([
  ...'null_type bool int uint double string bytes list map type optional_type'.split(' '),
  ...'google.protobuf.Timestamp google.protobuf.Duration net.IP net.CIDR'.split(' '),
  ...'hierarchy spiffeID spiffeTrustDomain spiffeMatcher'
    .split(' ')
    .map((name) => `cerbos.lib.${name}`),
])

function variable(written: string, { world, locals }: Scope): Result | undefined {
  const local = locals.get(written)
  if (local !== undefined) return local
  const name = written.replace(/^\./, '')
  const type = Object.hasOwn(world.variables, name) ? world.variables[name] : undefined
  if (type !== undefined) {
    const raw = world.activation[name]
    return raw === undefined ? fail('unbound-variable', name) : typed(type, raw)
  }
  return TYPE_NAMES.has(name) ? new TypeValue(name) : undefined
}

/** `a.b.c` as one name, if it is a chain of nothing but names. */
function dotted(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const operand = dotted(expr.operand)
  return operand === undefined ? undefined : `${operand}.${expr.field}`
}

function isLocal(name: string, scope: Scope): boolean {
  return scope.locals.has(name.split('.', 1)[0] ?? '')
}

function select(expr: SelectExpr, scope: Scope): Result {
  const name = dotted(expr)
  if (name !== undefined && !isLocal(name, scope)) {
    const known = variable(name, scope)
    if (known !== undefined) return known
  }
  const operand = walk(expr.operand, scope)
  if (operand instanceof CelError) return operand
  if (operand instanceof Message) return messageField(operand, expr)
  if (operand instanceof MessageMap && !expr.testOnly) {
    const found = field(operand.map, expr.field)
    return found instanceof CelError ? found : new Message(operand.type, found)
  }
  const held = plain(operand) as Value
  return expr.testOnly ? presence(held, expr.field) : field(held, expr.field)
}

function messageField({ type, object }: Message, { field: name, testOnly }: SelectExpr): Result {
  if (type.kind === 'openStruct') {
    const held = Object.hasOwn(object, name) ? object[name] : undefined
    if (testOnly) return held !== undefined && !(held instanceof CelError)
    return held === undefined ? fail('undefined-field', name) : (held as Value)
  }
  const declared = type.fields.get(name)
  if (declared === undefined) return fail('undefined-field', name)
  const raw = object[declared.property] ?? undefined
  if (!testOnly) return typed(declared.type, raw ?? zeroOf(declared.type))
  const isMessage = declared.type.kind === 'message'
  return raw !== undefined && (isMessage || show(raw as Value) !== show(zeroOf(declared.type)))
}

function zeroOf(type: CelType): Value {
  if (type.kind === 'string') return ''
  return type.kind === 'list' ? [] : {}
}

function field(held: Value, name: string): Value | CelError {
  if (held instanceof Optional) return optionalField(held, name)
  if (Array.isArray(held)) return fail('invalid-argument', 'a list has no fields')
  const found = isMap(held) ? fieldGet(held, name) : undefined
  return found === undefined ? fail('no-such-key', name) : found
}

function presence(held: Value, name: string): Value | CelError {
  if (held instanceof Optional) return held.value !== undefined && presence(held.value, name)
  if (Array.isArray(held)) return fail('invalid-argument', 'a list has no fields')
  return isMap(held) && fieldGet(held, name) !== undefined
}

function optionalField(held: Value, name: string): Optional | CelError {
  if (held instanceof Optional) {
    return held.value === undefined ? held : optionalField(held.value, name)
  }
  if (Array.isArray(held)) return fail('invalid-argument', 'a list has no fields')
  const found = isMap(held) ? fieldGet(held, name) : undefined
  return found === undefined ? Optional.none : new Optional(found)
}

function index(held: Value, key: Value): Value | CelError {
  if (Array.isArray(held)) return listElement(held, key)
  if (held instanceof Optional) return optionalIndex(held, key)
  if (held instanceof IndexableOpaque) return held.at(key)
  return isMap(held) ? mapElement(held, key) : NO_OVERLOAD
}

function optionalIndex(held: Value, key: Value): Value | CelError {
  if (held instanceof Optional) {
    return held.value === undefined ? held : optionalIndex(held.value, key)
  }
  if (typeof key === 'object' && !(key instanceof Uint)) return NO_OVERLOAD
  const isList = Array.isArray(held)
  if (!isList && !isMap(held)) return Optional.none
  const found = isList ? listElement(held, key) : mapGet(held, key)
  if (found === undefined) return Optional.none
  if (!(found instanceof CelError)) return new Optional(found)
  return found.code === 'index-out-of-bounds' ? Optional.none : found
}

function call(expr: CallExpr, scope: Scope): Result {
  const { function: name, target, args } = expr
  const [first, second, third] = args as readonly [Expr, Expr, Expr]
  if (target === undefined) {
    switch (name) {
      case '_&&_':
        return junction(resultOf(first, scope), () => resultOf(second, scope), false)
      case '_||_':
        return junction(resultOf(first, scope), () => resultOf(second, scope), true)
      case '_?_:_': {
        const test = resultOf(first, scope)
        if (typeof test !== 'boolean') return test instanceof CelError ? test : NO_OVERLOAD
        return resultOf(test ? second : third, scope)
      }
      case '@not_strictly_false':
        return resultOf(first, scope) !== false
      case '_[_]': {
        const held = walk(first, scope)
        if (!(held instanceof MessageMap)) return keyed(args, scope, index)
        const found = keyed(args, scope, index)
        return found instanceof CelError ? found : new Message(held.type, found)
      }
      case '_[?_]':
        return keyed(args, scope, optionalIndex)
      case '_?._':
        return keyed(args, scope, (held, key) => optionalField(held, String(key)))
    }
    const written = name.replace(/^\./, '')
    return dispatch(args, scope, (each) => !each.member && each.name === written)
  }
  const namespace = dotted(target)
  if (namespace !== undefined && !isLocal(namespace, scope)) {
    const isIt = (each: Overload): boolean => !each.member && each.name === `${namespace}.${name}`
    if (scope.world.functions.some(isIt)) return dispatch(args, scope, isIt)
  }
  if (name === 'or' || name === 'orValue') return optionalOr(expr, target, first, scope)
  return dispatch([target, ...args], scope, (each) => each.member && each.name === name)
}

function junction(
  left: Value | CelError,
  right: () => Value | CelError,
  decisive: boolean,
): Value | CelError {
  if (left === decisive) return decisive
  const other = right()
  if (other === decisive) return decisive
  if (typeof left !== 'boolean') return left instanceof CelError ? left : NO_OVERLOAD
  return typeof other === 'boolean' || other instanceof CelError ? other : NO_OVERLOAD
}

function optionalOr(expr: CallExpr, target: Expr, other: Expr, scope: Scope): Value | CelError {
  const held = resultOf(target, scope)
  if (held instanceof CelError) return held
  if (!(held instanceof Optional)) return NO_OVERLOAD
  const unwraps = expr.function === 'orValue'
  if (held.value !== undefined) return unwraps ? held.value : held
  return resultOf(other, scope)
}

function allOf(exprs: readonly Expr[], scope: Scope): readonly Value[] | CelError {
  const made: Value[] = []
  for (const expr of exprs) {
    const each = resultOf(expr, scope)
    if (each instanceof CelError) return each
    made.push(each)
  }
  return made
}

/** `a[b]` and its like. There is nothing to look for in `optional.none()`. */
function keyed(
  [held, key]: readonly Expr[],
  scope: Scope,
  apply: (a: Value, b: Value) => Value | CelError,
): Value | CelError {
  const container = resultOf(held as Expr, scope)
  if (container instanceof CelError) return container
  if (container instanceof Optional && container.value === undefined) return container
  const name = resultOf(key as Expr, scope)
  return name instanceof CelError ? name : apply(container, name)
}

type AnyImplementation = (...args: readonly Value[]) => Value | CelError

function dispatch(
  args: readonly Expr[],
  scope: Scope,
  isNamed: (overload: Overload) => boolean,
): Value | CelError {
  const made = allOf(args, scope)
  if (made instanceof CelError) return made
  const overload = scope.world.functions.find(
    (each) =>
      isNamed(each) &&
      each.args.length === made.length &&
      each.args.every((type, i) => isOf(type, made[i] as Value)),
  )
  if (overload === undefined) return NO_OVERLOAD
  const now = scope.world.activation[NOW]
  if (overload.readsClock && !(now instanceof Timestamp)) return fail('unbound-variable', NOW)
  const implementation = overload.implementation as AnyImplementation
  const result = implementation(...made, ...(overload.readsClock ? [now as Timestamp] : []))
  const isInt = overload.result.kind === 'int' && typeof result === 'number'
  return isInt ? BigInt(result) : result
}

function isOf(type: CelType, held: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true
    case 'opaque':
      if (type.name === 'optional_type') return held instanceof Optional
      return (
        held instanceof Opaque && held.celType.kind === 'opaque' && held.celType.name === type.name
      )
    default:
      return kindOf(held) === type.kind
  }
}

function listOf(
  elements: readonly Expr[],
  optionalIndices: readonly number[],
  scope: Scope,
): Value | CelError {
  const made = allOf(elements, scope)
  if (made instanceof CelError) return made
  const kept: Value[] = []
  for (const [i, each] of made.entries()) {
    if (!optionalIndices.includes(i)) kept.push(each)
    else if (!(each instanceof Optional)) return NO_OVERLOAD
    else if (each.value !== undefined) kept.push(each.value)
  }
  return kept
}

function mapOf({ entries }: Expr & { kind: 'map' }, scope: Scope): Value | CelError {
  const made = new CelMap()
  for (const entry of entries) {
    const pair = allOf([entry.key, entry.value], scope)
    if (pair instanceof CelError) return pair
    const [key, held] = pair as readonly [Value, Value]
    if (!entry.optional) made.set(key, held)
    else if (!(held instanceof Optional)) return NO_OVERLOAD
    else if (held.value !== undefined) made.set(key, held.value)
  }
  return made
}

/** A fold, in the words of the specification. */
function comprehension(expr: ComprehensionExpr, scope: Scope): Result {
  const { iterVar, iterVar2, accuVar, loopCondition, loopStep, result } = expr
  const range = walk(expr.iterRange, scope)
  if (range instanceof CelError) return range
  const steps = stepsOf(range, iterVar2 !== undefined)
  if (steps instanceof CelError) return steps
  let accu = walk(expr.accuInit, scope)
  const within = (names: readonly (readonly [string, Result])[]): Scope => {
    return { ...scope, locals: new Map([...scope.locals, ...names, [accuVar, accu]]) }
  }
  for (const [first, second] of steps) {
    const bound: (readonly [string, Result])[] = [[iterVar, first]]
    if (iterVar2 !== undefined) bound.push([iterVar2, second])
    const goOn = resultOf(loopCondition, within(bound))
    if (goOn === false) break
    accu = goOn === true ? walk(loopStep, within(bound)) : asError(goOn)
    if (goOn !== true) break
  }
  return walk(result, within([]))
}

function asError(held: Value | CelError): CelError {
  return held instanceof CelError ? held : NO_OVERLOAD
}

/** What the variables are in each step; the second one counts only where there are two. */
function stepsOf(
  range: Result,
  hasTwo: boolean,
): readonly (readonly [Result, Result])[] | CelError {
  const held = plain(range) as Value
  if (Array.isArray(held)) {
    return held.map((each: Value, i) => (hasTwo ? [BigInt(i), each] : [each, null]))
  }
  if (!isMap(held)) return NO_OVERLOAD
  const wrap = (each: Value): Result => {
    return range instanceof MessageMap ? new Message(range.type, each) : each
  }
  return mapKeys(held).map((key) => [key, wrap(mapGet(held, key) ?? null)])
}

/** A result as text that tells apart all that differs; errors are told apart by nothing. */
export function show(result: Value | CelError): string {
  if (result instanceof CelError) return 'error'
  if (Array.isArray(result)) return `[${result.map(show).join(', ')}]`
  if (result instanceof Duration) return `duration ${result.nanoseconds}`
  if (result instanceof Timestamp) {
    return `timestamp ${result.seconds} ${result.nanos} ${result.offset}`
  }
  if (result instanceof Uint) return `uint ${result.value}`
  if (result instanceof Uint8Array) return `bytes ${[...result].join(' ')}`
  if (result instanceof TypeValue) return `type ${result.typeName}`
  if (result instanceof Optional) {
    return result.value === undefined ? 'none' : `optional ${show(result.value)}`
  }
  if (result instanceof Opaque) return `${JSON.stringify(result, bigintAsText)}`
  if (isMap(result)) {
    const entries = mapKeys(result).map(
      (key) => `${show(key)}: ${show(mapGet(result, key) as Value)}`,
    )
    return `{${entries.join(', ')}}`
  }
  if (typeof result === 'number') return `double ${Object.is(result, -0) ? '-0' : result}`
  return typeof result === 'bigint' ? `int ${result}` : JSON.stringify(result)
}

function bigintAsText(_: string, each: unknown): unknown {
  return typeof each === 'bigint' ? `int ${each}` : each
}
