import { type CelError, isCelError, Optional, type Value } from '@lockstitch/cel'
import type { LinkedCondition } from '@lockstitch/policy'

import { type Evaluation, evaluate } from './evaluation.ts'

/** Whether a value makes a condition hold: `true` does, in optionals too, such as `R.attr.?shared`. */
export function isTrue(value: Value | CelError): boolean {
  return value === true || (value instanceof Optional && isTrue(value.value ?? null))
}

/**
 * Whether a condition holds. Anything but `true` does not, neither a number nor a text.
 *
 * An expression that fails counts as `false`, and a list goes on. In strict evaluation the error
 * is the answer, and the first one in a list ends it.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions
 */
export function holds(evaluation: Evaluation, condition: LinkedCondition): boolean | CelError {
  if (condition.kind === 'expr') {
    const value = evaluate(evaluation, condition.program)
    return isCelError(value) && evaluation.strict ? value : isTrue(value)
  }
  // `all` looks for a part that is false, `any` and `none` for one that is true.
  const decisive = condition.kind !== 'all'
  for (const part of condition.of) {
    const held = holds(evaluation, part)
    if (isCelError(held)) return held
    if (held === decisive) return condition.kind === 'any'
  }
  return condition.kind !== 'any'
}
