import { CLOCK } from './functions/cerbos/clock.ts'
import { HIERARCHIES } from './functions/cerbos/hierarchy.ts'
import { IP_RANGE } from './functions/cerbos/ip-range.ts'
import { PATHS } from './functions/cerbos/paths.ts'
import { CERBOS_SETS } from './functions/cerbos/sets.ts'
import { SPIFFE } from './functions/cerbos/spiffe.ts'
import type { Overload } from './functions/overload.ts'

export { CERBOS_FOLDING } from './folding.ts'

/**
 * Cerbos's own functions, for `EnvOptions.functions`: the clock, lists as sets, hierarchies, ranges
 * of addresses, SPIFFE identities and paths.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html
 */
export const CERBOS_FUNCTIONS: readonly Overload[] = [
  ...CLOCK,
  ...CERBOS_SETS,
  ...HIERARCHIES,
  ...IP_RANGE,
  ...SPIFFE,
  ...PATHS,
]
