import type { Server as HttpServer } from 'node:http'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'

import { clientRules, readTls, type TlsFiles } from './tls.ts'

/** Takes a connection on which HTTP/2 is spoken. */
type HandleHttp2 = (connection: Duplex) => void

/** How HTTP/2 connections begin. @see https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Makes a server for nothing but HTTP/2. */
export function createHttp2Port(
  handle: HandleHttp2,
  tls: TlsFiles | undefined,
): NetServer | TlsServer {
  if (tls === undefined) return createServer({ noDelay: true }, handle)
  const server = createTlsServer({ ...readTls(tls), ...clientRules(tls), ALPNProtocols: ['h2'] })
  return server.on('secureConnection', handle)
}

/**
 * Lets an HTTP server take connections of HTTP/1 only, and hands those of HTTP/2 over. With TLS the
 * client says which it wants; without, its first bytes do.
 */
export function handOverHttp2(
  server: HttpServer,
  handle: HandleHttp2,
  { tls, withinMillis }: { readonly tls: boolean; readonly withinMillis: number },
): void {
  const event = tls ? 'secureConnection' : 'connection'
  // Node's own listener, which makes a connection one of HTTP/1.
  const takeHttp1 = server.listeners(event) as ((socket: Socket) => void)[]
  server.removeAllListeners(event)
  const sort = (socket: Socket, isHttp2: boolean): void => {
    if (isHttp2) handle(socket)
    else for (const take of takeHttp1) take.call(server, socket)
  }
  if (tls) {
    server.on(event, (socket: TLSSocket) => sort(socket, socket.alpnProtocol === 'h2'))
  } else {
    server.on(event, (socket: Socket) => {
      peek(socket, withinMillis, (isHttp2) => sort(socket, isHttp2))
    })
  }
}

/** Looks at the first bytes of a connection and leaves them there. */
function peek(socket: Socket, withinMillis: number, then: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const late = setTimeout(() => socket.destroy(), withinMillis)
  const stop = (): void => {
    clearTimeout(late)
    socket.off('readable', look).off('error', giveUp).off('end', giveUp).off('close', stop)
  }
  const giveUp = (): void => {
    socket.destroy()
  }
  const look = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
    const length = Math.min(seen.length, PREFACE.length)
    const mayBeHttp2 = seen.subarray(0, length).equals(PREFACE.subarray(0, length))
    if (mayBeHttp2 && length < PREFACE.length) return
    stop()
    socket.unshift(seen)
    then(mayBeHttp2)
  }
  socket.on('readable', look).once('error', giveUp).once('end', giveUp).once('close', stop)
}
