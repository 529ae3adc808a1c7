import { claimsOf, requireWithinLimits } from '../pdp.ts'
import { CHECK_RESOURCE_BATCH_REQUEST, CHECK_RESOURCE_BATCH_RESPONSE } from '../wire/messages.ts'
import { effects } from './check-resource-set.ts'
import { callOptions, mostActions } from './check-resources.ts'
import { type Command, command } from './command.ts'
import { checked } from './decided.ts'
import { type EntryMessage, type RequestBase, validationErrors } from './messages.ts'

interface CheckResourceBatchMessage extends RequestBase {
  readonly resources: readonly EntryMessage[]
}

/** Decides about several resources. Cerbos keeps it for old clients. */
export const CHECK_RESOURCE_BATCH: Command = command<CheckResourceBatchMessage>({
  method: 'cerbos.svc.v1.CerbosService/CheckResourceBatch',
  request: CHECK_RESOURCE_BATCH_REQUEST,
  response: CHECK_RESOURCE_BATCH_RESPONSE,
  async run(pdp, { requestId, principal, resources, auxData }, call) {
    requireWithinLimits(pdp, { resources: resources.length, actions: mostActions(resources) })
    const claims = auxData && (await claimsOf(pdp, auxData))
    const inputs = resources.map(({ resource, actions }) => ({
      principal,
      resource,
      actions,
      auxData: claims,
      requestId,
    }))
    const options = callOptions(call)
    const outputs = await checked(pdp, call, inputs.length, () =>
      pdp.engine.checkMany(inputs, options),
    )
    return {
      ...(requestId !== undefined && { requestId }),
      results: outputs.map((output) => ({
        resourceId: output.resource.id,
        actions: effects(output),
        ...validationErrors(output.validationErrors),
      })),
    }
  },
})
