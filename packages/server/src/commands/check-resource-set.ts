import type { CheckOutput } from '@lockstitch/engine'

import { claimsOf, requireWithinLimits } from '../pdp.ts'
import { CHECK_RESOURCE_SET_REQUEST, CHECK_RESOURCE_SET_RESPONSE } from '../wire/messages.ts'
import type { Message } from '../wire/schema.ts'
import { callOptions } from './check-resources.ts'
import { type Command, command } from './command.ts'
import { checked } from './decided.ts'
import {
  type AttributesMessage,
  effectMeta,
  listed,
  type RequestBase,
  validationErrors,
} from './messages.ts'

interface CheckResourceSetMessage extends RequestBase {
  readonly actions: readonly string[]
  readonly includeMeta?: boolean
  readonly resource: {
    readonly kind: string
    readonly policyVersion?: string
    readonly scope?: string
    readonly instances: Readonly<Record<string, AttributesMessage>>
  }
}

/** Decides about resources of one kind, all with the same actions. Cerbos keeps it for old clients. */
export const CHECK_RESOURCE_SET: Command = command<CheckResourceSetMessage>({
  method: 'cerbos.svc.v1.CerbosService/CheckResourceSet',
  request: CHECK_RESOURCE_SET_REQUEST,
  response: CHECK_RESOURCE_SET_RESPONSE,
  async run(pdp, { requestId, principal, actions, resource, includeMeta, auxData }, call) {
    const { instances, ...shared } = resource
    const ids = Object.keys(instances)
    requireWithinLimits(pdp, { resources: ids.length, actions: actions.length })
    const claims = auxData && (await claimsOf(pdp, auxData))
    const inputs = ids.map((id) => ({
      principal,
      actions,
      resource: { ...shared, id, attr: instances[id]?.attr },
      auxData: claims,
      requestId,
    }))
    const options = callOptions(call)
    const outputs = await checked(pdp, call, inputs.length, () =>
      pdp.engine.checkMany(inputs, options),
    )
    return {
      ...(requestId !== undefined && { requestId }),
      resourceInstances: byId(ids, outputs, (output) => ({
        actions: effects(output),
        ...validationErrors(output.validationErrors),
      })),
      ...(includeMeta && { meta: { resourceInstances: byId(ids, outputs, actionMeta) } }),
    }
  },
})

/** The effects of an answer by action. */
export function effects({ actions }: CheckOutput): Message {
  return Object.fromEntries([...actions].map(([action, { effect }]) => [action, effect]))
}

function actionMeta({ actions, effectiveDerivedRoles }: CheckOutput): Message {
  const metas = [...actions].map(([action, decision]) => [action, effectMeta(decision)])
  return {
    actions: Object.fromEntries(metas),
    ...listed('effectiveDerivedRoles', effectiveDerivedRoles),
  }
}

function byId(
  ids: readonly string[],
  outputs: readonly CheckOutput[],
  message: (output: CheckOutput) => Message,
): Message {
  // An output an input.
  return Object.fromEntries(ids.map((id, index) => [id, message(outputs[index] as CheckOutput)]))
}
