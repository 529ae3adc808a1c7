import { CelError } from '../errors.ts'
import type { Value } from '../values.ts'
import type { Run } from './code.ts'
import { ask, type Operand } from './operand.ts'

/** Answers for two values of any types; the second may be an error. */
type General = (a: Value, b: Value | CelError) => Value | CelError

/**
 * The operators that two doubles, which is what attributes are, take a short way through. One
 * function for each of them: the operation through a variable would take twice as long.
 */
export const NUMBER_RUNS: Readonly<
  Record<string, (left: Operand, right: Operand, general: General) => Run>
> = {
  '_+_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a + b : general(a, b)
  },
  '_-_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a - b : general(a, b)
  },
  '_*_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a * b : general(a, b)
  },
  '_/_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a / b : general(a, b)
  },
  '_<_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a < b : general(a, b)
  },
  '_<=_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a <= b : general(a, b)
  },
  '_>_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a > b : general(a, b)
  },
  '_>=_': (left, right, general) => (activation) => {
    const a = ask(left, activation)
    if (a instanceof CelError) return a
    const b = ask(right, activation)
    return typeof a === 'number' && typeof b === 'number' ? a >= b : general(a, b)
  },
}
