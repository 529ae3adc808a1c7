import { type ClientHttp2Session, connect } from 'node:http2'

import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { CheckResourcesRequestSchema } from '@cerbos/api/cerbos/request/v1/request_pb'

import type { LoadResult } from './load.ts'

const PATH = '/cerbos.svc.v1.CerbosService/CheckResources'

/**
 * The same over gRPC: some calls at a time on a few connections. On bare HTTP/2, because a client of
 * gRPC takes longer to ask than the server to answer.
 */
export async function loadOverGrpc(
  address: string,
  requests: readonly object[],
  options: { readonly connections: number; readonly calls: number; readonly millis: number },
): Promise<LoadResult> {
  const frames = requests.map(frameOf)
  const sessions = Array.from({ length: options.connections }, () => connect(`http://${address}`))
  const started = performance.now()
  const end = started + options.millis
  try {
    const all = await Promise.all(
      Array.from({ length: options.calls }, (_, index) =>
        // The remainder is within the list.
        callAgainAndAgain(
          sessions[index % sessions.length] as ClientHttp2Session,
          frames,
          index * 7,
          end,
        ),
      ),
    )
    const latencies = Float64Array.from(all.flat())
    return { rate: (latencies.length / (performance.now() - started)) * 1000, latencies }
  } finally {
    for (const session of sessions) session.close()
  }
}

/** A message behind its length. @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
function frameOf(request: object): Buffer {
  const bytes = toBinary(
    CheckResourcesRequestSchema,
    fromJson(CheckResourcesRequestSchema, request as JsonValue),
  )
  const frame = Buffer.alloc(5 + bytes.length)
  frame.writeUInt32BE(bytes.length, 1)
  frame.set(bytes, 5)
  return frame
}

async function callAgainAndAgain(
  session: ClientHttp2Session,
  frames: readonly Buffer[],
  from: number,
  end: number,
): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = from; performance.now() < end; index += 1) {
    const asked = performance.now()
    await call(session, frames[index % frames.length] as Buffer)
    times.push(performance.now() - asked)
  }
  return times
}

function call(session: ClientHttp2Session, frame: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    let status: unknown = 'none'
    stream.on('response', (headers) => {
      status = headers['grpc-status'] ?? status
    })
    stream.on('trailers', (trailers) => {
      status = trailers['grpc-status'] ?? status
    })
    stream.on('error', reject)
    stream.on('end', () => {
      if (status === '0') resolve()
      else reject(new Error(`the call ended with the status ${String(status)}`))
    })
    stream.resume()
    stream.end(frame)
  })
}
