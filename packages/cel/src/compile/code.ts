import type { Activation } from '../env.ts'
import type { CelError } from '../errors.ts'
import { type CelType, DYN } from '../types.ts'
import type { Int, Value } from '../values.ts'
import type { Cell } from './context.ts'
import type { PlainField } from './fields.ts'
import type { Read } from './named-reads.ts'
import type { Predicate } from './predicate.ts'

/** A compiled expression: asked with the variables, it answers with its value or an error. */
export type Run = (activation: Activation) => Value | CelError

/** A compiled expression and what is known of it. */
export interface Code {
  /**
   * The static type. INVARIANT: where it is `int`, `run` answers with an {@link Int}: a safe JS
   * integer or a bigint. Anywhere else an int is a bigint, and a JS number is a double.
   */
  readonly type: CelType
  readonly run: Run
  /**
   * Set for a way, which is what is read from something by fields and indexes: the same for a
   * further step, which an `Onward` tells that the way leads on in an optional.
   */
  readonly onward?: () => Run
  /** The outcome, where it is the same for all variables. */
  readonly constant?: Value | CelError
  /** Set for a variable and a field of its message: how to read it without a detour. */
  readonly slot?: Slot
  /** Set for a variable of a comprehension: where its value is kept. */
  readonly cell?: Cell
  /** Set for a plain field of one of those two. */
  readonly field?: Field
  /** Set for a comparison of attributes: how it is answered in place. */
  readonly predicate?: Predicate | undefined
}

/** `R.attr.owner`, `element.owner` */
interface Field {
  readonly slot?: Slot | undefined
  readonly cell?: Cell | undefined
  readonly plain: PlainField
  /** The error where the field is not there. */
  readonly missing: CelError
}

/** A short way to a value. Where `read` finds nothing (or null) it is `run` that tells why. */
interface Slot {
  readonly path: string
  readonly read: Read
}

/** Code that answers with the same value always. */
export function constantCode(type: CelType, constant: Value | CelError): Code {
  return { type, run: () => constant, constant }
}

/** The code's outcome where an int must tell itself from a double: as a bigint. */
export function boxed(code: Code): Run {
  if (code.type.kind !== 'int') return code.run
  if (code.constant !== undefined) {
    const constant = boxInt(code.constant as Int | CelError) // By the invariant of `type`.
    return () => constant
  }
  const { run } = code
  return (activation) => boxInt(run(activation) as Int | CelError)
}

/** The same as {@link boxed}, as code. */
export function boxedCode(code: Code): Code {
  if (code.type.kind !== 'int') return code
  const constant = boxedConstant(code)
  const run = boxed(code)
  return constant === undefined ? { type: DYN, run } : { type: DYN, run, constant }
}

/** The constant of {@link boxed} code, if it has one. */
function boxedConstant(code: Code): Value | CelError | undefined {
  const { constant } = code
  return code.type.kind === 'int' && typeof constant === 'number' ? BigInt(constant) : constant
}

function boxInt(value: Int | CelError): Value | CelError {
  return typeof value === 'number' ? BigInt(value) : value
}
