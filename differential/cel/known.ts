import type { KnownDifference } from '../area.ts'
import type { CelAnswer } from './answer.ts'
import type { CelCase } from './generate.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<CelCase, CelAnswer>[] = []
