import { type Duplex, Readable } from 'node:stream'
import {
  type Metadata as GrpcMetadata,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js'

import type { Call, Command, Messages, StreamCommand } from '../commands/command.ts'
import { serviceStatus } from '../commands/health.ts'
import { CERBOS_VERSION } from '../commands/server-info.ts'
import { CommandError, codeName, STATUS } from '../errors.ts'
import type { Pdp } from '../pdp.ts'
import { binaryReader } from '../wire/binary-reader.ts'
import { binaryWriter } from '../wire/binary-writer.ts'
import type { DescribedMethod, Descriptors } from '../wire/descriptors.ts'
import type { Message } from '../wire/schema.ts'
import {
  HEALTH_CHECK_REQUEST,
  HEALTH_CHECK_RESPONSE,
  HEALTH_LIST_REQUEST,
  HEALTH_LIST_RESPONSE,
  reflectionMessages,
} from '../wire/service-messages.ts'
import { answerQuestion } from './reflection.ts'
import { statusDetails } from './status-details.ts'

/** What the gRPC side of a server answers with. */
export interface GrpcOptions {
  readonly pdp: Pdp
  readonly commands: readonly Command[]
  readonly streams: readonly StreamCommand[]
  /** Those of services that are switched off, which are not told of. */
  readonly disabled: readonly Command[]
  /** The services that health checks may ask for. */
  readonly services: ReadonlySet<string>
  readonly maxMessageBytes: number
  readonly maxConcurrentStreams: number
  /** In milliseconds; a client connects again then, maybe to another server. */
  readonly maxConnectionAge: number
  callOf(peer: string, metadata: GrpcMetadata): Call
}

/** A gRPC server that listens nowhere: it is handed connections. */
export interface GrpcServer {
  handle(connection: Duplex): void
  /** Answers what has been asked, and cuts off what takes longer than it may. */
  close(withinMillis: number): Promise<void>
}

/** Makes the gRPC side of a server: the commands, health and reflection. */
export function createGrpc(options: GrpcOptions): GrpcServer {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    'grpc.max_connection_age_ms': options.maxConnectionAge,
    // It keeps a record of every message.
    'grpc.enable_channelz': 0,
  })
  addCommands(server, options)
  addStreams(server, options)
  addHealth(server, options)
  addReflection(server, options.pdp, [
    ...options.commands,
    ...options.streams.map((each) => ({ ...each, responseStream: true })),
  ])
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    handle: (connection) => injector.injectConnection(connection),
    close: (withinMillis) =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.forceShutdown(), withinMillis)
        injector.drain(withinMillis)
        server.tryShutdown(() => {
          clearTimeout(late)
          resolve()
        })
      }),
  }
}

type Handlers = Readonly<Record<string, UntypedHandleCall>>

function addCommands(server: Server, options: GrpcOptions): void {
  const { pdp, callOf } = options
  const headersFor = headersByGeneration()
  for (const { method, request, response, run } of [...options.commands, ...options.disabled]) {
    const handler = (
      call: ServerUnaryCall<Message, Message>,
      callback: sendUnaryData<Message>,
    ): void => {
      const started = performance.now()
      const asked = callOf(call.getPeer(), call.metadata)
      const sendHeaders = (): void =>
        call.sendMetadata(headersFor(asked.generation ?? pdp.engine.generation))
      run(pdp, call.request, asked).then(
        (answer) => {
          sendHeaders()
          pdp.metrics.call(performance.now() - started, method, 'OK')
          callback(null, answer)
        },
        (error: unknown) => {
          const refusal = refusalOf(error, pdp)
          sendHeaders()
          pdp.metrics.call(performance.now() - started, method, codeName(error))
          callback(refusal)
        },
      )
    }
    add(server, { method, request, response }, { run: handler })
  }
}

/** Headers of answers, which change only with the policies. */
function headersByGeneration(): (generation: number) => Metadata {
  let last: { readonly generation: number; readonly headers: Metadata } | undefined
  return (generation) => {
    if (last?.generation !== generation) {
      const headers = new Metadata()
      headers.set('cerbos-version', CERBOS_VERSION)
      headers.set('lockstitch-generation', String(generation))
      last = { generation, headers }
    }
    return last.headers
  }
}

function addStreams(server: Server, { pdp, streams, callOf }: GrpcOptions): void {
  for (const { method, request, response, stream } of streams) {
    const handler = (call: ServerWritableStream<Message, Message>): void => {
      stream(pdp, call.request, callOf(call.getPeer(), call.metadata)).then(
        (answers) => writeAll(call, answers, pdp),
        (error: unknown) => call.emit('error', refusalOf(error, pdp)),
      )
    }
    add(server, { method, request, response, responseStream: true }, { run: handler })
  }
}

/** As fast as they are taken. */
function writeAll(call: ServerWritableStream<Message, Message>, answers: Messages, pdp: Pdp): void {
  const source = Readable.from(answers)
  call.on('cancelled', () => source.destroy())
  source
    .on('data', (answer: Message) => {
      if (call.write(answer)) return
      source.pause()
      call.once('drain', () => source.resume())
    })
    .on('end', () => call.end())
    .on('error', (error) => call.emit('error', refusalOf(error, pdp)))
}

