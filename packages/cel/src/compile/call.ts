import type { CallExpr, Expr } from '../ast.ts'
import { NOW } from '../clock.ts'
import { CelError } from '../errors.ts'
import { NO_SUCH_OVERLOAD, type Overload } from '../functions/overload.ts'
import { compilePattern } from '../functions/regex.ts'
import { suggestion } from '../suggestion.ts'
import { BOOL, type CelType, DYN } from '../types.ts'
import { kindOf, Timestamp, type Value, type ValueKind } from '../values.ts'
import { boxedCode, type Code, constantCode, type Run } from './code.ts'
import { type CompileContext, findLocal } from './context.ts'
import { guardOf, kindOfType, mayBe } from './guards.ts'
import { folded } from './literals.ts'
import { compileOptionalOr } from './logic.ts'
import { ask, type Operand, operandOf } from './operand.ts'
import { qualifiedName } from './select.ts'

/** A function, method or strict operator. */
export function compileCall(expr: CallExpr, context: CompileContext): Code {
  const { name, member, args } = resolveName(expr, context)
  const overloads = context.functions.find(name, member)
  if (overloads.length === 0) return unknownFunction(expr, name, member, context)
  const fitting = overloads.filter((overload) => overload.args.length === args.length)
  if (fitting.length === 0) return wrongArgumentCount(expr, name, overloads, context)
  if (member && (name === 'or' || name === 'orValue')) return compileOptionalOr(expr, context)
  const codes = args.map((arg) => context.compile(arg))
  if (name === 'matches') return compileMatches(fitting, codes)
  const code = callCode(fitting, codes)
  checkLiteral(name, expr, code, context)
  return code
}

interface ResolvedName {
  readonly name: string
  readonly member: boolean
  readonly args: readonly Expr[]
}

/** `math.greatest(a)` is a function of that name where there is one, else a method of `math`. */
function resolveName(expr: CallExpr, context: CompileContext): ResolvedName {
  if (expr.target === undefined) {
    const name = expr.function.startsWith('.') ? expr.function.slice(1) : expr.function
    return { name, member: false, args: expr.args }
  }
  const qualifier = qualifiedName(expr.target)
  const root = qualifier?.split('.', 1)[0] ?? ''
  if (qualifier !== undefined && findLocal(context, root) === undefined) {
    const name = `${qualifier}.${expr.function}`
    if (context.functions.find(name, false).length > 0)
      return { name, member: false, args: expr.args }
  }
  return { name: expr.function, member: true, args: [expr.target, ...expr.args] }
}

function unknownFunction(
  expr: CallExpr,
  name: string,
  member: boolean,
  context: CompileContext,
): Code {
  const otherStyle = context.functions.find(name, !member).length > 0
  const hint = otherStyle
    ? `; it is called as \`${member ? `${name}(…)` : `….${name}()`}\``
    : suggestion(name, context.functions.names)
  const kind = member ? 'method' : 'function'
  return context.problem('unknown-function', `unknown ${kind} \`${name}\`${hint}`, expr.span)
}

function wrongArgumentCount(
  expr: CallExpr,
  name: string,
  overloads: readonly Overload[],
  context: CompileContext,
): Code {
  const hidden = expr.target !== undefined && overloads[0]?.member ? 1 : 0
  const counts = [...new Set(overloads.map(({ args }) => args.length - hidden))].sort(
    (a, b) => a - b,
  )
  const message = `\`${name}\` takes ${counts.join(' or ')} arguments, got ${expr.args.length}`
  return context.problem('wrong-argument-count', message, expr.span)
}

/** A literal that can never be a timestamp or duration is a mistake, not a run-time error. */
function checkLiteral(name: string, expr: CallExpr, code: Code, context: CompileContext): void {
  const [arg] = expr.args
  const isLiteral = arg?.kind === 'const' && arg.value.kind === 'string'
  if (!isLiteral || (name !== 'timestamp' && name !== 'duration')) return
  if (!(code.constant instanceof CelError)) return
  const message = `invalid ${name}: ${code.constant.message}`
  context.problem('invalid-literal', message, arg.span)
}

function compileMatches(overloads: readonly Overload[], codes: readonly Code[]): Code {
  const [text, pattern] = codes
  if (text === undefined || typeof pattern?.constant !== 'string') return callCode(overloads, codes)
  const matcher = compilePattern(pattern.constant)
  // A literal behind the parenthesis the checker has tried; any other is an error when it is asked.
  if (matcher instanceof CelError) return constantCode(BOOL, matcher)
  const operand = operandOf(text)
  return {
    type: BOOL,
    run: (activation) => {
      const value = ask(operand, activation)
      if (typeof value === 'string') return matcher.test(value)
      return value instanceof CelError ? value : NO_SUCH_OVERLOAD
    },
  }
}

type AnyImplementation = (...args: readonly unknown[]) => Value | CelError

