import {
  createFileRegistry,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Client, credentials, Metadata } from '@grpc/grpc-js'

import { binaryReader } from '../packages/server/src/wire/binary-reader.ts'
import { binaryWriter } from '../packages/server/src/wire/binary-writer.ts'
import type { Message } from '../packages/server/src/wire/schema.ts'
import { reflectionMessages } from '../packages/server/src/wire/service-messages.ts'

// For tests and comparisons: a gRPC client that knows of a server what the server tells it.

/** What a server says of itself. */
export interface ReflectedServer {
  /** The names of its services, sorted. */
  readonly services: readonly string[]
  readonly registry: FileRegistry
}

/** The two packages of reflection, which say the same. */
export type ReflectionPackage = 'grpc.reflection.v1' | 'grpc.reflection.v1alpha'

/** Asks a server for all of its services and what they need. */
export async function reflect(
  address: string,
  service: ReflectionPackage = 'grpc.reflection.v1',
): Promise<ReflectedServer> {
  const client = new Client(address, credentials.createInsecure())
  try {
    const listed = await ask(client, service, { listServices: '*' })
    const { service: found = [] } = (listed.listServicesResponse ?? {}) as {
      readonly service?: readonly { readonly name: string }[]
    }
    const services = found.map(({ name }) => name).sort()
    const files = new Map<string, FileDescriptorProto>()
    const take = async (question: Message): Promise<void> => {
      const { fileDescriptorResponse, errorResponse } = await ask(client, service, question)
      if (fileDescriptorResponse === undefined) throw new Error(JSON.stringify(errorResponse))
      const { fileDescriptorProto } = fileDescriptorResponse as {
        readonly fileDescriptorProto: readonly string[]
      }
      for (const base64 of fileDescriptorProto) {
        const file = fromBinary(FileDescriptorProtoSchema, Buffer.from(base64, 'base64'))
        files.set(file.name, file)
      }
      // Some send what a file needs with it, others wait to be asked.
      for (const name of [...files.values()].flatMap(({ dependency }) => dependency)) {
        if (!files.has(name)) await take({ fileByFilename: name })
      }
    }
    for (const name of services) await take({ fileContainingSymbol: name })
    return { services, registry: registryOf(files) }
  } finally {
    client.close()
  }
}

/** What came over gRPC: 0 and a message in protobuf's JSON, or another code. */
export interface GrpcAnswer {
  readonly code: number
  readonly message?: string
  readonly body?: unknown
}

/** A call of a method that a server has told of. */
export interface ReflectedCall {
  readonly address: string
  readonly registry: FileRegistry
  readonly method: DescMethod
  /** In protobuf's JSON. */
  readonly message: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes a call with one answer. @throws where the message is none of the method. */
export async function callOverGrpc({
  address,
  registry,
  method: { parent, name, input, output },
  message,
  headers = {},
}: ReflectedCall): Promise<GrpcAnswer> {
  const bytes = toBinary(input, fromJson(input, message as JsonValue, { registry }))
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  const client = new Client(address, credentials.createInsecure())
  const asIs = (each: Buffer): Buffer => each
  try {
    return await new Promise((resolve) => {
      const path = `/${parent.typeName}/${name}`
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from(bytes), metadata, (error, answer) => {
        if (error) resolve({ code: error.code, message: error.details })
        else {
          const body = toJson(output, fromBinary(output, answer ?? Buffer.of()), { registry })
          resolve({ code: 0, body })
        }
      })
    })
  } finally {
    client.close()
  }
}

function ask(client: Client, service: ReflectionPackage, question: Message): Promise<Message> {
  const { request, response } = reflectionMessages(service)
  const write = binaryWriter(request)
  const stream = client.makeBidiStreamRequest(
    `/${service}.ServerReflection/ServerReflectionInfo`,
    (each: Message) => Buffer.from(write(each)),
    binaryReader(response),
  )
  return new Promise((resolve, reject) => {
    stream.on('data', (answer: Message) => {
      stream.end()
      resolve(answer)
    })
    stream.on('error', reject)
    stream.write(question)
  })
}

/** Files behind those that they need. */
function registryOf(files: ReadonlyMap<string, FileDescriptorProto>): FileRegistry {
  const done = new Set<FileDescriptorProto>()
  const visit = (file: FileDescriptorProto | undefined): void => {
    if (file === undefined || done.has(file)) return
    for (const name of file.dependency) visit(files.get(name))
    done.add(file)
  }
  for (const file of files.values()) visit(file)
  return createFileRegistry({ $typeName: 'google.protobuf.FileDescriptorSet', file: [...done] })
}
