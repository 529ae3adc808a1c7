import type { Activation } from '../env.ts'
import { CelError } from '../errors.ts'
import type { Value } from '../values.ts'
import { boxed, type Code, type Run } from './code.ts'
import { ask, isInPlace, type Operand, operandOf } from './operand.ts'

// Conditions are made of terms like `R.attr.owner == P.id` and `P.attr.level >= 3`. What combines
// terms answers such a one in place, through `answer`, instead of calling a function for it: that
// call would take half of the time.

const ANYTHING = 0
const EQUALS_CONSTANT = 1
const EQUALS = 2
const LESS = 3
const LESS_EQUALS = 4
const GREATER = 5
const GREATER_EQUALS = 6
const EQUALS_TEXT = 7
const EQUALS_NUMBER = 8

const ORDERS: ReadonlyMap<string, number> = new Map([
  ['_<_', LESS],
  ['_<=_', LESS_EQUALS],
  ['_>_', GREATER],
  ['_>=_', GREATER_EQUALS],
])

/** What is asked of one or two attributes. `run` tells what is right for all sorts of values. */
export interface Predicate {
  readonly kind: number
  readonly left: Operand
  readonly right: Operand
  readonly constant: Value
  // The constant again: comparing two strings or two numbers takes an instruction, comparing two
  // values that may be anything takes a call.
  readonly text: string
  readonly number: number
  /** The answer where both are equal. */
  readonly whenEqual: boolean
  readonly run: Run
}

/** The predicate that some code is, if only one that calls the code. */
export function predicateOf(code: Code): Predicate {
  return code.predicate ?? predicate({ kind: ANYTHING, left: code, run: boxed(code) })
}

/** `attribute == constant`; `undefined` where the operand is more than an attribute. */
export function equalsConstantPredicate(
  left: Code,
  constant: string | number | boolean | null,
  whenEqual: boolean,
  run: Run,
): Predicate | undefined {
  const parts = { left, whenEqual, run }
  if (typeof constant === 'string')
    return whereInPlace({ ...parts, kind: EQUALS_TEXT, text: constant })
  if (typeof constant === 'number')
    return whereInPlace({ ...parts, kind: EQUALS_NUMBER, number: constant })
  return whereInPlace({ ...parts, kind: EQUALS_CONSTANT, constant })
}

/** `attribute == attribute` */
export function equalsPredicate(
  left: Code,
  right: Code,
  whenEqual: boolean,
  run: Run,
): Predicate | undefined {
  return whereInPlace({ kind: EQUALS, left, right, whenEqual, run })
}

/** `attribute < number` and its like */
export function orderPredicate(
  operator: string,
  left: Code,
  number: number,
  run: Run,
): Predicate | undefined {
  return whereInPlace({ kind: ORDERS.get(operator) ?? ANYTHING, left, number, run })
}

interface Parts {
  readonly kind: number
  readonly left: Code
  readonly right?: Code
  readonly constant?: Value
  readonly text?: string
  readonly number?: number
  readonly whenEqual?: boolean
  readonly run: Run
}

// Only reading may happen twice: once here and, for values of unexpected types, once in `run`.
function whereInPlace(parts: Parts): Predicate | undefined {
  const of = predicate(parts)
  return isInPlace(of.left) && isInPlace(of.right) ? of : undefined
}

// INVARIANT: all predicates are made here, so that V8 meets one shape of them.
function predicate(parts: Parts): Predicate {
  const left = operandOf(parts.left)
  return {
    kind: parts.kind,
    left,
    right: parts.right === undefined ? left : operandOf(parts.right),
    constant: parts.constant ?? null,
    text: parts.text ?? '',
    number: parts.number ?? 0,
    whenEqual: parts.whenEqual ?? true,
    run: parts.run,
  }
}

/** The answer to a predicate. */
export function answer(of: Predicate, activation: Activation): Value | CelError {
  const { kind } = of
  if (kind === ANYTHING) return of.run(activation)
  const a = ask(of.left, activation)
  if (kind === EQUALS_TEXT) {
    if (typeof a === 'string') return (a === of.text) === of.whenEqual
  } else if (kind === EQUALS_NUMBER) {
    if (typeof a === 'number') return (a === of.number) === of.whenEqual
  } else if (kind === EQUALS_CONSTANT) {
    if (a === of.constant) return of.whenEqual
    if (typeof a !== 'object' && typeof a !== 'bigint') return !of.whenEqual
  } else if (kind === EQUALS) {
    if (typeof a === 'string') {
      const b = ask(of.right, activation)
      if (typeof b === 'string') return (a === b) === of.whenEqual
    }
  } else if (typeof a === 'number') {
    if (kind === LESS) return a < of.number
    if (kind === LESS_EQUALS) return a <= of.number
    return kind === GREATER ? a > of.number : a >= of.number
  }
  return a instanceof CelError ? a : of.run(activation)
}
