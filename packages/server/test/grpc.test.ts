import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import * as request from '@cerbos/api/cerbos/request/v1/request_pb'
import * as response from '@cerbos/api/cerbos/response/v1/response_pb'
import { CerbosService } from '@cerbos/api/cerbos/svc/v1/svc_pb'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { reflect } from '../../../tools/grpc-reflection.ts'
import type { RunningServer } from '../src/index.ts'
import { binaryReader } from '../src/wire/binary-reader.ts'
import { binaryWriter } from '../src/wire/binary-writer.ts'
import { MessageError } from '../src/wire/message-error.ts'
import * as messages from '../src/wire/messages.ts'
import type { Message, MessageType } from '../src/wire/schema.ts'
import { reflectionMessages } from '../src/wire/service-messages.ts'
import { startOurs } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

/** Our tables, and the messages of the SDK that have the same name. */
// biome-ignore format: table
const PAIRS: readonly (readonly [MessageType, DescMessage])[] = [
  [messages.CHECK_RESOURCES_REQUEST,       request.CheckResourcesRequestSchema],
  [messages.CHECK_RESOURCES_RESPONSE,      response.CheckResourcesResponseSchema],
  [messages.CHECK_RESOURCE_SET_REQUEST,    request.CheckResourceSetRequestSchema],
  [messages.CHECK_RESOURCE_SET_RESPONSE,   response.CheckResourceSetResponseSchema],
  [messages.CHECK_RESOURCE_BATCH_REQUEST,  request.CheckResourceBatchRequestSchema],
  [messages.CHECK_RESOURCE_BATCH_RESPONSE, response.CheckResourceBatchResponseSchema],
  [messages.PLAN_RESOURCES_REQUEST,        request.PlanResourcesRequestSchema],
  [messages.PLAN_RESOURCES_RESPONSE,       response.PlanResourcesResponseSchema],
  [messages.SERVER_INFO_REQUEST,           request.ServerInfoRequestSchema],
  [messages.SERVER_INFO_RESPONSE,          response.ServerInfoResponseSchema],
]

/** As gRPC numbers ways to compress. */
const GZIP = 2

/** Fields of 0.55 that the SDK's package does not have yet. */
const NEWER = new Set(['cerbos.request.v1.AuxData.jwts', 'cerbos.engine.v1.OutputEntry.error'])

describe('the tables of messages', () => {
  test.each(PAIRS)('$name has the fields of the protocol', (type, schema) => {
    expect(fieldsOf(type)).toEqual(fieldsOfSchema(schema))
  })

  test.each(PAIRS)('$name is refused or read, whatever the bytes are', (type) => {
    const read = binaryReader(type)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(read(bytes)).toBeTypeOf('object')
        } catch (error) {
          expect(error).toBeInstanceOf(MessageError)
        }
      }),
    )
  })

  test.each(PAIRS)('$name is read and written as by the library', (type, schema) => {
    const [read, write] = [binaryReader(type), binaryWriter(type)]
    fc.assert(
      fc.property(arbitraryMessage(type), (message) => {
        // What is drawn is JSON.
        const json = message as JsonValue
        const theirs = fromJson(schema, json)
        const canonical = toJson(schema, theirs)
        expect(read(toBinary(schema, theirs))).toEqual(canonical)
        expect(toJson(schema, fromBinary(schema, write(message)))).toEqual(canonical)
      }),
      { numRuns: 60 },
    )
  })
})

function fieldsOf(type: MessageType, seen = new Set<string>()): readonly string[] {
  if (seen.has(type.name)) return []
  seen.add(type.name)
  return type.fields
    .flatMap((field) => {
      const { number, name, jsonName, cardinality, type: of } = field
      const what =
        of.kind === 'message' ? of.message().name : of.kind === 'enum' ? of.enum.name : of.kind
      const line = `${type.name}.${name} ${jsonName} ${number} ${cardinality} ${what}`
      if (NEWER.has(`${type.name}.${name}`)) return []
      return [line, ...(of.kind === 'message' ? fieldsOf(of.message(), seen) : [])]
    })
    .sort()
}

