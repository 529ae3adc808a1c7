import { ALL_FUNCTIONS } from '../../packages/cel/src/functions/library.ts'
import type { Overload } from '../../packages/cel/src/functions/overload.ts'

export type { Overload }

/** Our tables of functions, from which expressions are made. */
export const FUNCTIONS: readonly Overload[] = ALL_FUNCTIONS
