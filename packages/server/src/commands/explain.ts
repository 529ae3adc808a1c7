import type { AuxData, CheckInput } from '@lockstitch/engine'

import { claimsOf, type Pdp, requireWithinLimits } from '../pdp.ts'
import { CHECK_RESOURCES_REQUEST } from '../wire/messages.ts'
import { list, type Message, messageType, one } from '../wire/schema.ts'
import { mostActions } from './check-resources.ts'
import { type Command, command } from './command.ts'
import { decided } from './decided.ts'
import type { EntryMessage, RequestBase } from './messages.ts'

const RESPONSE = messageType('lockstitch.v1.ExplainResponse', {
  requestId: one(1, 'string'),
  results: list(2, 'value'),
})

interface ExplainMessage extends RequestBase {
  readonly resources: readonly EntryMessage[]
}

/**
 * Tells how the decisions about a request for checks come about. It decides nothing: nobody is told, and
 * nothing is written down. It is not in Cerbos.
 */
export const EXPLAIN: Command = command<ExplainMessage>({
  method: 'lockstitch.v1.ExplainService/Explain',
  request: CHECK_RESOURCES_REQUEST,
  response: RESPONSE,
  async run(pdp, { requestId, principal, resources, auxData }) {
    requireWithinLimits(pdp, { resources: resources.length, actions: mostActions(resources) })
    const claims = auxData && (await claimsOf(pdp, auxData))
    // One step, in which nothing reloads the policies.
    const results = await decided(() =>
      resources.map((entry) => explained(pdp, principal, entry, claims)),
    )
    return { ...(requestId !== undefined && { requestId }), results }
  },
})

function explained(
  { engine }: Pdp,
  principal: CheckInput['principal'],
  { resource, actions }: EntryMessage,
  auxData: AuxData | undefined,
): Message {
  const explanations = actions.map((action) => {
    return [action, engine.explain({ principal, resource, auxData }, action)] as const
  })
  return {
    resource: { kind: resource.kind, id: resource.id },
    actions: Object.fromEntries(explanations),
  }
}
