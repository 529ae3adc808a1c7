import type { Effect } from '@lockstitch/policy'

import type { CheckInput, CheckOutput, Principal, Resource, ValidationError } from './request.ts'

/** One decision as it is handed to `onDecision`: who asked for what, and what was answered. */
export interface DecisionRecord {
  /** The same for all decisions of a call. */
  readonly decisionId: string
  /** When it was decided, in milliseconds since 1970. */
  readonly time: number
  /** The generation of the policies that decided. */
  readonly generation: number
  readonly requestId?: string
  readonly principal: Principal
  readonly resource: Resource
  readonly action: string
  readonly effect: Effect
  readonly matchedPolicy: string
  readonly matchedScope: string
  /** What schemas found wrong with the attributes; absent when nothing was. */
  readonly validationErrors?: readonly ValidationError[]
}

/** Receives every decision. What it throws is counted and changes nothing. */
export type OnDecision = (record: DecisionRecord) => void

/** The records of an input, an action each. */
export function decisionRecords(
  decisionId: string,
  time: number,
  { principal, resource, requestId }: CheckInput,
  { actions, generation, validationErrors }: CheckOutput,
): readonly DecisionRecord[] {
  return [...actions].map(([action, decision]) => ({
    decisionId,
    time,
    generation,
    ...(requestId !== undefined && { requestId }),
    principal,
    resource,
    action,
    ...decision,
    ...(validationErrors.length > 0 && { validationErrors }),
  }))
}
