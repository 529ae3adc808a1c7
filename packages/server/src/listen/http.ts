import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'

import { type Address, addressText } from './address.ts'
import { clientRules, readTls, type TlsFiles } from './tls.ts'

/** How long clients may take, in milliseconds. */
export interface HttpTimeouts {
  readonly readTimeout: number
  readonly readHeaderTimeout: number
  readonly idleTimeout: number
}

/** Cerbos's. */
export const DEFAULT_TIMEOUTS: HttpTimeouts = {
  readTimeout: 30_000,
  readHeaderTimeout: 15_000,
  idleTimeout: 120_000,
}

/** Makes an HTTP server that refuses what is no HTTP, and does not wait for ever. */
export function createHttp(
  handler: RequestListener,
  timeouts: HttpTimeouts,
  tls: TlsFiles | undefined,
): Server {
  const { readTimeout, readHeaderTimeout, idleTimeout } = timeouts
  const options: ServerOptions = {
    requestTimeout: readTimeout,
    headersTimeout: readHeaderTimeout,
    keepAliveTimeout: idleTimeout,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
  }
  const server = tls
    ? createHttpsServer(
        { ...options, ...readTls(tls), ...clientRules(tls), ALPNProtocols: ['h2', 'http/1.1'] },
        handler,
      )
    : createServer(options, handler)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
    const status = isLate ? '408 Request Timeout' : badRequest(isLarge)
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  })
  return server
}

function badRequest(isLarge: boolean): string {
  return isLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
}

/** Starts to listen, if need be in place of a socket that nobody listens on any more, and says where, with the port that was given where any would do. */
export async function listen(server: NetServer, address: Address): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const { kind } = address
    const target =
      kind === 'socket' ? { path: address.path } : { host: address.host, port: address.port }
    server.listen({ ...target, backlog: 511 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  return addressText(address, typeof bound === 'object' && bound !== null ? bound.port : undefined)
}

/** Stops to listen, answers what has been asked, and cuts off what takes longer than it may. */
export function close(server: Server, withinMillis: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), withinMillis)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
