import type { PlanInput, PlanOutput } from '@lockstitch/engine'
import { recordedParty, wireFilter } from '@lockstitch/engine/table'

import type { Message } from '../wire/schema.ts'

/** What a plan was asked for, in the words of a request: with `action` where it was asked for one by that name. */
export interface AskedPlan {
  readonly input: PlanInput
  readonly action: string | undefined
  readonly includeMeta: boolean | undefined
}

/** What was asked and what was planned, or why nothing could be, as Cerbos writes it down. */
export type PlanRecord =
  | { readonly input: Message; readonly output: Message; readonly error?: never }
  | { readonly input: Message; readonly error: string; readonly output?: never }

/** The record of a plan. */
export function planRecord(asked: AskedPlan, output: PlanOutput): PlanRecord {
  return { input: recordedInput(asked), output: recordedOutput(asked, output) }
}

/** The record of a plan that could not be made. */
export function failedPlanRecord(asked: AskedPlan, error: string): PlanRecord {
  return { input: recordedInput(asked), error }
}

function recordedInput(asked: AskedPlan): Message {
  const { principal, resource, auxData } = asked.input
  return {
    ...recordedQuestion(asked),
    principal: { id: principal.id, roles: principal.roles, ...recordedParty(principal) },
    resource: { kind: resource.kind, ...recordedParty({ ...resource, id: '' }) },
    ...(auxData && (auxData.jwt || auxData.jwts) && { auxData }),
    ...(asked.includeMeta && { includeMeta: asked.includeMeta }),
  }
}

function recordedOutput(asked: AskedPlan, output: PlanOutput): Message {
  const { policyVersion, scope, kind } = asked.input.resource
  const { filter, filterDebug, matchedScopes, validationErrors } = output
  const evaluationErrors = output.evaluationErrors.map((celError) => ({ celError }))
  return {
    ...recordedQuestion(asked),
    kind,
    ...(policyVersion && { policyVersion }),
    ...(scope && { scope }),
    filter: wireFilter(filter),
    filterDebug,
    ...(validationErrors.length > 0 && { validationErrors }),
    ...(evaluationErrors.length > 0 && { evaluationErrors }),
    ...(matchedScopes.size > 0 && { matchedScopes: Object.fromEntries(matchedScopes) }),
  }
}

function recordedQuestion({ input: { requestId, actions }, action }: AskedPlan): Message {
  return { ...(requestId && { requestId }), actions, ...(action && { action }) }
}
