import { CERBOS_FUNCTIONS } from '../cerbos.ts'
import { CEL_FUNCTIONS } from './cel-library.ts'
import type { Overload } from './overload.ts'

/** Every function that there is. */
export const ALL_FUNCTIONS: readonly Overload[] = [...CEL_FUNCTIONS, ...CERBOS_FUNCTIONS]
