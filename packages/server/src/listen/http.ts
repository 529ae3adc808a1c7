import { rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Server as NetServer } from 'node:net'

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

/** Starts to listen and says where, with the port that was given where any would do. */
export async function listen(server: NetServer, address: Address): Promise<string> {
  await bind(server, address).catch(async (error: NodeJS.ErrnoException) => {
    // What a server that was killed has left behind is in nobody's way.
    const isLeft = error.code === 'EADDRINUSE' && address.kind === 'socket'
    if (!isLeft || (await isListening(address.path))) throw error
    rmSync(address.path)
    await bind(server, address)
  })
  const bound = server.address()
  return addressText(address, typeof bound === 'object' && bound !== null ? bound.port : undefined)
}

function bind(server: NetServer, address: Address): Promise<void> {
  const { kind } = address
  const target =
    kind === 'socket' ? { path: address.path } : { host: address.host, port: address.port }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...target, backlog: 511 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Whether somebody answers at a socket of the file system. Anything but a refusal counts as somebody. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
}

/** Stops to listen, answers what has been asked, and cuts off what takes longer than it may. */
export function close(server: Server, withinMillis: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), withinMillis)
    // A connection whose last request has been answered would wait for another.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(late)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}
