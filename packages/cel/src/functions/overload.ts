import { CelError } from '../errors.ts'
import type { CelType } from '../types.ts'
import type { Value } from '../values.ts'

/** One signature of a function, method or operator, and what it does. */
export interface Overload {
  readonly name: string
  /** cel-go's name for this signature. */
  readonly id: string
  /** Whether it is written as `target.name(…)`; the target is the first argument then. */
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  /** Asked with values of the types in `args` only; ints may come unboxed. */
  readonly implementation: Implementation
  /** Whether the instant of the evaluation is handed over as a further last argument. */
  readonly readsClock: boolean
  /** Whether it is an application's own, which cannot be part of a plan. */
  readonly custom?: true
  /** Whether only evaluation knows it: the checker refuses arguments that it alone would take. */
  readonly undeclared?: true
  /** One line about an application's own; those of the built-in ones are in `docs.ts`. */
  readonly doc?: string
}

/** A function over CEL values. An `int` result may be a safe JS integer. */
// Parameters are contravariant: with `never` each row can name the very types that it takes.
type Implementation = (...args: never[]) => Value | CelError

type Tail = readonly [args: readonly CelType[], result: CelType, implementation: Implementation]
type Row = readonly [id: string, ...Tail]

/** The signatures of a global function or operator. */
export function globals(name: string, rows: readonly Row[]): readonly Overload[] {
  return rows.map((row) => overload(name, false, row))
}

/** The signatures of a method; the first argument is the target. */
export function methods(name: string, rows: readonly Row[]): readonly Overload[] {
  return rows.map((row) => overload(name, true, row))
}

/** A function of one signature that can be called as a method too, which has the target in its id. */
export function both(name: string, ...[id, ...signature]: Row): readonly Overload[] {
  const methodId = `${signature[0][0]?.kind}_${id}`
  return [...globals(name, [[id, ...signature]]), ...methods(name, [[methodId, ...signature]])]
}

/** What cel-go calls a type in the names of signatures. */
export function nameInId({ kind }: CelType): string {
  return kind.endsWith('int') ? `${kind}64` : kind
}

function overload(name: string, member: boolean, row: Row): Overload {
  const [id, args, result, implementation] = row
  return { name, id, member, args, result, implementation, readsClock: false }
}

/** Stands for what the compiler does itself, because not all of the arguments need be evaluated. */
export function compiled(): never {
  throw new Error('this operator is compiled, not called')
}

/** Marks overloads as taking the instant of the evaluation as their last argument. */
export function withClock(overloads: readonly Overload[]): readonly Overload[] {
  return overloads.map((each) => ({ ...each, readsClock: true }))
}

/** Leaves overloads to the evaluation: a program that names them where types are known is refused. */
export function undeclared(overloads: readonly Overload[]): readonly Overload[] {
  return overloads.map((each) => ({ ...each, undeclared: true }))
}

/** The error of a call that no signature fits. */
export const NO_SUCH_OVERLOAD: CelError = new CelError('no-such-overload', 'no such overload')