function fieldsOfSchema(schema: DescMessage, seen = new Set<string>()): readonly string[] {
  if (seen.has(schema.typeName)) return []
  seen.add(schema.typeName)
  return schema.fields
    .flatMap((field) => {
      const { number, name, jsonName, fieldKind } = field
      const cardinality = fieldKind === 'list' || fieldKind === 'map' ? fieldKind : 'single'
      const { message, enum: enumeration, scalar } = field
      const isValue = message?.typeName === 'google.protobuf.Value'
      const what = isValue
        ? 'value'
        : (message?.typeName ?? enumeration?.typeName ?? SCALARS[scalar ?? 0])
      const line = `${schema.typeName}.${name} ${jsonName} ${number} ${cardinality} ${what}`
      return [line, ...(message && !isValue ? fieldsOfSchema(message, seen) : [])]
    })
    .sort()
}

const SCALARS: Readonly<Record<number, string>> = {
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
}

/** Messages of a type, in which what is there has content. */
function arbitraryMessage(type: MessageType, depth = 0): fc.Arbitrary<Message> {
  const fields = type.fields.flatMap((field) => {
    if (NEWER.has(`${type.name}.${field.name}`)) return []
    if (field.oneof !== undefined && field.jsonName !== 'value' && depth > 6) return []
    return [[field.jsonName, arbitraryField(field, depth)] as const]
  })
  const oneofs = type.fields.filter(({ oneof }) => oneof !== undefined)
  const record = fc.record(Object.fromEntries(fields), { requiredKeys: [] })
  if (oneofs.length === 0) return record
  return fc.oneof(
    ...fields.map(([name, value]) => value.map((each) => ({ [name]: each }) as Message)),
  )
}

function arbitraryField(field: MessageType['fields'][0], depth: number): fc.Arbitrary<unknown> {
  const value = arbitraryValue(field, depth)
  const names = fc.oneof(fc.string(), fc.constantFrom('constructor', 'a:b', 'é'))
  switch (field.cardinality) {
    case 'single':
      return value
    case 'list':
      return fc.array(value, { minLength: 1, maxLength: 3 })
    case 'map':
      return fc
        .array(fc.tuple(names, value), { minLength: 1, maxLength: 3 })
        .map((entries) => Object.fromEntries(entries))
  }
}

function arbitraryValue(
  { type, cardinality }: MessageType['fields'][0],
  depth: number,
): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'message':
      return arbitraryMessage(type.message(), depth + 1)
    case 'enum':
      return fc.constantFrom(...Object.keys(type.enum.values).slice(1))
    case 'value':
      return fc
        .jsonValue({ noUnicodeString: false })
        .filter((json) => !/-0(?![.\d])/.test(JSON.stringify(json)))
    case 'bool':
      return cardinality === 'single' ? fc.constant(true) : fc.boolean()
    default:
      return fc
        .string({ minLength: 1, unit: 'binary' })
        .filter((text) => !/\p{Surrogate}/u.test(text))
  }
}

