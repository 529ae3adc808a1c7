import { CelError } from '../errors.ts'

/** How long a value may become. A hostile expression can double one in each of its steps; no policy needs values this long. */
export const MAX_LENGTH = 10_000_000

/** How often one call may compare elements: a second or so. */
const MAX_COMPARISONS = 100_000_000

/** The error of a value that would be longer. */
export const TOO_LONG: CelError = new CelError(
  'limit-exceeded',
  `a value is longer than ${MAX_LENGTH}`,
)

/** The value, or an error where it is too long. */
export function limited<Long extends { readonly length: number }>(value: Long): Long | CelError {
  return value.length > MAX_LENGTH ? TOO_LONG : value
}

/** Whether comparing each element of one list to each of another would take too long. */
export function isTooMuchToCompare(a: number, b: number): boolean {
  return a * b > MAX_COMPARISONS
}

/** The error of that. */
export const TOO_MUCH_TO_COMPARE: CelError = new CelError(
  'limit-exceeded',
  'there are too many elements to compare',
)
