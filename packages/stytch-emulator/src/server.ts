import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

import { OAuthFailure } from './clients/oauth-failure.ts'
import { emulationOf, type Project } from './emulation.ts'
import type { Endpoint } from './endpoint.ts'
import { errorTypeNamed, failureBody, StytchFailure } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import { allowPages, isFrontend } from './frontend/origins.ts'
import { withoutNewest } from './keys.ts'
import { failurePage } from './pages/failure.ts'
import { sendPage } from './pages/send-page.ts'
import { type RequestLog, type RequestRecord, replayedHeaders } from './request-log.ts'
import { addControlRoutes } from './routes/control.ts'
import { addFrontendRoutes } from './routes/frontend.ts'
import { addIdpPages } from './routes/idp-pages.ts'
import { endpoints } from './routes/index.ts'
import { addOAuthPages } from './routes/oauth-pages.ts'
import { addPageRoutes } from './routes/pages.ts'
import { type PathParameters, RouteIndex } from './routes/route-index.ts'
import { addScimDirectory } from './routes/scim-directory.ts'
import { addSsoPages, ssoCallbackPath } from './routes/sso-pages.ts'
import type { State } from './snapshot/snapshot.ts'
import { authenticateProject, basicCredentials } from './steps/authenticate-project.ts'
import { callingMember } from './steps/authorize-member.ts'
import { parseBody } from './steps/parse-body.ts'
import { refuseForeignPages } from './steps/refuse-foreign-pages.ts'

/** What the HTTP server stands on. */
export interface Backend extends State {
  readonly faults: Faults
  readonly requests: RequestLog
  /** The URL that clients reach the emulator by. */
  readonly url: () => string
  /** The names that the emulator has besides `localhost` and addresses in numbers. */
  names(): readonly string[]
  /** Puts everything back to the seed. */
  reset(): void
  /** Puts a snapshot in the place of everything. */
  restore(snapshot: unknown): void
  /** Has everything kept that has changed. */
  settle(): void
}

/** No route has a schema. Loading what compiles them would take most of the time of a start. */
const noSchemas = { buildValidator: noSchema, buildSerializer: noSchema }

function noSchema(): never {
  throw new Error('no route has a schema')
}

/** The HTTP server, not yet listening. */
export function createServer(backend: Backend): FastifyInstance {
  const server = fastify({
    forceCloseConnections: true,
    schemaController: { compilersFactory: noSchemas },
    frameworkErrors: (error, request, reply) => {
      sendFailure(backend, request, reply, error)
    },
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  const authorizedDomains = backend.projects.flatMap(({ settings }) => settings.authorized_domains)
  server.addHook('onRequest', async (request, reply) => {
    reply.header('Stytch-Emulator', '1')
    const isForPages = request.url.startsWith(ssoCallbackPath) || isFrontend(request)
    const { origin: _origin, ...headers } = request.headers
    refuseForeignPages(isForPages ? headers : request.headers, backend.names())
    if (isFrontend(request)) allowPages(request, reply, authorizedDomains)
    if (isFrontend(request) && request.method === 'OPTIONS') return await reply.status(204).send()
    await injectFault(backend, request, reply)
  })
  // Whatever is answered is kept before.
  server.addHook('onSend', async (request, reply, payload) => {
    backend.settle()
    if (isOfApi(request.url)) backend.requests.add(recordOf(backend, request, reply, payload))
  })
  server.setErrorHandler((error, request, reply) => sendFailure(backend, request, reply, error))
  server.setNotFoundHandler((request, reply) =>
    sendFailure(backend, request, reply, notEmulated(request)),
  )
  addEndpoints(server, backend)
  server.get('/.well-known/jwks.json', () => ({
    keys: backend.projects[0].keys.all().map((key) => key.jwk),
  }))
  addControlRoutes(server, backend)
  addPageRoutes(server, backend)
  addOAuthPages(server, backend)
  addSsoPages(server, backend)
  addIdpPages(server, backend)
  addScimDirectory(server, backend)
  addFrontendRoutes(server, backend)
  return server
}

function addEndpoints(server: FastifyInstance, backend: Backend): void {
  server.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: `${apiPath}*`,
    async handler(request, reply) {
      const found = endpointIndex.find(request.method, request.url.split('?')[0] ?? '')
      if (found === undefined) return reply.callNotFound()
      const { row, params } = found
      const project = projectOf(backend, row, request, params)
      const keys = staleJwks.get(request) === true ? withoutNewest(project.keys) : project.keys
      const emulation = emulationOf(backend, keys === project.keys ? project : { ...project, keys })
      const body = bodyOf(row, request)
      const source = { ...body, ...asObject(request.query), ...params }
      const caller = row.asMember ? callingMember(emulation, request.headers) : undefined
      const answer = await row.answer(emulation, source, caller)
      const request_id = backend.ids.id('request-id')
      return reply.status(row.status).send({ request_id, status_code: row.status, ...answer })
    },
  })
}

/** All endpoints are below it. */
const apiPath = '/v1/'
const endpointIndex = new RouteIndex(endpoints)

