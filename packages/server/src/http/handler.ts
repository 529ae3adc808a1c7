import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

import type { Call, Command } from '../commands/command.ts'
import type { OptionalService } from '../commands/disabled.ts'
import { serviceStatus } from '../commands/health.ts'
import { CERBOS_VERSION } from '../commands/server-info.ts'
import { codeName } from '../errors.ts'
import { explorerFiles } from '../explorer/explorer.ts'
import type { Pdp } from '../pdp.ts'
import { jsonReader, type ReadJson } from '../wire/read-json.ts'
import { queryReader } from '../wire/read-query.ts'
import type { Message } from '../wire/schema.ts'
import { auditLogHandler } from './audit-log.ts'
import type { Cors } from './cors.ts'
import { errorReply, type Reply, readBody, send, statusReply } from './reply.ts'
import type { Route } from './routes.ts'

/** What the HTTP side of a server answers with. */
export interface HttpOptions {
  readonly pdp: Pdp
  readonly routes: readonly Route[]
  /** The services that are switched off. */
  readonly disabled: readonly OptionalService[]
  /** The services that health checks may ask for. */
  readonly services: ReadonlySet<string>
  readonly cors: Cors
  /** What `/_cerbos/metrics` says, where it is there. */
  readonly metricsText: (() => Promise<string>) | undefined
  readonly maxBodyBytes: number
  /** Whether the operations are described at `/`. */
  readonly hasExplorer: boolean
  /** Whether the audit log may be listed. */
  readonly hasAuditLogList: boolean
  callOf(req: IncomingMessage): Call
}

type Handler = (req: IncomingMessage, query: string) => Reply | Promise<Reply>

/** Answers requests of the HTTP API. Whatever goes wrong, the answer is a refusal. */
export function httpHandler(options: HttpOptions): RequestListener {
  const { cors, pdp } = options
  const table = handlersByPath(options)
  const auditLog = options.hasAuditLogList ? auditLogHandler(pdp, options.callOf) : undefined
  return (req, res) => {
    const started = performance.now()
    const { method = '', url = '/', headers } = req
    const preflight = cors.preflight(method, headers)
    if (preflight) {
      res.writeHead(204, [...preflight]).end()
      return
    }
    // AuthZEN: the answer has the id of the request.
    const requestId = headers['x-request-id']
    const ofCors = cors.headers(headers.origin)
    const common = typeof requestId === 'string' ? [...ofCors, 'x-request-id', requestId] : ofCors
    const [path, query] = splitUrl(url)
    const handlers = table.get(path) ?? auditLog?.(path)
    const handler = handlers?.get(method)
    const finish = (reply: Reply): void => {
      sendReply(res, reply, common)
      // Cerbos: those of its health and metrics are not counted.
      if (!path.startsWith('/_cerbos/'))
        pdp.metrics.request(
          performance.now() - started,
          KNOWN_METHOD.has(method) ? method : '_OTHER',
          reply.status,
        )
    }
    if (handler === undefined) {
      finish(
        handlers
          ? statusReply('unimplemented', 'Method Not Allowed')
          : notFound(path, options.disabled),
      )
      return
    }
    answer(handler, req, query).then(finish, (error: unknown) => finish(errorReply(error, pdp.log)))
  }
}

/** Whoever asks must not be able to make up more. */
const KNOWN_METHOD: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'],
])

// Of a promise that is returned, not awaited, each `async` makes two more.
async function answer(handler: Handler, req: IncomingMessage, query: string): Promise<Reply> {
  return await handler(req, query)
}

/** The connection of a request whose body was not read is of no more use. */
function sendReply(res: ServerResponse, reply: Reply, common: readonly string[]): void {
  if (res.destroyed) return
  const isRead = res.req.complete || res.req.method === 'GET'
  send(res, reply, isRead ? common : [...common, 'connection', 'close'])
}

