import { choice, type EnumType, list, type MessageType, map, messageType, one } from './schema.ts'

/** The messages of the services that every gRPC server has: health and reflection. */

const SERVING_STATUS: EnumType = {
  name: 'grpc.health.v1.HealthCheckResponse.ServingStatus',
  values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 },
}

/** @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export const HEALTH_CHECK_REQUEST: MessageType = messageType('grpc.health.v1.HealthCheckRequest', {
  service: one(1, 'string'),
})

export const HEALTH_CHECK_RESPONSE: MessageType = messageType(
  'grpc.health.v1.HealthCheckResponse',
  { status: choice(1, SERVING_STATUS) },
)

export const HEALTH_LIST_REQUEST: MessageType = messageType('grpc.health.v1.HealthListRequest', {})

export const HEALTH_LIST_RESPONSE: MessageType = messageType('grpc.health.v1.HealthListResponse', {
  statuses: map(1, HEALTH_CHECK_RESPONSE),
})

/** `extension` questions are not answered: there are no extensions. */
const QUESTION = { oneof: 'message_request' } as const
const ANSWER = { oneof: 'message_response' } as const

/** The messages of reflection, which its two packages have alike. */
export interface ReflectionMessages {
  readonly request: MessageType
  readonly response: MessageType
}

/**
 * Those of `grpc.reflection.v1`, or of the package before it.
 * @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function reflectionMessages(packageName: string): ReflectionMessages {
  const request = messageType(`${packageName}.ServerReflectionRequest`, {
    host: one(1, 'string'),
    fileByFilename: one(3, 'string', QUESTION),
    fileContainingSymbol: one(4, 'string', QUESTION),
    allExtensionNumbersOfType: one(6, 'string', QUESTION),
    listServices: one(7, 'string', QUESTION),
  })
  const files = messageType(`${packageName}.FileDescriptorResponse`, {
    fileDescriptorProto: list(1, 'bytes'),
  })
  const service = messageType(`${packageName}.ServiceResponse`, { name: one(1, 'string') })
  const services = messageType(`${packageName}.ListServiceResponse`, { service: list(1, service) })
  const refusal = messageType(`${packageName}.ErrorResponse`, {
    errorCode: one(1, 'uint32'),
    errorMessage: one(2, 'string'),
  })
  const response = messageType(`${packageName}.ServerReflectionResponse`, {
    validHost: one(1, 'string'),
    originalRequest: one(2, request),
    fileDescriptorResponse: one(4, files, ANSWER),
    listServicesResponse: one(6, services, ANSWER),
    errorResponse: one(7, refusal, ANSWER),
  })
  return { request, response }
}
