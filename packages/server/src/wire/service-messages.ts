import { choice, type EnumType, list, type MessageType, messageType, one } from './schema.ts'

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

/** `extension` questions are not answered: there are no extensions. */
const QUESTION = { oneof: 'message_request' } as const

/** @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md */
export const REFLECTION_REQUEST: MessageType = messageType(
  'grpc.reflection.v1.ServerReflectionRequest',
  {
    host: one(1, 'string'),
    fileByFilename: one(3, 'string', QUESTION),
    fileContainingSymbol: one(4, 'string', QUESTION),
    allExtensionNumbersOfType: one(6, 'string', QUESTION),
    listServices: one(7, 'string', QUESTION),
  },
)

export const REFLECTION_RESPONSE: MessageType = messageType(
  'grpc.reflection.v1.ServerReflectionResponse',
  {
    validHost: one(1, 'string'),
    originalRequest: one(2, REFLECTION_REQUEST),
    fileDescriptorResponse: one(
      4,
      messageType('grpc.reflection.v1.FileDescriptorResponse', {
        fileDescriptorProto: list(1, 'bytes'),
      }),
    ),
    listServicesResponse: one(
      6,
      messageType('grpc.reflection.v1.ListServiceResponse', {
        service: list(
          1,
          messageType('grpc.reflection.v1.ServiceResponse', { name: one(1, 'string') }),
        ),
      }),
    ),
    errorResponse: one(
      7,
      messageType('grpc.reflection.v1.ErrorResponse', {
        errorCode: one(1, 'uint32'),
        errorMessage: one(2, 'string'),
      }),
    ),
  },
)
