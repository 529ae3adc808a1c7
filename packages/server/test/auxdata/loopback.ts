import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** An HTTP server of this test on the loopback interface. */
export interface Loopback {
  readonly url: string
  close(): Promise<void>
}

/** Starts a server that answers every request with the handler. */
export async function startLoopback(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Loopback> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/keys`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
