import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

import { Client, credentials } from '@grpc/grpc-js'

import { type Address, addressText } from './listen/address.ts'
import { binaryReader } from './wire/binary-reader.ts'
import { binaryWriter } from './wire/binary-writer.ts'
import type { Message } from './wire/schema.ts'
import { HEALTH_CHECK_REQUEST, HEALTH_CHECK_RESPONSE } from './wire/service-messages.ts'

/** Which server is asked, and how. */
export interface HealthTarget {
  readonly kind: 'grpc' | 'http'
  readonly address: Address
  /** Where it is given, the connection is encrypted. */
  readonly tls: { readonly ca?: Buffer; readonly insecure: boolean } | undefined
  readonly timeoutMillis: number
}

/** Asks a server how it is: `SERVING`, or whatever it says instead. Rejects where it says nothing. */
export function checkHealth(target: HealthTarget): Promise<string> {
  return target.kind === 'grpc' ? overGrpc(target) : overHttp(target)
}

function overGrpc({ address, tls, timeoutMillis }: HealthTarget): Promise<string> {
  const channel = tls
    ? credentials.createSsl(tls.ca, null, null, { rejectUnauthorized: !tls.insecure })
    : credentials.createInsecure()
  const client = new Client(addressText(reachable(address)), channel)
  const write = binaryWriter(HEALTH_CHECK_REQUEST)
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (message: Message) => Buffer.from(write(message)),
      binaryReader(HEALTH_CHECK_RESPONSE),
      {},
      { deadline: Date.now() + timeoutMillis },
      (error, answer) => (error ? reject(error) : resolve(String(answer?.status))),
    )
  }).finally(() => client.close())
}

function overHttp({ address, tls, timeoutMillis }: HealthTarget): Promise<string> {
  const at = reachable(address)
  const place = at.kind === 'socket' ? { socketPath: at.path } : { host: at.host, port: at.port }
  const request = tls ? httpsRequest : httpRequest
  const options = {
    ...place,
    path: '/_cerbos/health',
    timeout: timeoutMillis,
    ...(tls && { ca: tls.ca, rejectUnauthorized: !tls.insecure }),
  }
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(statusIn(text)))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMillis} ms`)))
    asked.on('error', reject)
    asked.end()
  })
}

function statusIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    const hasStatus = typeof body === 'object' && body !== null && 'status' in body
    return hasStatus ? String(body.status) : 'UNKNOWN'
  } catch {
    return 'UNKNOWN'
  }
}

/** A server that listens everywhere is reached here. */
function reachable(address: Address): Address {
  if (address.kind === 'socket') return address
  const isAny = address.host === undefined || address.host === '0.0.0.0' || address.host === '::'
  return isAny ? { ...address, host: '127.0.0.1' } : address
}
