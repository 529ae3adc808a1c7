import type { RunningServer } from '@lockstitch/server'

import { callOverGrpc, type GrpcAnswer, reflect } from '../../tools/grpc-reflection.ts'

/** The services whose methods the test cases call. */
const SERVICES = [
  'cerbos.svc.v1.CerbosService',
  'cerbos.svc.v1.CerbosPlaygroundService',
  'cerbos.svc.v1.CerbosAdminService',
  'authzen.authorization.v1.AuthorizationService',
]

/** Makes the call of a test case over gRPC, by what the server says of its messages. */
export async function callByReflection(
  { grpcAddress: address = '' }: RunningServer,
  { call, input, headers }: ServerCall,
): Promise<GrpcAnswer> {
  const { registry } = await reflect(address)
  // `adminAddOrUpdatePolicy` is `AddOrUpdatePolicy`.
  const name = call.replace(/^admin/, '').toLowerCase()
  const method = SERVICES.flatMap((service) => registry.getService(service)?.methods ?? []).find(
    (each) => each.name.toLowerCase() === name,
  )
  if (method === undefined) throw new Error(`no service has ${call}`)
  return callOverGrpc({ address, registry, method, message: input, headers })
}

/** A call as the cases have it. */
export interface ServerCall {
  /** `checkResources` */
  readonly call: string
  readonly input: unknown
  readonly headers: Readonly<Record<string, string>>
}
