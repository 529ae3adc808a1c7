import { type CallExpr, children } from '../ast.ts'
import { isAtomic } from '../check/inference.ts'
import { NOW } from '../clock.ts'
import { CelError } from '../errors.ts'
import { NO_SUCH_OVERLOAD, type Overload } from '../functions/overload.ts'
import { compilePattern } from '../functions/regex.ts'
import { BOOL, type CelType, DYN, sameType } from '../types.ts'
import { kindOf, Timestamp, type Value, type ValueKind } from '../values.ts'
import { boxedCode, type Code, constantCode, type Run } from './code.ts'
import type { CompileContext } from './context.ts'
import { guardOf, kindOfType, mayBe } from './guards.ts'
import { folded } from './literals.ts'
import { compileOptionalOr } from './logic.ts'
import { ask, operandOf } from './operand.ts'

/** A function, method or strict operator. */
export function compileCall(expr: CallExpr, context: CompileContext): Code {
  const { function: name, target } = expr
  const parts = children(expr)
  const overloads = context.functions
    .find(name, target !== undefined)
    .filter(({ args }) => args.length === parts.length)
  if (overloads.length === 0) {
    return context.problem('unknown-function', `undeclared reference to '${name}'`, expr.span)
  }
  if (target !== undefined && (name === 'or' || name === 'orValue')) {
    return compileOptionalOr(expr, context)
  }
  const codes = parts.map((part) => context.compile(part))
  return name === 'matches' ? compileMatches(overloads, codes) : callCode(overloads, codes)
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

type Guard = (value: Value) => boolean

interface Candidate {
  readonly guards: readonly Guard[]
  /** The kind that each argument must have, where the guard asks for nothing else. */
  readonly kinds: readonly (ValueKind | undefined)[]
  readonly call: AnyImplementation
  readonly readsClock: boolean
}

/** Code that finds the overload for the values that it meets. */
export function callCode(overloads: readonly Overload[], codes: readonly Code[]): Code {
  const mayFit = overloads.filter((overload) =>
    overload.args.every((arg, i) => mayBe(arg, (codes[i] as Code).type)),
  )
  // Only where the types are open is it left to the evaluation to find what no checker knows.
  const declared = mayFit.filter((overload) => !overload.undeclared)
  const isKnown = declared.some((overload) =>
    overload.args.every((arg, i) => sameType(arg, (codes[i] as Code).type)),
  )
  const fitting = isKnown ? declared : mayFit
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
  if (first === undefined || !isConcrete(first.result)) return DYN
  return overloads.every(({ result }) => sameType(result, first.result)) ? first.result : DYN
}

function isConcrete(type: CelType): boolean {
  return isAtomic(type) || (type.kind === 'opaque' && type.parameters.length === 0)
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
    call: mustBox ? boxing(implementation) : implementation,
    readsClock: overload.readsClock,
  }
}

function boxing(implementation: AnyImplementation): AnyImplementation {
  return (...args) => {
    const value = implementation(...args)
    return typeof value === 'number' ? BigInt(value) : value
  }
}

const anything = (): boolean => true

function dispatch(codes: readonly Code[], candidates: readonly Candidate[]): Run {
  const [first, second] = codes
  const readsClock = candidates.some((candidate) => candidate.readsClock)
  if (first !== undefined && candidates.length > 0 && !readsClock) {
    if (codes.length === 1) return dispatchOne(first, candidates)
    if (codes.length === 2 && second !== undefined) return dispatchTwo(first, second, candidates)
  }
  const runs = codes.map(({ run }) => run)
  return (activation) => {
    const args: Value[] = []
    for (const run of runs) {
      const value = run(activation)
      if (value instanceof CelError) return value
      args.push(value)
    }
    if (readsClock) {
      const now = activation[NOW]
      if (!(now instanceof Timestamp)) return NO_CLOCK
      args.push(now)
    }
    return callFirst(candidates, args)
  }
}

const NO_CLOCK = new CelError('unbound-variable', `the activation has no timestamp \`${NOW}\``)

/** Finds the overload by the kind of the argument. */
function dispatchOne(code: Code, candidates: readonly Candidate[]): Run {
  const byKind: { [kind in ValueKind]?: AnyImplementation } = Object.create(null)
  let otherwise = noSuchOverload
  for (const { kinds, call } of candidates) {
    const [kind] = kinds
    if (kind === undefined) {
      otherwise = call
      break
    }
    byKind[kind] ??= kind === 'opaque' ? (value) => callFirst(candidates, [value as Value]) : call
  }
  const operand = operandOf(code, code.run)
  // Strings and lists are most of what functions are asked with.
  const ofString = byKind.string ?? otherwise
  const ofList = byKind.list ?? otherwise
  return (activation) => {
    const value = ask(operand, activation)
    if (typeof value === 'string') return ofString(value)
    if (Array.isArray(value)) return ofList(value)
    if (value instanceof CelError) return value
    const kind = kindOf(value)
    return ((kind && byKind[kind]) ?? otherwise)(value)
  }
}

const noSuchOverload: AnyImplementation = () => NO_SUCH_OVERLOAD

function dispatchTwo(first: Code, second: Code, candidates: readonly Candidate[]): Run {
  const [only] = candidates
  if (candidates.length === 1 && only !== undefined) return callOfTwo(first, second, only)
  const firstRun = first.run
  const secondRun = second.run
  const cases = candidates.map(
    ({ guards: [guardFirst = anything, guardSecond = anything], call }) => {
      return { guardFirst, guardSecond, call }
    },
  )
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
  const [guardFirst = anything, guardSecond = anything] = guards
  const [kindFirst, kindSecond] = kinds
  const a = operandOf(first, first.run)
  const b = operandOf(second, second.run)
  return (activation) => {
    const left = ask(a, activation)
    if (left instanceof CelError) return left
    const right = ask(b, activation)
    if (right instanceof CelError) return right
    return fits(kindFirst, guardFirst, left) && fits(kindSecond, guardSecond, right)
      ? call(left, right)
      : NO_SUCH_OVERLOAD
  }
}

/** Asks a guard; for strings and lists, which are most of what there is, without calling it. */
function fits(kind: ValueKind | undefined, guard: Guard, value: Value): boolean {
  if (kind === 'string') return typeof value === 'string'
  if (kind === 'list') return Array.isArray(value)
  return guard(value)
}

function callFirst(candidates: readonly Candidate[], args: readonly Value[]): Value | CelError {
  for (const { guards, call } of candidates) {
    if (guards.every((guard, i) => guard(args[i] as Value))) return call(...args)
  }
  return NO_SUCH_OVERLOAD
}
