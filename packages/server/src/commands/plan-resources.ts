import {
  type Attributes,
  type AuditTrail,
  EngineError,
  type PlanInput,
  type PlanOutput,
  type RequestContext,
} from '@lockstitch/engine'
import { wireFilter } from '@lockstitch/engine/table'

import { failedPlanRecord, type PlanRecord, planRecord } from '../audit/plan-record.ts'
import { claimsOf, type Pdp } from '../pdp.ts'
import { PLAN_RESOURCES_REQUEST, PLAN_RESOURCES_RESPONSE } from '../wire/messages.ts'
import type { Message } from '../wire/schema.ts'
import { type Call, type Command, command } from './command.ts'
import { planned } from './decided.ts'
import { type RequestBase, validationErrors } from './messages.ts'
import { entryBase } from './recorded.ts'

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
  async run(pdp, request, call): Promise<Message> {
    const { auxData, action, actions = [], includeMeta, requestContext: _, ...rest } = request
    const claims = auxData && (await claimsOf(pdp, auxData))
    const input = {
      ...rest,
      actions: action === undefined ? actions : [action],
      auxData: claims,
    }
    const output = await planned(pdp, call, () => recordedPlan(pdp, call, request, input))
    const { requestId, resource, filter } = output
    return {
      ...(requestId !== undefined && { requestId }),
      ...(action === undefined ? { actions } : { action }),
      resourceKind: resource.kind,
      ...(resource.policyVersion !== '' && { policyVersion: resource.policyVersion }),
      filter: wireFilter(filter),
      ...(includeMeta && { meta: metaMessage(output, action) }),
      ...validationErrors(output.validationErrors),
      cerbosCallId: call.callId,
    }
  },
})

/** Plans, and writes the plan down where somebody wants it. */
function recordedPlan(
  pdp: Pdp,
  call: Call,
  { action, includeMeta, requestContext }: PlanResourcesMessage,
  input: PlanInput,
): PlanOutput {
  const { engine, audit, clock } = pdp
  if (!audit?.hasPlans) return engine.plan(input)
  const time = clock()
  let auditTrail: AuditTrail = {}
  const asked = { input, action, includeMeta }
  const write = (generation: number, planResources: PlanRecord): void =>
    audit.plan({
      ...entryBase(pdp, call, time, requestContext),
      generation,
      planResources,
      auditTrail,
    })
  try {
    const output = engine.plan(input, {
      onTrail(trail) {
        auditTrail = trail
      },
    })
    write(output.generation, planRecord(asked, output))
    return output
  } catch (error) {
    // What is wrong with a request is told to whoever has made it.
    if (error instanceof EngineError && error.code === 'not-plannable')
      write(engine.generation, failedPlanRecord(asked, error.message))
    throw error
  }
}

/** A request for one action is told one scope. */
function metaMessage(
  { filterDebug, matchedScopes }: PlanOutput,
  action: string | undefined,
): Message {
  if (action === undefined) {
    return {
      filterDebug,
      ...(matchedScopes.size > 0 && { matchedScopes: Object.fromEntries(matchedScopes) }),
    }
  }
  const matchedScope = matchedScopes.get(action) ?? ''
  return matchedScope === '' ? { filterDebug } : { filterDebug, matchedScope }
}
