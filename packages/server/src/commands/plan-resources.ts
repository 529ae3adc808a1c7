import type { Attributes, RequestContext } from '@lockstitch/engine'

import { claimsOf } from '../pdp.ts'
import { PLAN_RESOURCES_REQUEST, PLAN_RESOURCES_RESPONSE } from '../wire/messages.ts'
import type { Message } from '../wire/schema.ts'
import { type Command, command } from './command.ts'
import { decided } from './decided.ts'
import type { RequestBase } from './messages.ts'

interface PlanResourcesMessage extends RequestBase {
  readonly action?: string
  readonly actions?: readonly string[]
  readonly includeMeta?: boolean
  readonly resource: {
    readonly kind: string
    readonly attr?: Attributes
    readonly policyVersion?: string
    readonly scope?: string
  }
  readonly requestContext?: RequestContext
}

/** Says which resources a principal may do something to. */
export const PLAN_RESOURCES: Command = command<PlanResourcesMessage>({
  method: 'cerbos.svc.v1.CerbosService/PlanResources',
  request: PLAN_RESOURCES_REQUEST,
  response: PLAN_RESOURCES_RESPONSE,
  async run(pdp, request): Promise<Message> {
    const { auxData } = request
    const claims = auxData && (await claimsOf(pdp, auxData))
    return decided(() => pdp.engine.planResources({ ...request, auxData: claims }))
  },
})
