import { request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Where the server is that is asked, and what it is asked. */
export interface Target {
  readonly http: string
  readonly grpc: string
  readonly allowed: string
  readonly denied: string
}

/** One sort of traffic: each call of it is one exchange. It throws where the answer is not what it has to be. */
export interface Traffic {
  readonly name: string
  /** How many go on at a time. */
  readonly clients: number
  send(target: Target): Promise<void>
}

const CHECK = '/api/check/resources'
const ALLOWS = /EFFECT_ALLOW/

/** What people send, and what nobody in good faith sends. */
export const TRAFFIC: readonly Traffic[] = [
  {
    name: 'a check that is allowed',
    clients: 4,
    send: ({ http, allowed }) => expectAnswer(http, allowed, 200, true),
  },
  {
    name: 'a check that is denied',
    clients: 2,
    send: ({ http, denied }) => expectAnswer(http, denied, 200, false),
  },
  { name: 'a plan', clients: 1, send: ({ http }) => expectPlan(http) },
  { name: 'figures and health', clients: 1, send: ({ http }) => expectFigures(http) },
  {
    name: 'broken JSON',
    clients: 1,
    send: ({ http, allowed }) =>
      expectAnswer(http, allowed.slice(0, Math.floor(Math.random() * allowed.length)), 400, false),
  },
  {
    name: 'deep nesting',
    clients: 1,
    send: ({ http }) => expectAnswer(http, `{"principal":${'{"attr":'.repeat(20_000)}`, 400, false),
  },
  {
    name: 'deep lists',
    clients: 1,
    send: ({ http }) => expectAnswer(http, '['.repeat(100_000), 400, false),
  },
  {
    name: 'invalid UTF-8',
    clients: 1,
    send: ({ http, allowed }) => expectAnswer(http, withBadBytes(allowed), 400, false),
  },
  { name: 'a body that is too large', clients: 1, send: ({ http }) => tooLarge(http) },
  { name: 'a wrong path', clients: 1, send: ({ http }) => expectNothing(http) },
  { name: 'smuggling', clients: 1, send: (target) => smuggle(target) },
  {
    name: 'no HTTP at all',
    clients: 1,
    send: ({ http }) => exchange(http, randomBytes(200), 200).then(() => {}),
  },
  { name: 'slow clients', clients: 20, send: ({ http, allowed }) => slowly(http, allowed) },
  { name: 'half-open connections', clients: 20, send: ({ http }) => halfOpen(http) },
  { name: 'clients that leave', clients: 2, send: ({ http, allowed }) => leave(http, allowed) },
  { name: 'gRPC garbage', clients: 1, send: ({ grpc }) => grpcGarbage(grpc) },
  {
    name: 'HTTP/2 garbage',
    clients: 1,
    send: ({ grpc }) =>
      exchange(grpc, Buffer.concat([PREFACE, randomBytes(300)]), 200).then(() => {}),
  },
]

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

function randomBytes(most: number): Buffer {
  const bytes = Buffer.alloc(1 + Math.floor(Math.random() * most))
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(Math.random() * 256)
  return bytes
}

function withBadBytes(text: string): Buffer {
  const bytes = Buffer.from(text)
  const at = text.indexOf('maya')
  bytes[at] = 0xff
  return bytes
}

interface Answer {
  readonly status: number
  readonly text: string
}

function ask(address: string, path: string, body?: string | Buffer): Promise<Answer> {
  const [host, port] = address.split(':')
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const req = request({ host, port, path, method }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text })).on('error', reject)
    })
    req.on('error', reject).end(body)
  })
}