describe('over gRPC', () => {
  let server: RunningServer
  let client: Client
  beforeAll(async () => {
    server = await startOurs(POLICIES)
    client = new Client(server.grpcAddress ?? '', credentials.createInsecure())
  })
  afterAll(async () => {
    client.close()
    await server.close()
  })

  function call(
    method: string,
    bytes: Uint8Array,
  ): Promise<{ readonly code: number; readonly bytes?: Buffer }> {
    const same = (each: Buffer): Buffer => each
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        method,
        same,
        same,
        Buffer.from(bytes),
        new Metadata(),
        (error, answer) =>
          resolve(error ? { code: error.code } : { code: 0, ...(answer && { bytes: answer }) }),
      )
    })
  }

  test.each(['grpc.reflection.v1', 'grpc.reflection.v1alpha'] as const)(
    'a client that knows nothing learns the service from %s',
    async (name) => {
      const { services, registry } = await reflect(server.grpcAddress ?? '', name)
      expect(services).toEqual(
        expect.arrayContaining(['cerbos.svc.v1.CerbosService', 'grpc.health.v1.Health']),
      )
      const methods = registry.getService('cerbos.svc.v1.CerbosService')?.methods.map(signature)
      expect(methods?.sort()).toEqual(CerbosService.methods.map(signature).sort())
    },
  )

  test('a request that is compressed is understood', async () => {
    const compressing = new Client(server.grpcAddress ?? '', credentials.createInsecure(), {
      'grpc.default_compression_algorithm': GZIP,
    })
    const same = (each: Buffer): Buffer => each
    const bytes = binaryWriter(messages.CHECK_RESOURCES_REQUEST)({
      principal: { id: 'a', roles: ['user'] },
      resources: [{ actions: ['view'], resource: { kind: 'doc', id: 'x'.repeat(5000) } }],
    })
    const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
      compressing.makeUnaryRequest(
        '/cerbos.svc.v1.CerbosService/CheckResources',
        same,
        same,
        Buffer.from(bytes),
        (error, value) => (error ? reject(error) : resolve(value)),
      )
    })
    compressing.close()
    const read = binaryReader(messages.CHECK_RESOURCES_RESPONSE)
    expect(read(answer ?? Buffer.of())).toMatchObject({
      results: [{ resource: { id: 'x'.repeat(5000) } }],
    })
  })

  test('asked for a symbol that is not there, reflection says so', async () => {
    const { request: question, response: answer } = reflectionMessages('grpc.reflection.v1')
    const { bytes } = await call(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      binaryWriter(question)({ fileContainingSymbol: 'a.B' }),
    )
    expect(binaryReader(answer)(bytes ?? Buffer.of())).toMatchObject({
      errorResponse: { errorCode: 5 },
    })
  })

  test.each<[string, Uint8Array, number]>([
    ['text that is no message', Buffer.from('hello'), 13],
    ['a length beyond the end', Buffer.from([0x1a, 0x7f, 0x01]), 13],
    ['text that is no UTF-8', Buffer.from([0x0a, 0x02, 0xff, 0xfe]), 13],
    ['a message without content', new Uint8Array(), 3],
    ['a number for a text', Buffer.from([0x08, 0x01]), 13],
  ])('%s is refused', async (_, bytes, code) => {
    expect(await call('/cerbos.svc.v1.CerbosService/CheckResources', bytes)).toEqual({ code })
  })

  test('an attribute that is no number is refused', async () => {
    const write = binaryWriter(messages.CHECK_RESOURCES_REQUEST)
    const bytes = write({
      principal: { id: 'a', roles: ['user'], attr: { n: Number.NaN } },
      resources: [{ actions: ['view'], resource: { kind: 'doc', id: '1' } }],
    })
    expect(await call('/cerbos.svc.v1.CerbosService/CheckResources', bytes)).toEqual({ code: 3 })
  })

  test('nested beyond measure is refused', async () => {
    let attr: unknown = 1
    for (let depth = 0; depth < 1_000; depth += 1) attr = [attr]
    const write = binaryWriter(messages.CHECK_RESOURCES_REQUEST)
    const bytes = write({ principal: { id: 'a', roles: ['user'], attr: { attr } } })
    expect(await call('/cerbos.svc.v1.CerbosService/CheckResources', bytes)).toEqual({ code: 13 })
  })

  test('a method that is not there is refused', async () => {
    expect(await call('/cerbos.svc.v1.CerbosService/Nope', new Uint8Array())).toEqual({ code: 12 })
  })

  test('noise on either port ends the connection and nothing else', async () => {
    for (const address of [server.grpcAddress ?? '', server.httpAddress]) {
      const [host = '', port = ''] = address.split(':')
      for (const noise of [
        '\0\0\0\0\0\0\0',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnot frames at all, rather text',
      ]) {
        await new Promise<void>((resolve) => {
          const socket = connect(Number(port), host, () => socket.write(noise))
          socket.resume()
          socket.on('close', () => resolve())
          socket.on('error', () => resolve())
        })
      }
    }
    const health = await call('/grpc.health.v1.Health/Check', new Uint8Array())
    expect(health.code).toBe(0)
  })

  test('the beginning of a connection may come in pieces', async () => {
    const [host = '', port = ''] = server.httpAddress.split(':')
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), host, async () => {
        for (const part of [
          'P',
          'OS',
          'T /api/check/resources HTTP/1.1\r\nhost: a\r\n',
          'content-length: 2\r\nconnection: close\r\n\r\n{',
          '}',
        ]) {
          socket.write(part)
          await new Promise((next) => setTimeout(next, 5))
        }
      })
      let text = ''
      socket.setEncoding('utf8').on('data', (data: string) => {
        text += data
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('what is no gRPC is refused on the HTTP port too', async () => {
    const session = connectHttp2(`http://${server.httpAddress}`)
    const status = await new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/api/check/resources', ':method': 'POST' })
      stream.on('response', (headers) => resolve(headers[':status']))
      stream.on('error', reject)
      stream.end('{}')
    })
    session.close()
    expect(status).toBe(415)
  })
})

function signature({ name, input, output }: (typeof CerbosService.methods)[0]): string {
  return `${name}(${input.typeName}): ${output.typeName}`
}
