import { ARITHMETIC } from './arithmetic.ts'
import { COLLECTIONS } from './collections.ts'
import { COMPARISON } from './comparison.ts'
import { CONVERSIONS } from './conversions.ts'
import { LOGIC } from './logic.ts'
import type { Overload } from './overload.ts'
import { REGEX } from './regex.ts'
import { STRINGS } from './strings.ts'
import { TIME } from './time.ts'

/** The operators and functions of the CEL specification. @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#list-of-standard-definitions */
export const STANDARD_FUNCTIONS: readonly Overload[] = [
  ...LOGIC,
  ...COMPARISON,
  ...ARITHMETIC,
  ...COLLECTIONS,
  ...STRINGS,
  ...REGEX,
  ...CONVERSIONS,
  ...TIME,
]
