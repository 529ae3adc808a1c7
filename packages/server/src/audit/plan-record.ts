import type { PlanInput, PlanOutput } from '@lockstitch/engine'
import { recordedParty, wireFilter } from '@lockstitch/engine/table'

import type { Message } from '../wire/schema.ts'

/** A plan in the words of a request: with `action` where it was asked for one by that name. */
export interface Planned {
  readonly input: PlanInput
  readonly output: PlanOutput
  readonly action: string | undefined
  readonly includeMeta: boolean | undefined
}

/** What was asked and what was planned, as Cerbos writes it down. */
export function planRecord({ input, output, action, includeMeta }: Planned): {
  readonly input: Message
  readonly output: Message
} {
  const { requestId, principal, resource, actions, auxData } = input
  const asked = { ...(requestId && { requestId }), actions, ...(action && { action }) }
  const { policyVersion, scope } = resource
  const { filter, filterDebug, matchedScopes, validationErrors } = output
  const evaluationErrors = output.evaluationErrors.map((celError) => ({ celError }))
  return {
    input: {
      ...asked,
      principal: { id: principal.id, roles: principal.roles, ...recordedParty(principal) },
      resource: { kind: resource.kind, ...recordedParty({ ...resource, id: '' }) },
      ...(auxData && (auxData.jwt || auxData.jwts) && { auxData }),
      ...(includeMeta && { includeMeta }),
    },
    output: {
      ...asked,
      kind: resource.kind,
      ...(policyVersion && { policyVersion }),
      ...(scope && { scope }),
      filter: wireFilter(filter),
      filterDebug,
      ...(validationErrors.length > 0 && { validationErrors }),
      ...(evaluationErrors.length > 0 && { evaluationErrors }),
      ...(matchedScopes.size > 0 && { matchedScopes: Object.fromEntries(matchedScopes) }),
    },
  }
}
