import { valuesFromProtobuf, valuesToProtobuf } from '@cerbos/core/~internal'
import type { JsonValue } from '@lockstitch/policy'

import type { PlanFilter } from '../plan/filter.ts'
import type { PlanOperand } from '../plan/operand.ts'
import type { PlanInput, PlanOutput } from '../plan/plan-input.ts'
import type { AuxData } from '../request.ts'
import { type CheckResourcesMessage, validationErrorMessage } from './messages.ts'

/** `cerbos.request.v1.PlanResourcesRequest`, as the SDK hands it to a transport. */
export interface PlanResourcesMessage
  extends Pick<CheckResourcesMessage, 'principal' | 'auxData' | 'includeMeta' | 'requestId'> {
  readonly resource: Omit<CheckResourcesMessage['resources'][number]['resource'], 'id'>
  readonly action: string
  readonly actions: readonly string[]
}

/** The SDK's message as an engine takes it. */
export function planInput(
  { principal, resource, action, actions, requestId }: PlanResourcesMessage,
  auxData: AuxData | undefined,
): PlanInput {
  return {
    requestId,
    principal: { ...principal, attr: attributes(principal.attr) },
    resource: { ...resource, attr: attributes(resource.attr) },
    actions: action === '' ? actions : [action],
    auxData,
  }
}

function attributes(
  values: CheckResourcesMessage['principal']['attr'],
): Readonly<Record<string, JsonValue>> {
  return valuesFromProtobuf(values)
}

/** An engine's plan as `cerbos.response.v1.PlanResourcesResponse`. */
export function planResourcesResponse(
  output: PlanOutput,
  { action, actions, includeMeta }: PlanResourcesMessage,
  cerbosCallId: string,
): object {
  const { requestId = '', resource, filter, filterDebug, matchedScopes, validationErrors } = output
  const ofActions =
    action === ''
      ? { matchedScope: '', matchedScopes: Object.fromEntries(matchedScopes) }
      : { matchedScope: matchedScopes.get(action) ?? '', matchedScopes: {} }
  return {
    requestId,
    action,
    actions,
    resourceKind: resource.kind,
    policyVersion: resource.policyVersion,
    filter: filterMessage(filter),
    meta: includeMeta ? { filterDebug, ...ofActions } : undefined,
    validationErrors: validationErrors.map(validationErrorMessage),
    cerbosCallId,
  }
}

/** `PlanResourcesFilter.Kind` */
const KIND: Readonly<Record<PlanFilter['kind'], number>> = { allowed: 1, denied: 2, conditional: 3 }

function filterMessage(filter: PlanFilter): object {
  const kind = KIND[filter.kind]
  return filter.kind === 'conditional'
    ? { kind, condition: operandMessage(filter.condition) }
    : { kind }
}

function operandMessage(operand: PlanOperand): object {
  if (operand.kind === 'variable') return { node: { case: 'variable', value: operand.name } }
  if (operand.kind === 'value') {
    // The SDK declares values that may change, and changes none.
    const given = { value: operand.value } as Parameters<typeof valuesToProtobuf>[0]
    return { node: { case: 'value', value: valuesToProtobuf(given).value } }
  }
  const { operator, operands } = operand
  return {
    node: { case: 'expression', value: { operator, operands: operands.map(operandMessage) } },
  }
}
