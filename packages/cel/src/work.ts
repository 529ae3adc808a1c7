import { CelError } from './errors.ts'

// Comparing is the one thing that takes more time than there is data: lists that share parts are
// longer than they are in memory, and `list.all(x, x in list)` is quadratic. Comprehension steps
// are counted by the compiler; this counts elements that are compared, some tenths of a second.
const MAX_COMPARISONS = 10_000_000
let left = MAX_COMPARISONS

/** Thrown in the middle of an evaluation, whose outcome it then is. */
const TOO_MUCH_TO_COMPARE: CelError = new CelError(
  'limit-exceeded',
  'there are too many elements to compare',
)

/**
 * How many comprehension steps the running evaluation may still take. One object for all
 * expressions, which is in the cache whichever is evaluated.
 */
export const work: { left: number } = { left: 0 }

/** Begins an evaluation; the steps that are left to one that it is within are the answer. */
export function beginWork(maxSteps: number): number {
  const outer = work.left
  work.left = maxSteps
  left = MAX_COMPARISONS
  return outer
}

/** Counts comparisons of elements, and ends the evaluation when there are too many. */
export function countComparisons(count: number): void {
  left -= count
  if (left < 0) throw TOO_MUCH_TO_COMPARE
}
