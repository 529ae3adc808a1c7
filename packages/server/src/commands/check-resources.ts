import type {
  CallOptions,
  CheckResourcesResult,
  OutputResult,
  RequestContext,
} from '@lockstitch/engine'

import { claimsOf, requireWithinLimits } from '../pdp.ts'
import { CHECK_RESOURCES_REQUEST, CHECK_RESOURCES_RESPONSE } from '../wire/messages.ts'
import type { Message } from '../wire/schema.ts'
import { type Call, type Command, command } from './command.ts'
import { checked } from './decided.ts'
import {
  type EntryMessage,
  effectMeta,
  listed,
  type RequestBase,
  validationErrors,
} from './messages.ts'

interface CheckResourcesMessage extends RequestBase {
  readonly includeMeta?: boolean
  readonly resources: readonly EntryMessage[]
  readonly requestContext?: RequestContext
}

/** Decides about several resources, each with its actions. */
export const CHECK_RESOURCES: Command = command<CheckResourcesMessage>({
  method: 'cerbos.svc.v1.CerbosService/CheckResources',
  request: CHECK_RESOURCES_REQUEST,
  response: CHECK_RESOURCES_RESPONSE,
  async run(pdp, { requestId, principal, resources, auxData, includeMeta, requestContext }, call) {
    requireWithinLimits(pdp, {
      resources: resources.length,
      actions: mostActions(resources),
    })
    const claims = auxData && (await claimsOf(pdp, auxData))
    const response = await checked(pdp, call, resources.length, () =>
      pdp.engine.checkResources(
        {
          principal,
          resources,
          auxData: claims,
          includeMetadata: includeMeta,
          requestId,
          requestContext,
        },
        callOptions(call),
      ),
    )
    const results = response.results.map(resultMessage)
    const { cerbosCallId } = response
    return requestId === undefined
      ? { results, cerbosCallId }
      : { requestId, results, cerbosCallId }
  },
})

/** How many actions the resource has that has most. */
export function mostActions(entries: readonly EntryMessage[]): number {
  let most = 0
  for (const { actions } of entries) if (actions.length > most) most = actions.length
  return most
}

/** What a decision record is to say of a call, which is found out when one is written. */
export function callOptions(call: Call): Pick<CallOptions, 'decisionId' | 'peer' | 'metadata'> {
  return {
    decisionId: call.callId,
    get peer() {
      return call.peer
    },
    get metadata() {
      return call.metadata
    },
  }
}

/** A result as `cerbos.response.v1.CheckResourcesResponse.ResultEntry`. */
export function resultMessage(result: CheckResourcesResult): Message {
  const { kind, id, policyVersion, scope } = result.resource
  const { metadata, outputs } = result
  // Field by field: spreading what is mostly not there took as long as writing the answer.
  const resource: Record<string, unknown> = { id, kind }
  if (policyVersion !== '') resource.policyVersion = policyVersion
  if (scope !== '') resource.scope = scope
  const message: Record<string, unknown> = { resource, actions: result.actions }
  if (result.validationErrors.length > 0)
    Object.assign(message, validationErrors(result.validationErrors))
  if (metadata) message.meta = metaMessage(metadata)
  if (outputs.length > 0) message.outputs = outputs.map(outputMessage)
  return message
}

function metaMessage(metadata: NonNullable<CheckResourcesResult['metadata']>): Message {
  const actions = Object.entries(metadata.actions).map(([action, meta]) => [
    action,
    effectMeta(meta),
  ])
  return {
    actions: Object.fromEntries(actions),
    ...listed('effectiveDerivedRoles', metadata.effectiveDerivedRoles),
  }
}

function outputMessage({ source: src, action, value, error }: OutputResult): Message {
  return { src, action, ...(error === undefined ? { val: value } : { error }) }
}