interface Candidate {
  readonly guards: readonly ((value: Value) => boolean)[]
  /** The kind that each argument must have, where the guard asks for nothing else. */
  readonly kinds: readonly (ValueKind | undefined)[]
  readonly call: AnyImplementation
  readonly readsClock: boolean
}

/** Code that finds the overload for the values that it meets. */
export function callCode(overloads: readonly Overload[], codes: readonly Code[]): Code {
  const fitting = overloads.filter((overload) =>
    overload.args.every((arg, i) => mayBe(arg, (codes[i] as Code).type)),
  )
  const type = resultType(fitting)
  const unboxed = codes.map((each, i) => takesInt(each, fitting, i))
  const args = codes.map((each, i) => (unboxed[i] ? each : boxedCode(each)))
  const candidates = fitting.map((overload) => candidateOf(overload, unboxed, type))
  const code = { type, run: dispatch(args, candidates) }
  return fitting.some(({ readsClock }) => readsClock) ? code : folded(code, codes)
}

/** Calls the overload that fits values; ints are boxed on the way in and out. */
export function callerOf(
  overloads: readonly Overload[],
): (args: readonly Value[]) => Value | CelError {
  const candidates = overloads.map((overload) => candidateOf(overload, [], DYN))
  return (args) => callFirst(candidates, args)
}

function resultType(overloads: readonly Overload[]): CelType {
  const [first] = overloads
  const same = overloads.every(({ result }) => result.kind === first?.result.kind)
  const isSimple =
    first !== undefined && first.result.kind !== 'param' && !hasParameters(first.result)
  return same && isSimple ? first.result : DYN
}

function hasParameters(type: CelType): boolean {
  return type.kind === 'list' || type.kind === 'map' || type.kind === 'opaque'
}

/** Whether an argument can be handed over as an unboxed int to each overload that is left. */
function takesInt(code: Code, overloads: readonly Overload[], position: number): boolean {
  if (code.type.kind !== 'int' || overloads.length === 0) return false
  return overloads.every(({ args }) => args[position]?.kind === 'int')
}

function candidateOf(overload: Overload, unboxed: readonly boolean[], type: CelType): Candidate {
  // The guards below make sure that the implementation meets the types that it names.
  const implementation = overload.implementation as AnyImplementation
  const mustBox = overload.result.kind === 'int' && type.kind !== 'int'
  return {
    guards: overload.args.map((arg, i) => (unboxed[i] ? anything : guardOf(arg))),
    kinds: overload.args.map((arg, i) => (unboxed[i] ? undefined : kindOfType(arg))),
    call: mustBox ? boxing(implementation, overload.args.length) : implementation,
    readsClock: overload.readsClock,
  }
}

function boxing(implementation: AnyImplementation, count: number): AnyImplementation {
  if (count === 1) return (a) => boxNumber(implementation(a))
  if (count === 2) return (a, b) => boxNumber(implementation(a, b))
  return (...args) => boxNumber(implementation(...args))
}

const anything = (): boolean => true

function boxNumber(value: Value | CelError): Value | CelError {
  return typeof value === 'number' ? BigInt(value) : value
}

function dispatch(codes: readonly Code[], candidates: readonly Candidate[]): Run {
  const runs = codes.map(({ run }) => run)
  const [only] = candidates
  const [first, second] = codes
  if (only === undefined) return evaluateThenFail(runs)
  if (only.readsClock) return dispatchWithClock(runs, candidates)
  if (codes.length === 1 && first !== undefined) return dispatchOne(first, candidates)
  if (codes.length === 2 && first !== undefined && second !== undefined) {
    return dispatchTwo(first, second, candidates)
  }
  return (activation) => {
    const args = evaluateAll(runs, activation)
    return args instanceof CelError ? args : callFirst(candidates, args)
  }
}

function dispatchOne(code: Code, candidates: readonly Candidate[]): Run {
  const byKind = implementationsByKind(candidates)
  if (byKind !== undefined) return dispatchByKind(code, byKind)
  const { run } = code
  const cases = candidates.map(({ guards, call }) => ({ guard: guards[0] ?? never, call }))
  return (activation) => {
    const value = run(activation)
    if (value instanceof CelError) return value
    for (const { guard, call } of cases) if (guard(value)) return call(value)
    return NO_SUCH_OVERLOAD
  }
}

/** What to call for a value of each kind. */
type ByKind = { [kind in ValueKind]?: AnyImplementation }

/** The implementations of one argument by its kind, where that alone decides between them. */
function implementationsByKind(candidates: readonly Candidate[]): ByKind | undefined {
  const byKind: ByKind = Object.create(null)
  for (const { kinds, call } of candidates) {
    const [kind] = kinds
    if (kind === undefined) return undefined
    if (kind !== 'opaque') byKind[kind] ??= call
  }
  const opaque = candidates.filter(({ kinds }) => kinds[0] === 'opaque')
  if (opaque.length > 0) byKind.opaque = (value) => callFirst(opaque, [value as Value])
  return byKind
}

