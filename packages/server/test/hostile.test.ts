import { connect } from 'node:net'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { Engine } from '@lockstitch/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type RunningServer, startServer } from '../src/index.ts'
import { binaryReader } from '../src/wire/binary-reader.ts'
import { binaryWriter } from '../src/wire/binary-writer.ts'
import { CHECK_RESOURCES_REQUEST, CHECK_RESOURCES_RESPONSE } from '../src/wire/messages.ts'
import type { Message } from '../src/wire/schema.ts'
import { POLICIES } from './policies.ts'

// Requests as nobody in good faith sends them. Whatever comes, the answer is a refusal or a denial, no
// part of the server fails, and it goes on.

const requestsOf = (role: string): Readonly<Record<string, object>> => {
  const principal = { id: 'eve', roles: [role] }
  const resource = { kind: 'doc', id: '1' }
  const subject = { type: role, id: 'eve' }
  const asked = { resource: { type: 'doc', id: '1' }, action: { name: 'view' } }
  const check = { principal, resources: [{ actions: ['view'], resource }] }
  return {
    '/api/check/resources': check,
    '/api/check_resource_batch': check,
    '/api/check': { principal, actions: ['view'], resource: { kind: 'doc', instances: { 1: {} } } },
    '/api/plan/resources': { principal, resource: { kind: 'doc' }, action: 'view' },
    '/access/v1/evaluation': { subject, ...asked },
    '/access/v1/evaluations': { subject, evaluations: [asked, asked] },
    '/access/v1/search/action': { subject, resource: asked.resource },
    '/lockstitch/v1/explain': check,
  }
}
/** Of one who may do nothing: no policy knows the role. */
const DENIED = requestsOf('nobody')
/** The same of one who may. */
const ALLOWED = requestsOf('user')
const PATHS = Object.keys(DENIED)

/** What is in an answer that lets somebody in. */
const ALLOWS =
  /"view":\s*"EFFECT_ALLOW"|"decision":\s*true|KIND_ALWAYS_ALLOWED|KIND_CONDITIONAL|"name":\s*"view"\}|"action":\s*"view",\s*"effect":\s*"EFFECT_ALLOW"/

const SPLICES = ['{', '[', '"', '\\u', 'null', '1e999', '}', ':', ',', '\u0000', '"__proto__":1,']

/** Takes bytes out, puts others in and changes some. */
const mutation = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    remove: fc.integer({ min: 0, max: 10 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 2 }),
      fc.constantFrom(...SPLICES).map((text) => Buffer.from(text)),
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

function mutated(original: Uint8Array, changes: readonly Change[]): Buffer {
  let bytes = Buffer.from(original)
  for (const { at, remove, insert } of changes) {
    const place = Math.floor(at * bytes.length)
    bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)])
  }
  return bytes
}