function bodyOf({ takesForms }: Endpoint, request: FastifyRequest): object {
  const text = typeof request.body === 'string' ? request.body : ''
  if (!takesForms) return parseBody(text)
  const [client_id, client_secret] = basicCredentials(request.headers.authorization)
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const body = isForm === true ? Object.fromEntries(new URLSearchParams(text)) : parseBody(text)
  const access_token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return {
    ...body,
    ...(client_id !== undefined && { client_id, client_secret }),
    ...(access_token !== undefined && { access_token }),
  }
}

function projectOf(
  backend: Backend,
  row: Endpoint,
  request: FastifyRequest,
  { project_id }: PathParameters,
): Project {
  if (row.access === 'project')
    return authenticateProject(backend.projects, request.headers.authorization)
  // What Stytch has at a project's own domain is the first project's here.
  if (!row.path.includes('/:project_id')) return backend.projects[0]
  const project = backend.projects.find(({ settings }) => settings.project_id === project_id)
  if (project === undefined) throw new StytchFailure('project_not_found')
  return project
}

/** The pages and the emulator's own endpoints are not what an application asks. */
function isOfApi(url: string): boolean {
  return /^\/(?:v1|sdk|\.well-known)\//.test(url)
}

function recordOf(
  { clock }: Backend,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): RequestRecord {
  const status = reply.statusCode
  const failure = status >= 400 && typeof payload === 'string' ? payload : ''
  return {
    at: clock.now(),
    method: request.method,
    url: request.url,
    status,
    error_type: /"error(?:_type)?":"(\w+)"/.exec(failure)?.[1] ?? '',
    milliseconds: reply.elapsedTime,
    headers: replayedHeaders(request.headers),
    body: typeof request.body === 'string' ? request.body : '',
  }
}

async function injectFault(
  { faults, ids }: Backend,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const path = request.url.split('?')[0] ?? ''
  if (path.startsWith('/__emulator')) return
  const fault = faults.take(request.method, path)
  if (fault === undefined) return
  staleJwks.set(request, fault.stale_jwks === true)
  if (fault.latency_ms !== undefined) await sleep(fault.latency_ms)
  if (fault.drop === true) {
    reply.hijack()
    request.raw.socket.destroy()
    return
  }
  const body = faultBody(fault, docsOf(path), ids.id('request-id'))
  if (body !== undefined) await reply.status(body.status_code).send(body)
}

/** The answer that a fault puts in the place of the real one, if it does. */
function faultBody(
  { status, error_type, limit }: Fault,
  docs: 'api' | 'b2b/api',
  request_id: string,
): ({ readonly status_code: number } & Record<string, unknown>) | undefined {
  const name = error_type ?? (status === undefined ? undefined : errorTypeOf(status))
  const type = name ?? (limit && 'too_many_requests')
  if (type === undefined) return undefined
  const known = errorTypeNamed(type)
  const failure = new StytchFailure(known ?? 'bad_request')
  const status_code = status ?? failure.status
  return {
    status_code,
    request_id,
    error_type: type,
    error_message: known === undefined ? 'The emulator was told to fail here.' : failure.message,
    error_url: `https://stytch.com/docs/${docs}/errors/${status_code}#${type}`,
  }
}

function errorTypeOf(status: number): string {
  return status === 429 ? 'too_many_requests' : 'internal_server_error'
}

/** Requests whose JWKS is to lack the newest key. */
const staleJwks = new WeakMap<FastifyRequest, boolean>()

function notEmulated(request: FastifyRequest): StytchFailure {
  const path = request.url.split('?')[0]
  return new StytchFailure('route_not_found', undefined, {
    emulator: `The emulator does not implement ${request.method} ${path}. What it does not emulate is in its README.`,
  })
}

function sendFailure(
  backend: Backend,
  request: Pick<FastifyRequest, 'headers' | 'url'>,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (error instanceof OAuthFailure)
    return reply.status(error.status).send({
      status_code: error.status,
      request_id: backend.ids.id('request-id'),
      error: error.error,
      error_description: error.message,
    })
  const failure = asFailure(error)
  const isForPeople = request.headers.accept?.includes('text/html') === true
  if (isForPeople) return sendPage(reply.status(failure.status), failurePage(failure))
  const body = failureBody(failure, backend.ids.id('request-id'), docsOf(request.url))
  return reply.status(failure.status).send(body)
}

/** Which of Stytch's two documentations is about a path. */
function docsOf(path: string): 'api' | 'b2b/api' {
  return path.startsWith('/v1/b2b/') ? 'b2b/api' : 'api'
}

/** Fastify's own refusals (a body that is too large, a bad URL) are bad requests; the rest is our fault. */
function asFailure(error: unknown): StytchFailure {
  if (error instanceof StytchFailure) return error
  const isRefusal =
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  if (isRefusal) return new StytchFailure('bad_request', error.message)
  return new StytchFailure('internal_server_error', undefined, { emulator: String(error) })
}

function asObject(value: unknown): { readonly [key: string]: unknown } {
  // Fastify's query is a null-prototype object of strings.
  return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {}
}
