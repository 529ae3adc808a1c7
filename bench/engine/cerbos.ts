import { GRPC } from '@cerbos/grpc'
import { HTTP } from '@cerbos/http'

import type { CheckInput, CheckResourcesRequest } from '../../packages/engine/src/index.ts'
import { startCerbos } from '../../tools/cerbos-server.ts'
import type { Loading } from './loading.ts'
import { SETTINGS } from './settings.ts'

/** The real Cerbos with policies loaded, behind both of its clients. */
export interface Cerbos {
  readonly loading: Loading
  readonly grpc: CerbosClient
  readonly http: CerbosClient
  stop(): Promise<void>
}

/** The effects in the order in which they were asked for. */
export interface CerbosClient {
  request(request: CheckResourcesRequest): Promise<readonly string[]>
  single(input: CheckInput): Promise<string>
}

const START_WITHIN_SECONDS = 1800

/** Starts Cerbos on a directory. */
export async function startCerbosOn(directory: string): Promise<Cerbos> {
  const start = performance.now()
  const server = await startCerbos({
    policies: directory,
    engine: SETTINGS,
    startWithin: START_WITHIN_SECONDS,
  })
  const loading = {
    seconds: (performance.now() - start) / 1000,
    memory: server.residentMemory(),
  }
  const grpc = new GRPC(server.grpcAddress, { tls: false })
  return {
    loading,
    grpc: clientOf(grpc),
    http: clientOf(new HTTP(server.httpUrl)),
    async stop() {
      grpc.close()
      await server.stop()
    },
  }
}

type SdkRequest = Parameters<GRPC['checkResources']>[0]
type SdkCheck = Parameters<GRPC['checkResource']>[0]

function clientOf(client: GRPC | HTTP): CerbosClient {
  // The SDK's types are mutable, it does not change what it is given.
  return {
    async request(request) {
      const { results } = await client.checkResources(request as SdkRequest)
      return request.resources.flatMap(({ actions }, index) =>
        actions.map((action) => String(results[index]?.actions[action])),
      )
    },
    async single({ principal, resource, actions }) {
      // Ours tells what metadata tells, too.
      const asked = { principal, resource, actions, includeMetadata: true }
      const result = await client.checkResource(asked as SdkCheck)
      return actions.map((action) => result.actions[action]).join()
    },
  }
}