function dispatchByKind(code: Code, byKind: ByKind): Run {
  const operand = operandOf(code, code.run)
  // Strings and lists are most of what functions are asked with.
  const ofString = byKind.string ?? noSuchOverload
  const ofList = byKind.list ?? noSuchOverload
  const ofBool = byKind.bool ?? noSuchOverload
  return (activation) => {
    const value = ask(operand, activation)
    if (typeof value === 'string') return ofString(value)
    if (typeof value === 'boolean') return ofBool(value)
    if (Array.isArray(value)) return ofList(value)
    if (value instanceof CelError) return value
    const kind = kindOf(value)
    const call = kind === undefined ? undefined : byKind[kind]
    return call === undefined ? NO_SUCH_OVERLOAD : call(value)
  }
}

const noSuchOverload = (): CelError => NO_SUCH_OVERLOAD

function dispatchTwo(first: Code, second: Code, candidates: readonly Candidate[]): Run {
  const [only] = candidates
  if (candidates.length === 1 && only !== undefined) return callOfTwo(first, second, only)
  const firstRun = first.run
  const secondRun = second.run
  const cases = candidates.map(({ guards, call }) => ({
    guardFirst: guards[0] ?? never,
    guardSecond: guards[1] ?? never,
    call,
  }))
  return (activation) => {
    const a = firstRun(activation)
    if (a instanceof CelError) return a
    const b = secondRun(activation)
    if (b instanceof CelError) return b
    for (const { guardFirst, guardSecond, call } of cases) {
      if (guardFirst(a) && guardSecond(b)) return call(a, b)
    }
    return NO_SUCH_OVERLOAD
  }
}

/** A function of two arguments with one signature. */
function callOfTwo(first: Code, second: Code, { guards, kinds, call }: Candidate): Run {
  const [guardFirst = never, guardSecond = never] = guards
  const [kindFirst, kindSecond] = kinds
  const a = operandOf(first, first.run)
  const b = operandOf(second, second.run)
  const { constant } = second
  if (kindFirst === 'string' && typeof constant === 'string' && guardSecond(constant)) {
    return (activation) => {
      const value = ask(a, activation)
      if (typeof value === 'string') return call(value, constant)
      return value instanceof CelError ? value : NO_SUCH_OVERLOAD
    }
  }
  if (constant !== undefined && !(constant instanceof CelError) && guardSecond(constant)) {
    return (activation) => {
      const value = ask(a, activation)
      if (value instanceof CelError) return value
      return guardFirst(value) ? call(value, constant) : NO_SUCH_OVERLOAD
    }
  }
  if (kindFirst === 'list' && kindSecond === 'list') return callOfTwoLists(a, b, call)
  return (activation) => {
    const left = ask(a, activation)
    if (left instanceof CelError) return left
    const right = ask(b, activation)
    if (right instanceof CelError) return right
    return guardFirst(left) && guardSecond(right) ? call(left, right) : NO_SUCH_OVERLOAD
  }
}

function callOfTwoLists(a: Operand, b: Operand, call: AnyImplementation): Run {
  return (activation) => {
    const left = ask(a, activation)
    if (left instanceof CelError) return left
    const right = ask(b, activation)
    if (Array.isArray(left) && Array.isArray(right)) return call(left, right)
    return right instanceof CelError ? right : NO_SUCH_OVERLOAD
  }
}

const never = (): boolean => false

function dispatchWithClock(runs: readonly Run[], candidates: readonly Candidate[]): Run {
  return (activation) => {
    const args = evaluateAll(runs, activation)
    if (args instanceof CelError) return args
    const now = activation[NOW]
    return now instanceof Timestamp ? callFirst(candidates, args, now) : NO_CLOCK
  }
}

const NO_CLOCK = new CelError('unbound-variable', `the activation has no timestamp \`${NOW}\``)

function callFirst(
  candidates: readonly Candidate[],
  args: readonly Value[],
  ...more: readonly Value[]
): Value | CelError {
  for (const { guards, call } of candidates) {
    if (guards.every((guard, i) => guard(args[i] as Value))) return call(...args, ...more)
  }
  return NO_SUCH_OVERLOAD
}

function evaluateAll(
  runs: readonly Run[],
  activation: Parameters<Run>[0],
): readonly Value[] | CelError {
  const values: Value[] = []
  for (const run of runs) {
    const value = run(activation)
    if (value instanceof CelError) return value
    values.push(value)
  }
  return values
}

function evaluateThenFail(runs: readonly Run[]): Run {
  return (activation) => {
    const args = evaluateAll(runs, activation)
    return args instanceof CelError ? args : NO_SUCH_OVERLOAD
  }
}
