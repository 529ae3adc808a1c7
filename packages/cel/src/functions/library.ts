import { CLOCK } from './cerbos/clock.ts'
import { HIERARCHIES } from './cerbos/hierarchy.ts'
import { IP_RANGE } from './cerbos/ip-range.ts'
import { PATHS } from './cerbos/paths.ts'
import { CERBOS_SETS } from './cerbos/sets.ts'
import { SPIFFE } from './cerbos/spiffe.ts'
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
 * Every function that an environment has: the standard ones, the extensions and Cerbos's own. The
 * libraries are in Cerbos's order: where an argument's type is open, the first overload decides it.
 */
export const ALL_FUNCTIONS: readonly Overload[] = [
  ...STANDARD_FUNCTIONS,
  ...OPTIONALS,
  ...ENCODERS,
  ...LISTS,
  ...MATH,
  ...NETWORK,
  ...REGEX_EXTENSION,
  ...EXTENDED_STRINGS,
  ...CLOCK,
  ...CERBOS_SETS,
  ...HIERARCHIES,
  ...IP_RANGE,
  ...SPIFFE,
  ...PATHS,
]
