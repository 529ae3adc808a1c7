import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens, before there is anything to serve: the application needs to know its port. */
export interface Listener {
  readonly server: Server
  readonly port: number
  close(): Promise<void>
}

/** A port that cannot be had. */
export class PortError extends Error {
  override readonly name = 'PortError'
}

/** Listens on this machine only. `option` is what a person would use to choose another port. */
export async function listen(port: number, option: string): Promise<Listener> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port, option)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    server,
    // A server that listens on a port has an address with a port.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What to tell a person whose port is taken. */
export function portInUse(port: number, option: string): PortError {
  return new PortError(
    `Port ${port} is in use. Stop what listens there, or choose another one: npm start -- ${option} ${port + 1}`,
  )
}

function portError(error: NodeJS.ErrnoException, port: number, option: string): PortError {
  if (error.code === 'EADDRINUSE') return portInUse(port, option)
  return new PortError(`Cannot listen on port ${port} (${option}): ${error.code ?? error.message}`)
}
