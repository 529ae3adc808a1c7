import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { emulationOf } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import { isObject } from '../json.ts'
import { ScimFailure, showScimFailure } from '../scim/failure.ts'
import {
  createGroup,
  deleteGroup,
  patchGroup,
  replaceGroup,
  requireGroup,
  showGroup,
} from '../scim/groups.ts'
import { readFilter, readPatch } from '../scim/patch.ts'
import {
  createDirectoryUser,
  type Directory,
  deactivate,
  directoryUsers,
  patchDirectoryUser,
  replaceDirectoryUser,
  requireDirectoryUser,
  showUser,
} from '../scim/users.ts'
import type { Backend } from '../server.ts'
import { parseBody } from '../steps/parse-body.ts'

interface Call {
  readonly directory: Directory
  readonly id: string
  readonly body: { readonly [name: string]: unknown }
  readonly query: { readonly [name: string]: unknown }
}

type Row = readonly [
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  status: 200 | 201 | 204,
  answer: (call: Call) => object | undefined,
]

// biome-ignore format: table
const rows: readonly Row[] = [
  ['GET', '/Users', 200, ({ directory, query }) => list(directoryUsers(directory).map((one) => showUser(directory, one)), query)],
  ['POST', '/Users', 201, ({ directory, body }) => showUser(directory, createDirectoryUser(directory, body))],
  ['GET', '/Users/:id', 200, ({ directory, id }) => showUser(directory, requireDirectoryUser(directory, id))],
  ['PUT', '/Users/:id', 200, ({ directory, id, body }) => showUser(directory, replaceDirectoryUser(directory, requireDirectoryUser(directory, id), body))],
  ['PATCH', '/Users/:id', 200, ({ directory, id, body }) => showUser(directory, patchDirectoryUser(directory, requireDirectoryUser(directory, id), readPatch(body)))],
  ['DELETE', '/Users/:id', 204, ({ directory, id }) => void deactivate(directory, requireDirectoryUser(directory, id))],
  ['GET', '/Groups', 200, ({ directory, query }) => list(directory.connection.groups.map((one) => showGroup(directory, one)), query)],
  ['POST', '/Groups', 201, ({ directory, body }) => showGroup(directory, createGroup(directory, body))],
  ['GET', '/Groups/:id', 200, ({ directory, id }) => showGroup(directory, requireGroup(directory, id))],
  ['PUT', '/Groups/:id', 200, ({ directory, id, body }) => showGroup(directory, replaceGroup(directory, requireGroup(directory, id), body))],
  ['PATCH', '/Groups/:id', 200, ({ directory, id, body }) => showGroup(directory, patchGroup(directory, requireGroup(directory, id), readPatch(body)))],
  ['DELETE', '/Groups/:id', 204, ({ directory, id }) => deleteGroup(directory, requireGroup(directory, id)) as undefined],
]

/**
 * What an organization's directory calls: users and groups.
 * @see https://www.rfc-editor.org/rfc/rfc7644
 */
export function addScimDirectory(server: FastifyInstance, backend: Backend): void {
  for (const [method, path, status, answer] of rows)
    server.route({
      method,
      url: `/v1/b2b/scim/:connection_id/v2${path}`,
      handler: (request, reply) => handle(backend, request, reply, status, answer),
    })
}

function handle(
  backend: Backend,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  answer: Row[3],
): FastifyReply {
  reply.type('application/scim+json')
  try {
    const { connection_id, id = '' } = request.params as Readonly<Record<string, string>>
    const directory = directoryOf(backend, connection_id ?? '', request.headers.authorization)
    const body = parseBody(typeof request.body === 'string' ? request.body : '')
    const query = isObject(request.query) ? request.query : {}
    const answered = answer({ directory, id, body: { ...body }, query })
    return reply.status(status).send(answered && JSON.stringify(answered))
  } catch (error) {
    const failure = asScimFailure(error)
    if (failure === undefined) throw error
    return reply.status(failure.status).send(JSON.stringify(showScimFailure(failure)))
  }
}

/** The connection with this id, if the token is its own. */
function directoryOf(
  backend: Backend,
  connectionId: string,
  authorization: string | undefined,
): Directory {
  const token = /^bearer (.+)$/i.exec(authorization ?? '')?.[1]
  const now = backend.clock.now()
  for (const project of backend.projects)
    for (const organization of project.store.organizations.values()) {
      const connection = organization.scim_connection
      if (connection?.connection_id !== connectionId || token === undefined) continue
      const { tokens, token_expires_at, next_token_expires_at } = connection
      const isCurrent = token === tokens.current && token_expires_at > now
      const isNext =
        token === tokens.next && next_token_expires_at !== undefined && next_token_expires_at > now
      if (isCurrent || isNext)
        return { emulation: emulationOf(backend, project), organization, connection }
    }
  throw new ScimFailure(401, 'The bearer token is not one of this connection.')
}

/** What the members and roles refuse, directories are told as SCIM tells it. */
function asScimFailure(error: unknown): ScimFailure | undefined {
  if (error instanceof ScimFailure) return error
  if (error instanceof StytchFailure && error.status < 500)
    return new ScimFailure(400, error.message, 'invalidValue')
  return undefined
}

function list(
  resources: readonly { readonly [name: string]: unknown }[],
  query: Call['query'],
): object {
  const filter = readFilter(typeof query.filter === 'string' ? query.filter : undefined)
  const found = resources.filter(
    (one) =>
      filter === undefined ||
      String(one[filter.attribute] ?? '').toLowerCase() === filter.text.toLowerCase(),
  )
  const startIndex = Math.max(1, Number(query.startIndex ?? 1) || 1)
  const count = Math.max(0, Math.min(200, Number(query.count ?? 100) || 0))
  const page = found.slice(startIndex - 1, startIndex - 1 + count)
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: found.length,
    startIndex,
    itemsPerPage: page.length,
    Resources: page,
  }
}
