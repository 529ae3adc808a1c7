import { CelError } from '../errors.ts'

/** How long a value may become. A hostile expression can double one in each of its steps; no policy needs values this long. */
export const MAX_LENGTH = 10_000_000

/** The error of a value that would be longer. */
export const TOO_LONG: CelError = new CelError(
  'limit-exceeded',
  `a value is longer than ${MAX_LENGTH}`,
)

/** The value, or an error where it is too long. */
export function limited<Long extends { readonly length: number }>(value: Long): Long | CelError {
  return value.length > MAX_LENGTH ? TOO_LONG : value
}
