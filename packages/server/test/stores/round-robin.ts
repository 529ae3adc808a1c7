import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A load balancer as there are many. */
export interface RoundRobin {
  readonly url: string
  close(): Promise<void>
}

/** Hands requests to servers in turn, and leaves out for a while those that it could not reach. */
export async function roundRobin(targets: readonly string[]): Promise<RoundRobin> {
  const downUntil = new Map<string, number>()
  let turn = 0
  const next = (): string => {
    const up = targets.filter((each) => (downUntil.get(each) ?? 0) < performance.now())
    turn += 1
    return up[turn % up.length] ?? targets[turn % targets.length] ?? ''
  }
  const server = createServer((req, res) => {
    const target = next()
    const { method, headers } = req
    const forwarded = request(`${target}${req.url}`, { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
      answer.on('error', () => res.destroy())
    })
    forwarded.on('error', () => {
      downUntil.set(target, performance.now() + 1_000)
      if (res.headersSent) res.destroy()
      else res.writeHead(502).end()
    })
    req.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // It listens on a port.
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
