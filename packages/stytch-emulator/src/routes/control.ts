import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'

import { timestamp } from '../clock.ts'
import { emulationOf } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'
import type { Fields } from '../fields.ts'
import {
  boolean,
  email,
  integer,
  object,
  oneOf,
  optional,
  readFields,
  type Shape,
  string,
} from '../fields.ts'
import { impersonate } from '../impersonation.ts'
import { asCurl } from '../request-log.ts'
import type { Backend } from '../server.ts'
import { takeSnapshot } from '../snapshot/snapshot.ts'
import { parseBody } from '../steps/parse-body.ts'

const day = 86_400_000

/** What tests and the demo do to the emulator itself, as JSON over HTTP. */
export function addControlRoutes(server: FastifyInstance, backend: Backend): void {
  server.register(async (control) => {
    control.get('/__emulator/messages', (request) => {
      const { to } = readFields({ to: optional(string) }, request.query)
      return { messages: backend.outbox.messages({ to }) }
    })
    control.get('/__emulator/messages/events', (request, reply) => {
      reply.hijack()
      streamMessages(backend, request.raw, reply.raw)
    })
    control.delete('/__emulator/messages', () => {
      backend.outbox.clear()
      return { messages: [] }
    })
    control.get('/__emulator/clock', () => ({ now: timestamp(backend.clock.now()) }))
    control.post('/__emulator/clock', (request) => {
      const seconds = integer(-1_000_000_000, 1_000_000_000)
      const { advance_seconds } = read(request, { advance_seconds: seconds })
      backend.clock.advance(advance_seconds * 1000)
      return { now: timestamp(backend.clock.now()) }
    })
    control.post('/__emulator/reset', () => {
      backend.reset()
      return { reset: true }
    })
    control.get('/__emulator/snapshot', () => takeSnapshot(backend))
    control.post('/__emulator/snapshot', { bodyLimit: 256 * 1024 * 1024 }, (request) => {
      backend.restore(bodyOf(request))
      return { restored: true }
    })
    control.post('/__emulator/keys/rotate', async () => {
      const rotated = await Promise.all(backend.projects.map((project) => project.keys.rotate()))
      return { kids: rotated.map((key) => key.kid) }
    })
    control.post('/__emulator/impersonation_tokens', (request) => {
      const { member_id, user_id, impersonator_email_address } = read(request, {
        member_id: optional(string),
        user_id: optional(string),
        impersonator_email_address: email,
      })
      const subjectId = member_id ?? user_id ?? ''
      const project = backend.projects.find(
        ({ store }) => store.members.has(subjectId) || store.users.has(subjectId),
      )
      if (project === undefined) throw new StytchFailure('member_not_found')
      const emulation = emulationOf(backend, project)
      return {
        impersonation_token: impersonate(emulation, subjectId, impersonator_email_address),
      }
    })
    control.get('/__emulator/requests', () => ({
      requests: backend.requests
        .all()
        .map((record) => ({ ...record, curl: asCurl(backend.url(), record) })),
    }))
    control.get('/__emulator/faults', () => ({ faults: backend.faults.all() }))
    control.post('/__emulator/faults', (request) => {
      backend.faults.add(
        read(request, {
          path: string,
          method: optional(oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
          status: optional(integer(400, 599)),
          error_type: optional(string),
          latency_ms: optional(integer(0, day)),
          drop: optional(boolean),
          stale_jwks: optional(boolean),
          limit: optional(
            object({ requests: integer(0, 1_000_000), per_seconds: integer(1, 86_400) }),
          ),
          times: optional(integer(1, 1_000_000)),
        }),
      )
      return { faults: backend.faults.all() }
    })
    control.delete('/__emulator/faults', () => {
      backend.faults.clear()
      return { faults: [] }
    })
  })
}

/**
 * Messages as they are delivered.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
function streamMessages(
  { outbox }: Backend,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'stytch-emulator': '1',
  })
  // Something at once, so that whoever listens knows that nothing is missed from here on.
  response.write(': listening\n\n')
  const unsubscribe = outbox.subscribe((message) => {
    response.write(`id: ${message.id}\ndata: ${JSON.stringify(message)}\n\n`)
  })
  request.once('close', unsubscribe)
}

function read<S extends Shape>(request: FastifyRequest, shape: S): Fields<S> {
  return readFields(shape, bodyOf(request))
}

function bodyOf({ body }: FastifyRequest): object {
  return parseBody(typeof body === 'string' ? body : '')
}