function splitUrl(url: string): readonly [string, string] {
  const at = url.indexOf('?')
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

function notFound(path: string, services: readonly OptionalService[]): Reply {
  const disabled = services.find(({ prefix }) => path.startsWith(prefix))
  // Cerbos: the code is that of gRPC, the status is not.
  if (disabled) return { ...statusReply('unimplemented', disabled.whenDisabled), status: 404 }
  const isOfApi = /^\/(?:api|admin|access|_cerbos)\//.test(path)
  if (isOfApi) return statusReply('not-found', 'Not Found')
  return {
    status: 404,
    body: '404 page not found\n',
    contentType: 'text/plain; charset=utf-8',
    headers: ['x-content-type-options', 'nosniff'],
  }
}

function handlersByPath(options: HttpOptions): ReadonlyMap<string, ReadonlyMap<string, Handler>> {
  const { pdp, services } = options
  const table = new Map<string, Map<string, Handler>>()
  const add = (method: string, path: string, handler: Handler): void => {
    const handlers = table.get(path) ?? new Map<string, Handler>()
    table.set(path, handlers.set(method, handler))
  }
  for (const { method, path, command, from, rules } of options.routes) {
    const unknownFields = rules === 'authzen' ? 'ignored' : 'refused'
    const handler =
      from === 'query'
        ? queryHandler(options, command)
        : commandHandler(options, command, jsonReader(command.request, unknownFields))
    add(method, path, rules === 'authzen' ? jsonOnly(handler) : handler)
  }
  add('GET', '/_cerbos/health', (_req, query) => {
    const service = new URLSearchParams(query).get('service') ?? ''
    const status = serviceStatus(pdp, service, services)
    // Whoever restarts servers looks at the status alone.
    return { status: status === 'SERVING' ? 200 : 503, body: healthText(pdp, status) }
  })
  if (options.hasExplorer) {
    for (const [path, file] of explorerFiles(options.routes)) add('GET', path, file)
  }
  const { metricsText } = options
  if (metricsText) {
    const contentType = 'text/plain; version=0.0.4; charset=utf-8'
    add('GET', '/_cerbos/metrics', async () => ({
      status: 200,
      body: await metricsText(),
      contentType,
    }))
  }
  return table
}

/** Cerbos's answer, and what became of the last change of the policies. */
function healthText({ engine, policies }: Pdp, status: string): string {
  const { generation, lastReload } = engine.status
  const details = {
    generation,
    ...(policies && { driver: policies.contents.driver, revision: policies.contents.revision }),
    ...(!lastReload.ok && { reloadError: lastReload.text }),
  }
  return `${JSON.stringify({ status, lockstitch: details })}\n`
}

/** AuthZEN wants requests that say that they are JSON. */
function jsonOnly(handler: Handler): Handler {
  return (req, query) => {
    const type = req.headers['content-type'] ?? ''
    if (/^application\/json\s*(?:;|$)/i.test(type)) return handler(req, query)
    return statusReply('invalid-argument', 'the content type must be `application/json`')
  }
}

function commandHandler(options: HttpOptions, command: Command, read: ReadJson): Handler {
  return async (req, query) => {
    const request = read(await readBody(req, options.maxBodyBytes))
    return await replyTo(options, command, req, query, request)
  }
}

/** For requests that are in the address. */
function queryHandler(options: HttpOptions, command: Command): Handler {
  const read = queryReader(command.request)
  return (req, query) => replyTo(options, command, req, query, read(query))
}

async function replyTo(
  { pdp, callOf }: HttpOptions,
  { method, run, httpStatus = () => 200 }: Command,
  req: IncomingMessage,
  query: string,
  request: Message,
): Promise<Reply> {
  const call = callOf(req)
  const started = performance.now()
  const count = (code: string): void => pdp.metrics.call(performance.now() - started, method, code)
  let response: Message
  try {
    response = await run(pdp, request, call)
    count('OK')
  } catch (error) {
    count(codeName(error))
    throw error
  }
  const isPretty = query !== '' && new URLSearchParams(query).has('pretty')
  const body = isPretty ? JSON.stringify(response, null, 2) : JSON.stringify(response)
  const generation = call.generation ?? pdp.engine.generation
  return { status: httpStatus(response), body, headers: headersFor(generation) }
}

let headersOf: { readonly generation: number; readonly headers: readonly string[] } | undefined

function headersFor(generation: number): readonly string[] {
  if (headersOf?.generation !== generation) {
    const headers = [
      ...['grpc-metadata-cerbos-version', CERBOS_VERSION],
      ...['grpc-metadata-content-type', 'application/grpc'],
      ...['lockstitch-generation', String(generation)],
    ]
    headersOf = { generation, headers }
  }
  return headersOf.headers
}
