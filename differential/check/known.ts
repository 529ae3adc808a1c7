import type { KnownDifference } from '../area.ts'
import type { CheckAnswer } from './answer.ts'
import type { CheckCase } from './policy-set.ts'

/** Differences from the real Cerbos that are meant. Each is a rule with its reason, never a case. */
export const KNOWN: readonly KnownDifference<CheckCase, CheckAnswer>[] = []
