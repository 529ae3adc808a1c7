import type { CheckOutput } from '@lockstitch/engine'

import type { Plant } from '../area.ts'
import type { Parts } from './ours.ts'

/** A bug, and how our side comes to have it. */
export interface CheckPlant extends Plant {
  /** What our side decides by instead. */
  parts?(honest: Parts): Parts
  /** What it answers instead. */
  output?(output: CheckOutput, honest: Parts): CheckOutput
}

export const PLANTS: readonly CheckPlant[] = []
