import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import * as request from '@cerbos/api/cerbos/request/v1/request_pb'
import * as response from '@cerbos/api/cerbos/response/v1/response_pb'
import { Client, credentials } from '@grpc/grpc-js'

interface Method {
  readonly name: string
  readonly request: DescMessage
  readonly response: DescMessage
}

/** The calls that Cerbos's own package knows the messages of. */
const METHODS: Readonly<Record<string, Method>> = {
  checkResources: {
    name: 'CheckResources',
    request: request.CheckResourcesRequestSchema,
    response: response.CheckResourcesResponseSchema,
  },
  checkResourceSet: {
    name: 'CheckResourceSet',
    request: request.CheckResourceSetRequestSchema,
    response: response.CheckResourceSetResponseSchema,
  },
  checkResourceBatch: {
    name: 'CheckResourceBatch',
    request: request.CheckResourceBatchRequestSchema,
    response: response.CheckResourceBatchResponseSchema,
  },
  planResources: {
    name: 'PlanResources',
    request: request.PlanResourcesRequestSchema,
    response: response.PlanResourcesResponseSchema,
  },
}

/** What came over gRPC: 0 and a message, or another code. */
export interface GrpcAnswer {
  readonly code: number
  readonly body?: unknown
}

/** Makes a call over gRPC, or nothing where the package does not know the message. */
export async function callOverGrpc(
  address: string,
  call: string,
  input: unknown,
): Promise<GrpcAnswer | undefined> {
  const method = METHODS[call]
  const bytes = method && encoded(method, input)
  if (method === undefined || bytes === undefined) return undefined
  const client = new Client(address, credentials.createInsecure())
  const asIs = (each: Buffer): Buffer => each
  try {
    return await new Promise((resolve) => {
      const path = `/cerbos.svc.v1.CerbosService/${method.name}`
      client.makeUnaryRequest(path, asIs, asIs, bytes, (error, answer) => {
        if (error) resolve({ code: error.code })
        else {
          const body = toJson(method.response, fromBinary(method.response, answer ?? Buffer.of()))
          resolve({ code: 0, body })
        }
      })
    })
  } finally {
    client.close()
  }
}

/** Cerbos 0.55 has fields that the package does not have yet. */
function encoded(method: Method, input: unknown): Buffer | undefined {
  try {
    return Buffer.from(toBinary(method.request, fromJson(method.request, input as JsonValue)))
  } catch {
    return undefined
  }
}
