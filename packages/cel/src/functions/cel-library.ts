import { ENCODERS } from './encoders.ts'
import { LISTS } from './lists.ts'
import { MATH } from './math.ts'
import { NETWORK } from './network.ts'
import { OPTIONALS } from './optionals.ts'
import type { Overload } from './overload.ts'
import { REGEX_EXTENSION } from './regex-extension.ts'
import { STANDARD_FUNCTIONS } from './standard.ts'
import { EXTENDED_STRINGS } from './strings-extended.ts'

/**
 * The functions that every environment has: the standard ones and the extensions. They are in
 * Cerbos's order: where an argument's type is open, the first overload decides it.
 */
export const CEL_FUNCTIONS: readonly Overload[] = [
  ...STANDARD_FUNCTIONS,
  ...OPTIONALS,
  ...ENCODERS,
  ...LISTS,
  ...MATH,
  ...NETWORK,
  ...REGEX_EXTENSION,
  ...EXTENDED_STRINGS,
]
