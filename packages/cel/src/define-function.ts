import { nameProblem } from './define-function/names.ts'
import { type FromCel, fromCel, type ToCel, toCel } from './define-function/values.ts'
import { CelError } from './errors.ts'
import { NO_SUCH_OVERLOAD, type Overload } from './functions/overload.ts'
import { type CelType, formatType } from './types.ts'
import type { Value } from './values.ts'

/** A function of an application's own: its signature in CEL, and what it does in JavaScript. */
export interface FunctionDefinition<Args extends readonly CelType[], Result extends CelType> {
  /** `isHoliday`, or with a namespace `acme.isHoliday`. */
  readonly name: string
  /** Whether it is written as a method, `target.name(…)`; the target is the first argument then. */
  readonly member?: boolean
  /** The types of the arguments; a call with values of other types is an error. */
  readonly args: Args
  /** The type of the result, which is checked. */
  readonly result: Result
  /**
   * Answers with a value or a `CelError`; an exception becomes an error of the expression. It must
   * depend on nothing but its arguments: with constant ones it is called once, when the expression
   * is compiled.
   */
  readonly implementation: (...args: FromCelAll<Args>) => ToCel<Result> | CelError
  /** One line for whoever reads the policy. */
  readonly doc?: string
}

/** The JavaScript types of arguments. */
type FromCelAll<Args extends readonly CelType[]> = {
  -readonly [Position in keyof Args]: FromCel<Args[Position]>
}

/**
 * Makes a function of an application's own, for `EnvOptions.functions`. Functions may share a name
 * where their arguments differ. A name that CEL has already is refused with a `TypeError`.
 */
export function defineFunction<const Args extends readonly CelType[], const Result extends CelType>(
  definition: FunctionDefinition<Args, Result>,
): Overload {
  const { name, args, result, member = false, doc = '' } = definition
  const problem = nameProblem(name, member, args.length)
  if (problem !== undefined) throw new TypeError(`cannot define \`${name}\`: ${problem}`)
  const signature = args.map(formatType).join(', ')
  const id = `custom ${member ? 'method' : 'function'} ${name}(${signature})`
  const implementation = contained({
    name,
    args,
    result,
    // `contained` converts the arguments to the very types that the signature promises.
    implementation: definition.implementation as unknown as Contained['implementation'],
  })
  return { name, id, member, args, result, implementation, readsClock: false, custom: true, doc }
}

interface Contained {
  readonly name: string
  readonly args: readonly CelType[]
  readonly result: CelType
  readonly implementation: (...args: readonly unknown[]) => unknown
}

/** Lets nothing in or out that is not of the types in the signature, and no exception out. */
function contained({ name, args, result, implementation }: Contained): Overload['implementation'] {
  return (...values: readonly Value[]): Value | CelError => {
    try {
      const converted = args.map((type, position) => fromCel(type, values[position]))
      if (converted.includes(undefined)) return NO_SUCH_OVERLOAD
      const answer = implementation(...converted)
      if (answer instanceof CelError) return answer
      const value = toCel(result, answer)
      return value === undefined ? wrongResult(name, result, answer) : value
    } catch (cause) {
      return failed(name, cause instanceof Error ? cause.message : 'it threw no Error', cause)
    }
  }
}

function wrongResult(name: string, result: CelType, answer: unknown): CelError {
  const isPromise = answer instanceof Promise
  const got = isPromise ? 'a promise, and evaluation is synchronous' : 'something else'
  return failed(name, `its result is declared as ${formatType(result)}, it returned ${got}`)
}

function failed(name: string, why: string, cause?: unknown): CelError {
  const details = cause === undefined ? {} : { cause }
  return new CelError('function-failed', `custom function \`${name}\` failed: ${why}`, details)
}
