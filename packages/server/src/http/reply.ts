import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

import { CommandError, STATUS } from '../errors.ts'
import type { Log } from '../log.ts'
import { MessageError } from '../wire/message-error.ts'

/** What is sent back. */
export interface Reply {
  readonly status: number
  /** Lines of which there may be many are sent one after the other. */
  readonly body: string | AsyncIterable<string>
  /** JSON unless it says otherwise. */
  readonly contentType?: string
  /** Names and values in turn. */
  readonly headers?: readonly string[]
}

/** A refusal as `google.rpc.Status` in JSON. What nobody foresaw goes to the log, not to the client. */
export function errorReply(error: unknown, log: Log): Reply {
  if (error instanceof MessageError) return statusReply('invalid-argument', error.message)
  if (error instanceof CommandError) {
    const reply = statusReply(error.code, error.message, error.details)
    // Cerbos: the header has the message.
    return error.code === 'unauthenticated'
      ? { ...reply, headers: ['www-authenticate', error.message] }
      : reply
  }
  log.error('a request failed', { error: error instanceof Error ? error.stack : String(error) })
  return statusReply('internal', 'internal error')
}

/** The answer to what cannot be answered. */
export function statusReply(
  code: keyof typeof STATUS,
  message: string,
  details: readonly object[] = [],
): Reply {
  const { grpc, http } = STATUS[code]
  const body = { code: grpc, message, ...(details.length > 0 && { details }) }
  return { status: http, body: JSON.stringify(body) }
}

/** Sends an answer, with the headers that every answer has. */
export function send(
  res: ServerResponse,
  { status, body, contentType = 'application/json', headers = [] }: Reply,
  common: readonly string[],
): void {
  const type = ['content-type', contentType]
  if (typeof body !== 'string') {
    res.writeHead(status, [...type, ...common, ...headers])
    sendLines(res, body)
    return
  }
  const bytes = Buffer.byteLength(body)
  res.writeHead(status, [...type, 'content-length', String(bytes), ...common, ...headers])
  // Where each sign is a byte, they are copied as they are.
  res.end(body, bytes === body.length ? 'latin1' : 'utf8')
}

/** As fast as they are taken. An answer that cannot be ended is cut off. */
function sendLines(res: ServerResponse, lines: AsyncIterable<string>): void {
  Readable.from(lines)
    .on('error', () => res.destroy())
    .pipe(res)
}

/** The whole body of a request. Rejects when it is larger than it may be, or ends too early. */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let isWhole = false
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        // What is left of it is not read.
        req.pause()
        reject(tooLarge(maxBytes))
      }
    })
    req.once('end', () => {
      isWhole = true
      const [first] = chunks
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks))
      // The request is there for longer than what was in it is needed.
      chunks.length = 0
    })
    // Whatever happened to the connection: as in Cerbos it is the client's fault, not the server's.
    // Every request is closed in the end: an error for each would take a tenth of the server's time.
    const cutOff = (cause?: unknown): void => {
      if (!isWhole)
        reject(new CommandError('invalid-argument', 'the request was cut off', { cause }))
    }
    req.once('error', cutOff)
    req.once('close', cutOff)
  })
}

function tooLarge(maxBytes: number): CommandError {
  return new CommandError(
    'resource-exhausted',
    `the body of the request is larger than ${maxBytes} bytes`,
  )
}
