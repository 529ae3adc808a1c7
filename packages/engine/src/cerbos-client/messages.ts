import { valuesFromProtobuf, valuesToProtobuf } from '@cerbos/core/~internal'
import type { Effect, JsonValue } from '@lockstitch/policy'

import type {
  CheckResourcesRequest,
  CheckResourcesResponse,
  CheckResourcesResult,
  OutputResult,
} from '../check-resources.ts'
import type { AuxData, ValidationError, ValidationErrorSource } from '../request.ts'

/** `cerbos.request.v1.CheckResourcesRequest`, as the SDK hands it to a transport. */
export interface CheckResourcesMessage {
  readonly principal: PartyMessage & { readonly roles: readonly string[] }
  readonly resources: readonly {
    readonly resource: PartyMessage & { readonly kind: string }
    readonly actions: readonly string[]
  }[]
  readonly auxData?: { readonly jwt?: { readonly token: string; readonly keySetId: string } }
  readonly includeMeta: boolean
  readonly requestId: string
  readonly requestContext?: { readonly annotations: ProtobufValues }
}

interface PartyMessage {
  readonly id: string
  readonly attr: ProtobufValues
  readonly policyVersion: string
  readonly scope: string
}

type ProtobufValues = Parameters<typeof valuesFromProtobuf>[0]

/** The SDK's message as an engine takes it. */
export function checkResourcesRequest(
  { principal, resources, includeMeta, requestId, requestContext }: CheckResourcesMessage,
  auxData: AuxData | undefined,
): CheckResourcesRequest {
  return {
    principal: { ...party(principal), roles: principal.roles },
    resources: resources.map(({ resource, actions }) => ({
      resource: { ...party(resource), kind: resource.kind },
      actions,
    })),
    auxData,
    includeMetadata: includeMeta,
    requestId,
    ...(requestContext && {
      requestContext: { annotations: valuesFromProtobuf(requestContext.annotations) },
    }),
  }
}

/** An engine's answer as `cerbos.response.v1.CheckResourcesResponse`. */
export function checkResourcesResponse({
  cerbosCallId,
  requestId,
  results,
}: CheckResourcesResponse): object {
  return { cerbosCallId, requestId, results: results.map(resultMessage) }
}

/** Without what is empty, as protobuf has it: conditions and outputs may have the principal as a whole. */
function party({ id, attr, policyVersion, scope }: PartyMessage): {
  readonly id: string
  readonly attr?: Readonly<Record<string, JsonValue>>
  readonly policyVersion?: string
  readonly scope?: string
} {
  const attributes: Readonly<Record<string, JsonValue>> = valuesFromProtobuf(attr)
  return {
    id,
    ...(Object.keys(attributes).length > 0 && { attr: attributes }),
    ...(policyVersion && { policyVersion }),
    ...(scope && { scope }),
  }
}

function resultMessage(result: CheckResourcesResult): object {
  const { resource, actions, validationErrors, metadata, outputs } = result
  return {
    resource,
    actions: Object.fromEntries(
      Object.entries(actions).map(([action, effect]) => [action, EFFECT[effect]]),
    ),
    validationErrors: validationErrors.map(validationErrorMessage),
    meta: metadata && {
      ...metadata,
      effectiveDerivedRoles: [...metadata.effectiveDerivedRoles],
    },
    outputs: outputs.map(outputMessage),
  }
}

/** What is wrong with an attribute, as `cerbos.schema.v1.ValidationError`. */
export function validationErrorMessage(error: ValidationError): object {
  return { ...error, source: SOURCE[error.source] }
}

function outputMessage({ action, source, value }: OutputResult): object {
  if (value === undefined) return { action, src: source }
  // The SDK declares values that may change, and changes none.
  const { val } = valuesToProtobuf({ val: value } as Parameters<typeof valuesToProtobuf>[0])
  return { action, src: source, val }
}

/** `cerbos.effect.v1.Effect`. */
const EFFECT: Readonly<Record<Effect, number>> = { EFFECT_ALLOW: 1, EFFECT_DENY: 2 }

/** `cerbos.schema.v1.ValidationError.Source`. */
const SOURCE: Readonly<Record<ValidationErrorSource, number>> = {
  SOURCE_PRINCIPAL: 1,
  SOURCE_RESOURCE: 2,
}