async function expectAnswer(
  http: string,
  body: string | Buffer,
  status: number,
  allows: boolean,
): Promise<void> {
  const answer = await ask(http, CHECK, body)
  if (answer.status !== status || ALLOWS.test(answer.text) !== allows)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 200)}`)
}

async function expectPlan(http: string): Promise<void> {
  const principal = { id: 'maya', roles: ['editor'] }
  const body = { principal, action: 'view', resource: { kind: 'document' } }
  const { status, text } = await ask(http, '/api/plan/resources', JSON.stringify(body))
  if (status !== 200) throw new Error(`a plan is refused: ${text}`)
}

async function expectFigures(http: string): Promise<void> {
  for (const path of ['/_cerbos/health', '/_cerbos/metrics']) {
    const { status } = await ask(http, path)
    if (status !== 200) throw new Error(`${path} answers ${status}`)
  }
  await pause(50)
}

async function expectNothing(http: string): Promise<void> {
  const { status } = await ask(http, `/${Math.random()}`)
  if (status !== 404) throw new Error(`expected 404, got ${status}`)
}

/** The server may close the connection while it is still written to. */
async function tooLarge(http: string): Promise<void> {
  try {
    const { status } = await ask(http, CHECK, Buffer.alloc(5 * 1024 * 1024, 0x20))
    if (status !== 429) throw new TypeError(`expected 429, got ${status}`)
  } catch (error) {
    if (error instanceof TypeError) throw error
  }
  await pause(100)
}

async function smuggle({ http, allowed }: Target): Promise<void> {
  const hidden = `POST ${CHECK} HTTP/1.1\r\nHost: a\r\nContent-Length: ${allowed.length}\r\n\r\n${allowed}`
  const start = `POST ${CHECK} HTTP/1.1\r\nHost: a\r\n`
  for (const rest of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}',
    'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  ]) {
    const answer = await exchange(http, Buffer.from(start + rest + hidden), 2_000)
    if (ALLOWS.test(answer)) throw new Error(`something is smuggled in by ${JSON.stringify(rest)}`)
  }
}

/** Writes bytes and reads what comes back until there is no more, or no more is waited for. */
function exchange(address: string, bytes: Uint8Array, patience: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = open(address, () => socket.end(bytes))
    socket.setTimeout(patience, () => socket.destroy())
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    socket.on('close', () => resolve(answer))
  })
}

function open(address: string, then: () => void): ReturnType<typeof connect> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host, then)
  return socket.on('error', () => socket.destroy())
}

/** A few bytes at a time, and the answer is not read at once. */
async function slowly(http: string, body: string): Promise<void> {
  const text = `POST ${CHECK} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  await new Promise<void>((resolve) => {
    const socket = open(http, async () => {
      for (let at = 0; at < text.length && socket.writable; at += 20) {
        socket.write(text.slice(at, at + 20))
        await pause(100)
      }
      socket.destroy()
    })
    socket.on('close', () => resolve())
  })
}

/** Part of a request, and then silence. */
async function halfOpen(http: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = open(http, () => socket.write(`POST ${CHECK} HTTP/1.1\r\nHost: a\r\nContent-Le`))
    // The server gives up first, or the client does.
    socket.setTimeout(20_000, () => socket.destroy())
    socket.on('close', () => resolve())
  })
}

/** Gone before the answer. */
async function leave(http: string, body: string): Promise<void> {
  const text = `POST ${CHECK} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  await new Promise<void>((resolve) => {
    const socket = open(http, () => socket.write(text, () => socket.resetAndDestroy()))
    socket.on('close', () => resolve())
  })
  await pause(10)
}

/** Messages that are none, lengths that are not theirs, and streams that are given up. */
async function grpcGarbage(grpc: string): Promise<void> {
  const session = connectHttp2(`http://${grpc}`)
  session.on('error', () => {})
  const headers = {
    ':method': 'POST',
    ':path': '/cerbos.svc.v1.CerbosService/CheckResources',
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  for (let each = 0; each < 20; each += 1) {
    await new Promise<void>((resolve) => {
      const stream = session.request(headers)
      stream.on('error', () => {}).on('close', () => resolve())
      stream.setTimeout(2_000, () => stream.close())
      stream.resume()
      const body = randomBytes(200)
      const length = Buffer.from([0, 0, 0, 0, each % 3 === 0 ? 255 : Math.min(body.length, 255)])
      stream.write(Buffer.concat([length, body]))
      if (each % 4 === 0) stream.close(8)
      else stream.end()
    })
  }
  session.destroy()
}
