import { connect, type Socket } from 'node:net'

/** What a load came to. */
export interface LoadResult {
  /** Answers a second. */
  readonly rate: number
  /** How long answers took, in milliseconds. */
  readonly latencies: Float64Array
}

/**
 * Asks a server as often as it answers, for some time, over connections that stay open: each asks
 * again when it has its answer. Written on bare sockets, because a client of Node's takes longer to
 * ask than the server to answer.
 */
export async function load(
  url: URL,
  bodies: readonly string[],
  { connections, millis }: { readonly connections: number; readonly millis: number },
): Promise<LoadResult> {
  const requests = bodies.map((body) => requestOf(url, body))
  const end = performance.now() + millis
  const started = performance.now()
  const all = await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      askAgainAndAgain(url, requests, index * 7, end),
    ),
  )
  const latencies = Float64Array.from(all.flat())
  return { rate: (latencies.length / (performance.now() - started)) * 1000, latencies }
}

function requestOf({ host, pathname }: URL, body: string): Buffer {
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function askAgainAndAgain(
  { hostname, port }: URL,
  requests: readonly Buffer[],
  from: number,
  end: number,
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = []
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    let index = from
    let asked = 0
    let received = ''
    const ask = (): void => {
      asked = performance.now()
      // The remainder is within the list.
      socket.write(requests[index % requests.length] as Buffer)
      index += 1
    }
    socket.setEncoding('latin1')
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('data', (data: string) => {
      received += data
      if (!isWhole(received)) return
      if (!received.startsWith('HTTP/1.1 200 ')) reject(new Error(received.slice(0, 500)))
      const now = performance.now()
      times.push(now - asked)
      received = ''
      if (now < end) ask()
      else stop(socket, () => resolve(times))
    })
  })
}

function stop(socket: Socket, then: () => void): void {
  socket.once('close', then)
  socket.destroy()
}

/** Whether an answer is there as a whole, with a length or in chunks. */
function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return false
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2)) ?? []
  return length === undefined
    ? text.endsWith('\r\n0\r\n\r\n')
    : text.length >= head + 4 + Number(length)
}