interface Change {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

describe('a server under hostile requests', () => {
  let server: RunningServer
  let client: Client
  const errors: string[] = []
  beforeAll(async () => {
    const files = Object.entries(POLICIES).map(([path, text]) => ({ path, text }))
    server = await startServer({
      engine: Engine.fromFiles(files),
      httpListenAddr: '127.0.0.1:0',
      grpcListenAddr: '127.0.0.1:0',
      explainEnabled: true,
      log: { debug() {}, info() {}, warn() {}, error: (message) => errors.push(message) },
    })
    client = new Client(server.grpcAddress ?? '', credentials.createInsecure())
  })
  afterAll(async () => {
    client.close()
    await server.close()
  })

  async function post(path: string, body: Uint8Array | string) {
    const response = await fetch(`http://${server.httpAddress}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body as BodyInit,
    })
    return { status: response.status, text: await response.text() }
  }

  /** Afterwards it serves as before, and nothing has failed inside. */
  async function expectSound(): Promise<void> {
    expect(errors).toEqual([])
    for (const path of PATHS) {
      const answer = await post(path, JSON.stringify(ALLOWED[path]))
      expect([path, answer.status]).toEqual([path, 200])
      expect(answer.text).toMatch(ALLOWS)
    }
    expect((await fetch(`http://${server.httpAddress}/_cerbos/health`)).status).toBe(200)
  }

  test('allows what is allowed, and that is told from a denial', async () => {
    await expectSound()
    for (const path of PATHS) {
      const answer = await post(path, JSON.stringify(DENIED[path]))
      expect([path, answer.status]).toEqual([path, 200])
      expect(answer.text).not.toMatch(ALLOWS)
    }
  })

  test('JSON with mistakes anywhere is refused or denied', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PATHS), mutation, async (path, changes) => {
        const body = mutated(Buffer.from(JSON.stringify(DENIED[path])), changes)
        const answer = await post(path, body)
        expect([200, 400]).toContain(answer.status)
        expect(answer.text).not.toMatch(ALLOWS)
      }),
      { numRuns: 600 },
    )
    await expectSound()
  })

  test('protobuf with mistakes anywhere is refused or denied', async () => {
    const original = binaryWriter(CHECK_RESOURCES_REQUEST)(
      DENIED['/api/check/resources'] as Message,
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          mutation.map((changes) => mutated(original, changes)),
        ),
        async (bytes) => {
          const answer = await call(bytes)
          // What cannot be read is INTERNAL in gRPC, as in Cerbos.
          const codes = [undefined, status.INVALID_ARGUMENT, status.INTERNAL]
          expect(codes).toContain(answer.code)
          expect(JSON.stringify(answer)).not.toContain('EFFECT_ALLOW')
        },
      ),
      { numRuns: 400 },
    )
    await expectSound()
  })

  const read = binaryReader(CHECK_RESOURCES_RESPONSE)

  /** Calls with bytes as they are. */
  function call(bytes: Uint8Array): Promise<Message | ServiceError> {
    return new Promise((resolve) => {
      client.makeUnaryRequest<Uint8Array, Message>(
        '/cerbos.svc.v1.CerbosService/CheckResources',
        (value) => Buffer.from(value),
        (answer) => read(answer),
        bytes,
        (error, answer) => resolve(error ?? answer ?? {}),
      )
    })
  }

  test('bytes that are no HTTP harm nobody, on both ports', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(server.httpAddress, server.grpcAddress ?? ''),
        fc.constantFrom(Buffer.alloc(0), preface, preface.subarray(0, 10)),
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        async (address, before, bytes) => {
          await exchange(address, Buffer.concat([before, bytes]))
        },
      ),
      { numRuns: 60 },
    )
    await expectSound()
  })

  const inner = JSON.stringify(ALLOWED['/api/check/resources'])
  /** A request that would be allowed, inside of what another server may take for the body of one. */
  const hidden = `POST /api/check/resources HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`
  const start = 'POST /api/check/resources HTTP/1.1\r\nHost: a\r\n'

  test('the request that smuggling is to bring in would be allowed', async () => {
    expect(await exchange(server.httpAddress, Buffer.from(hidden))).toMatch(ALLOWS)
  })

  test.each<[string, string]>([
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}'],
    ['two lengths in one', 'Content-Length: 2, 0\r\n\r\n{}'],
    ['a length with a sign', 'Content-Length: +2\r\n\r\n{}'],
    ['a length below zero', 'Content-Length: -2\r\n\r\n{}'],
    ['a hexadecimal length', 'Content-Length: 0x2\r\n\r\n{}'],
    ['a length that is none', 'Content-Length: two\r\n\r\n{}'],
    ['a length beyond all bounds', 'Content-Length: 99999999999999999999999\r\n\r\n{}'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['chunks by another name', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks, and then something else', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
    ['a chunk that is no number', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a chunk beyond all bounds', `Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n{}\r\n`],
    ['a chunk longer than it says', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n'],
    ['a NUL in a header', 'X: a\u0000b\r\nContent-Length: 2\r\n\r\n{}'],
    ['a carriage return in a header', 'X: a\rContent-Length: 0\r\n\r\n{}'],
    ['a header without a colon', 'Content-Length\r\n\r\n{}'],
  ])('nothing is smuggled in by %s', async (_, rest) => {
    const answer = await exchange(server.httpAddress, Buffer.from(start + rest + hidden))
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)
    expect(statuses).toEqual(['400'])
    expect(answer).not.toMatch(ALLOWS)
    await expectSound()
  })
})

/** Writes bytes to a server and reads what comes back until it has no more to say. */
function exchange(address: string, bytes: Uint8Array): Promise<string> {
  const [host, port] = address.split(':')
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), host, () => socket.end(bytes))
    // Who waits for the rest of a request is not waited for.
    socket.setTimeout(500, () => socket.destroy())
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(answer))
  })
}
