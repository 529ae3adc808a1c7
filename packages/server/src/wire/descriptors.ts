import { create, toBinary } from '@bufbuild/protobuf'
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt'

import type { EnumType, Field, FieldType, MessageType } from './schema.ts'

/** A method, as far as its description goes. */
export interface DescribedMethod {
  /** `cerbos.svc.v1.CerbosService/CheckResources`. */
  readonly method: string
  readonly request: MessageType
  readonly response: MessageType
  readonly requestStream?: boolean
  readonly responseStream?: boolean
}

/** Describes services to clients that do not know them, in files as a compiler would make them. */
export interface Descriptors {
  readonly services: readonly string[]
  /** A file in protobuf's binary form, and all that it needs. */
  fileNamed(name: string): readonly Uint8Array[] | undefined
  fileWith(symbol: string): readonly Uint8Array[] | undefined
}

const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label
const Type = FieldDescriptorProto_Type

/** Makes the descriptions of methods: one file a package. */
export function describe(methods: readonly DescribedMethod[]): Descriptors {
  const files = new FileSet()
  for (const { method, request, response, ...streams } of methods) {
    const [service = '', name = ''] = method.split('/')
    const file = files.ofPackage(packageOf(service))
    const described = create(MethodDescriptorProtoSchema, {
      name,
      inputType: `.${addMessage(files, file, request)}`,
      outputType: `.${addMessage(files, file, response)}`,
      clientStreaming: streams.requestStream ?? false,
      serverStreaming: streams.responseStream ?? false,
    })
    serviceIn(file, service.slice(file.package.length + 1)).method.push(described)
    files.symbols.set(service, file).set(`${service}.${name}`, file)
  }
  const services = new Set(methods.map(({ method }) => method.split('/')[0] ?? ''))
  return {
    services: [...services].sort(),
    fileNamed: (name) => files.withNeeds(files.byName.get(name)),
    fileWith: (symbol) => files.withNeeds(files.symbols.get(symbol)),
  }
}

/** The files of protobuf's own messages, by the kind of field. */
const WELL_KNOWN = {
  value: file_google_protobuf_struct,
  timestamp: file_google_protobuf_timestamp,
  duration: file_google_protobuf_duration,
  uint64Value: file_google_protobuf_wrappers,
}

/** The files that are made, and what is where. */
class FileSet {
  readonly byName = new Map<string, FileDescriptorProto>()
  readonly symbols = new Map<string, FileDescriptorProto>()
  readonly messages = new Map<string, DescriptorProto>()

  constructor() {
    for (const { proto } of Object.values(WELL_KNOWN)) {
      this.byName.set(proto.name, proto)
      for (const { name } of proto.messageType) this.symbols.set(`google.protobuf.${name}`, proto)
    }
  }

  ofPackage(packageName: string): FileDescriptorProto {
    const parts = packageName.split('.')
    const name = `${parts.join('/')}/${parts.at(-2)}.proto`
    const known = this.byName.get(name)
    if (known) return known
    const file = create(FileDescriptorProtoSchema, { name, package: packageName, syntax: 'proto3' })
    this.byName.set(name, file)
    return file
  }

  withNeeds(file: FileDescriptorProto | undefined): readonly Uint8Array[] | undefined {
    if (file === undefined) return undefined
    const needed = new Set<FileDescriptorProto>()
    const visit = (each: FileDescriptorProto): void => {
      if (needed.has(each)) return
      needed.add(each)
      for (const name of each.dependency) {
        const other = this.byName.get(name)
        if (other) visit(other)
      }
    }
    visit(file)
    return [...needed].map((each) => toBinary(FileDescriptorProtoSchema, each))
  }
}

/** Names of packages are in lower case, those of messages and services are not. */
function packageOf(name: string): string {
  const parts = name.split('.')
  return parts
    .slice(
      0,
      parts.findIndex((part) => /^[A-Z]/.test(part)),
    )
    .join('.')
}

function serviceIn(file: FileDescriptorProto, name: string): FileDescriptorProto['service'][0] {
  const known = file.service.find((each) => each.name === name)
  if (known) return known
  const service = create(ServiceDescriptorProtoSchema, { name })
  file.service.push(service)
  return service
}

function need(file: FileDescriptorProto, other: FileDescriptorProto): void {
  if (file !== other && !file.dependency.includes(other.name)) file.dependency.push(other.name)
}