/** A refusal as gRPC has it. What nobody foresaw goes to the log, not to the client. */
function refusalOf(
  error: unknown,
  { log }: Pdp,
): {
  readonly code: number
  readonly details: string
  readonly metadata?: Metadata
} {
  if (error instanceof CommandError) {
    const { grpc: code } = STATUS[error.code]
    const metadata = statusDetails(code, error)
    return { code, details: error.message, ...(metadata && { metadata }) }
  }
  log.error('a call failed', { error: error instanceof Error ? error.stack : String(error) })
  return { code: status.INTERNAL, details: 'internal error' }
}

/** @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const HEALTH = {
  check: {
    method: 'grpc.health.v1.Health/Check',
    request: HEALTH_CHECK_REQUEST,
    response: HEALTH_CHECK_RESPONSE,
  },
  list: {
    method: 'grpc.health.v1.Health/List',
    request: HEALTH_LIST_REQUEST,
    response: HEALTH_LIST_RESPONSE,
  },
  watch: {
    method: 'grpc.health.v1.Health/Watch',
    request: HEALTH_CHECK_REQUEST,
    response: HEALTH_CHECK_RESPONSE,
    responseStream: true,
  },
} satisfies Readonly<Record<string, DescribedMethod>>

function addHealth(server: Server, { pdp, services }: GrpcOptions): void {
  const answer = ({ service = '' }: Message): Message => {
    return { status: serviceStatus(pdp, String(service), services) }
  }
  const listed = (): Message => {
    const statuses = ['', ...services].map((service) => [service, answer({ service })])
    return { statuses: Object.fromEntries(statuses) }
  }
  const unary =
    (run: (request: Message) => Message) =>
    (call: ServerUnaryCall<Message, Message>, callback: sendUnaryData<Message>): void => {
      try {
        callback(null, run(call.request))
      } catch (error) {
        callback(refusalOf(error, pdp))
      }
    }
  add(server, HEALTH.check, { run: unary(answer) })
  add(server, HEALTH.list, { run: unary(listed) })
  add(server, HEALTH.watch, {
    run: (call: ServerWritableStream<Message, Message>) => watchHealth(call, answer),
  })
}

/** Tells the status at once and when it changes, which it does when the server stops. */
function watchHealth(
  call: ServerWritableStream<Message, Message>,
  answer: (request: Message) => Message,
): void {
  let last: unknown
  const tell = (): void => {
    const next = knownOr(() => answer(call.request), { status: 'SERVICE_UNKNOWN' })
    if (next.status !== last) call.write(next)
    last = next.status
  }
  tell()
  const timer = setInterval(tell, 500)
  timer.unref()
  call.on('cancelled', () => clearInterval(timer))
  call.on('close', () => clearInterval(timer))
}

function knownOr(answer: () => Message, unknown: Message): Message {
  try {
    return answer()
  } catch {
    return unknown
  }
}

function addReflection(server: Server, pdp: Pdp, commands: readonly DescribedMethod[]): void {
  const reflection = REFLECTION_PACKAGES.map((name) => ({
    method: `${name}.ServerReflection/ServerReflectionInfo`,
    ...reflectionMessages(name),
    requestStream: true,
    responseStream: true,
  }))
  // Made for the first who asks: the library of descriptors takes longer to load than most of the rest.
  let made: Promise<Descriptors> | undefined
  const descriptors = (): Promise<Descriptors> => {
    made ??= import('../wire/descriptors.ts').then(({ describe }) =>
      describe([...commands, ...Object.values(HEALTH), ...reflection]),
    )
    return made
  }
  for (const each of reflection) {
    add(server, each, {
      run: (call: ServerDuplexStream<Message, Message>) => {
        const fail = (error: unknown): void => void call.emit('error', refusalOf(error, pdp))
        call.on('data', (question: Message) => {
          descriptors().then((all) => call.write(answerQuestion(all, question)), fail)
        })
        call.on('end', () => void descriptors().then(() => call.end(), fail))
        call.on('error', () => call.end())
      },
    })
  }
}

const REFLECTION_PACKAGES = ['grpc.reflection.v1', 'grpc.reflection.v1alpha']

function add(server: Server, method: DescribedMethod, handlers: Handlers): void {
  const { requestStream = false, responseStream = false } = method
  const read = binaryReader(method.request)
  const write = binaryWriter(method.response)
  const definition: ServiceDefinition = {
    run: {
      path: `/${method.method}`,
      requestStream,
      responseStream,
      requestDeserialize: read,
      responseSerialize: write,
      // Those of a client, which this is not.
      requestSerialize: notOfServer,
      responseDeserialize: notOfServer,
    },
  }
  server.addService(definition, handlers)
}

function notOfServer(): never {
  throw new TypeError('a server reads requests and writes responses')
}