/** Adds a message to the file of its package, which the file that names it needs. */
function addMessage(files: FileSet, from: FileDescriptorProto, type: MessageType): string {
  const file = files.ofPackage(packageOf(type.name))
  need(from, file)
  if (files.symbols.has(type.name)) return type.name
  const message = messageIn(files, file, type.name)
  files.symbols.set(type.name, file)
  for (const field of type.fields)
    message.field.push(describeField({ files, file, message }, type, field))
  return type.name
}

/** The message of a name, which may stand inside others. */
function messageIn(files: FileSet, file: FileDescriptorProto, name: string): DescriptorProto {
  const known = files.messages.get(name)
  if (known) return known
  const at = name.lastIndexOf('.')
  const message = create(DescriptorProtoSchema, { name: name.slice(at + 1) })
  const owner = name.slice(0, at)
  if (owner === file.package) file.messageType.push(message)
  else messageIn(files, file, owner).nestedType.push(message)
  files.messages.set(name, message)
  return message
}

interface Owner {
  readonly files: FileSet
  readonly file: FileDescriptorProto
  readonly message: DescriptorProto
}

function describeField(owner: Owner, type: MessageType, field: Field): FieldDescriptorProto {
  const { name, jsonName, number, cardinality, oneof } = field
  const described = create(FieldDescriptorProtoSchema, {
    name,
    jsonName,
    number,
    label: cardinality === 'single' ? OPTIONAL : REPEATED,
    ...(cardinality === 'map' ? mapEntry(owner, type, field) : describeType(owner, field.type)),
  })
  if (oneof !== undefined) described.oneofIndex = oneofIn(owner.message, oneof)
  return described
}

function mapEntry(owner: Owner, type: MessageType, field: Field): TypeFields {
  const name = `${capitalised(field.jsonName)}Entry`
  const value = describeType(owner, field.type)
  const entry = create(DescriptorProtoSchema, {
    name,
    options: { mapEntry: true },
    field: [
      { name: 'key', jsonName: 'key', number: 1, label: OPTIONAL, type: Type.STRING },
      { name: 'value', jsonName: 'value', number: 2, label: OPTIONAL, ...value },
    ],
  })
  owner.message.nestedType.push(entry)
  return { type: Type.MESSAGE, typeName: `.${type.name}.${name}` }
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function oneofIn({ oneofDecl }: DescriptorProto, name: string): number {
  const index = oneofDecl.findIndex((each) => each.name === name)
  return index === -1
    ? oneofDecl.push({ $typeName: 'google.protobuf.OneofDescriptorProto', name }) - 1
    : index
}

interface TypeFields {
  readonly type: FieldDescriptorProto_Type
  readonly typeName?: string
}

function describeType({ files, file }: Owner, type: FieldType): TypeFields {
  switch (type.kind) {
    case 'message':
      return { type: Type.MESSAGE, typeName: `.${addMessage(files, file, type.message())}` }
    case 'enum':
      return { type: Type.ENUM, typeName: `.${addEnum(files, file, type.enum)}` }
    case 'value':
    case 'timestamp':
    case 'duration':
      need(file, WELL_KNOWN[type.kind].proto)
      return { type: Type.MESSAGE, typeName: `.google.protobuf.${capitalised(type.kind)}` }
    case 'uint64Value':
      need(file, WELL_KNOWN.uint64Value.proto)
      return { type: Type.MESSAGE, typeName: '.google.protobuf.UInt64Value' }
    case 'string':
      return { type: Type.STRING }
    case 'bool':
      return { type: Type.BOOL }
    case 'bytes':
      return { type: Type.BYTES }
    case 'uint32':
      return { type: Type.UINT32 }
  }
}

function addEnum(files: FileSet, from: FileDescriptorProto, { name, values }: EnumType): string {
  const file = files.ofPackage(packageOf(name))
  need(from, file)
  if (files.symbols.has(name)) return name
  files.symbols.set(name, file)
  const at = name.lastIndexOf('.')
  const owner = name.slice(0, at)
  const described = create(EnumDescriptorProtoSchema, {
    name: name.slice(at + 1),
    value: Object.entries(values).map(([each, number]) => ({ name: each, number })),
  })
  if (owner === file.package) file.enumType.push(described)
  else messageIn(files, file, owner).enumType.push(described)
  return name
}
