import { isUtf8 } from 'node:buffer'

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

import { MAX_DEPTH } from './json-text.ts'
import { MessageError } from './message-error.ts'
import type { EnumType, Field, FieldType, Message, MessageType } from './schema.ts'

/** Reads the messages of one type from protobuf's binary form. Throws for what is none. */
export type ReadBinary = (bytes: Uint8Array) => Message

/** Makes a reader of a type: what it makes is what the reader of JSON makes. */
export function binaryReader(type: MessageType): ReadBinary {
  const read = messageReader(type)
  return (bytes) => {
    const reader = new BinaryReader(bytes, strictText)
    const message: Record<string, unknown> = {}
    read(message, reader, bytes.length, 0)
    return message
  }
}

/** Reads up to `end` into a message: a field that comes in two parts is put together. */
type ReadInto = (
  message: Record<string, unknown>,
  reader: BinaryReader,
  end: number,
  depth: number,
) => void

type ReadField = (
  message: Record<string, unknown>,
  reader: BinaryReader,
  wireType: WireType,
  depth: number,
) => void

function messageReader({ fields }: MessageType): ReadInto {
  // Made when it is needed: a message may be inside itself.
  let byNumber: ReadonlyMap<number, ReadField> | undefined
  return (message, reader, end, depth) => {
    if (depth > MAX_DEPTH) throw new MessageError('proto: exceeded max recursion depth')
    byNumber ??= new Map(fields.map((field) => [field.number, fieldReader(field, fields)]))
    while (reader.pos < end) {
      const [number, wireType] = reader.tag()
      const read = byNumber.get(number)
      if (read === undefined) reader.skip(wireType, number)
      else read(message, reader, wireType, depth)
    }
    requireEnd(reader, end)
  }
}

function requireEnd(reader: BinaryReader, end: number): void {
  if (reader.pos !== end) throw new MessageError('proto: cannot parse invalid wire-format data')
}

function fieldReader(field: Field, fields: readonly Field[]): ReadField {
  const { jsonName, cardinality, type, oneof } = field
  const read = oneof === undefined ? singleReader(type, jsonName) : oneofReader(field, fields)
  if (cardinality === 'single') return read
  if (cardinality === 'map') return mapReader(type, jsonName)
  const readItem = singleReader(type, 'item')
  return (message, reader, wireType, depth) => {
    const holder: { item?: unknown } = {}
    readItem(holder, reader, wireType, depth)
    const items = message[jsonName] as unknown[] | undefined // Made here.
    const item = 'item' in holder ? holder.item : defaultOf(type)
    if (items === undefined) message[jsonName] = [item]
    else items.push(item)
  }
}

/** Of the fields of a group the last one stays. */
function oneofReader({ type, jsonName, oneof }: Field, fields: readonly Field[]): ReadField {
  const others = fields.filter((each) => each.oneof === oneof && each.jsonName !== jsonName)
  const read = singleReader(type, jsonName)
  return (message, reader, wireType, depth) => {
    for (const other of others) delete message[other.jsonName]
    read(message, reader, wireType, depth)
    if (!(jsonName in message)) message[jsonName] = defaultOf(type)
  }
}

/** Leaves a field out that has its default. */
function singleReader(type: FieldType, name: string): ReadField {
  const set = (message: Record<string, unknown>, value: unknown): void => {
    if (value === '' || value === false || value === 0) delete message[name]
    else message[name] = value
  }
  switch (type.kind) {
    case 'message': {
      const read = messageReader(type.message())
      return (message, reader, wireType, depth) => {
        const end = endOf(reader, wireType)
        const inner = (message[name] as Record<string, unknown> | undefined) ?? {} // Made here.
        message[name] = inner
        read(inner, reader, end, depth + 1)
      }
    }
    case 'value':
      return (message, reader, wireType, depth) => {
        message[name] = readValue(reader, endOf(reader, wireType), depth + 1)
      }
    case 'string':
      return (message, reader, wireType) => {
        requireWire(wireType, WireType.LengthDelimited)
        set(message, reader.string())
      }
    case 'bytes':
      return (message, reader, wireType) => {
        requireWire(wireType, WireType.LengthDelimited)
        set(message, Buffer.from(reader.bytes()).toString('base64'))
      }
    case 'bool':
      return (message, reader, wireType) => {
        requireWire(wireType, WireType.Varint)
        set(message, reader.bool())
      }
    case 'uint32':
      return (message, reader, wireType) => {
        requireWire(wireType, WireType.Varint)
        set(message, reader.uint32())
      }
    case 'enum':
      return (message, reader, wireType) => {
        requireWire(wireType, WireType.Varint)
        const value = enumName(type.enum, reader.int32())
        if (value !== undefined) message[name] = value
      }
  }
}

function mapReader(type: FieldType, name: string): ReadField {
  const readContent = singleReader(type, 'value')
  return (message, reader, wireType, depth) => {
    const end = endOf(reader, wireType)
    let key = ''
    const holder: { value?: unknown } = {}
    while (reader.pos < end) {
      const [number, each] = reader.tag()
      if (number === 1) {
        requireWire(each, WireType.LengthDelimited)
        key = reader.string()
      } else if (number === 2) readContent(holder, reader, each, depth)
      else reader.skip(each, number)
    }
    requireEnd(reader, end)
    const entries = (message[name] as Record<string, unknown> | undefined) ?? {} // Made here.
    message[name] = entries
    setOwn(entries, key, 'value' in holder ? holder.value : defaultOf(type))
  }
}

/** `google.protobuf.Value`: one without content is null. */
function readValue(reader: BinaryReader, end: number, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new MessageError('proto: exceeded max recursion depth')
  let value: unknown = null
  while (reader.pos < end) {
    const [number, wireType] = reader.tag()
    switch (number) {
      case 1:
        requireWire(wireType, WireType.Varint)
        reader.int32()
        value = null
        break
      case 2:
        requireWire(wireType, WireType.Bit64)
        value = reader.double()
        break
      case 3:
        requireWire(wireType, WireType.LengthDelimited)
        value = reader.string()
        break
      case 4:
        requireWire(wireType, WireType.Varint)
        value = reader.bool()
        break
      case 5:
        value = readStruct(reader, endOf(reader, wireType), depth + 1)
        break
      case 6:
        value = readList(reader, endOf(reader, wireType), depth + 1)
        break
      default:
        reader.skip(wireType, number)
    }
  }
  requireEnd(reader, end)
  return value
}

const STRUCT_ENTRY = mapReader({ kind: 'value' }, 'fields')

function readStruct(reader: BinaryReader, end: number, depth: number): unknown {
  const struct: { fields?: unknown } = {}
  while (reader.pos < end) {
    const [number, wireType] = reader.tag()
    if (number === 1) STRUCT_ENTRY(struct, reader, wireType, depth)
    else reader.skip(wireType, number)
  }
  requireEnd(reader, end)
  return struct.fields ?? {}
}

function readList(reader: BinaryReader, end: number, depth: number): unknown {
  const items: unknown[] = []
  while (reader.pos < end) {
    const [number, wireType] = reader.tag()
    if (number === 1) items.push(readValue(reader, endOf(reader, wireType), depth + 1))
    else reader.skip(wireType, number)
  }
  requireEnd(reader, end)
  return items
}

function endOf(reader: BinaryReader, wireType: WireType): number {
  requireWire(wireType, WireType.LengthDelimited)
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new MessageError('proto: cannot parse invalid wire-format data')
  return end
}

function requireWire(wireType: WireType, expected: WireType): void {
  if (wireType !== expected) {
    throw new MessageError('proto: cannot parse invalid wire-format data')
  }
}

/** `__proto__` is a name like any other. */
function setOwn(entries: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') entries[key] = value
  else {
    Object.defineProperty(entries, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}

function defaultOf(type: FieldType): unknown {
  switch (type.kind) {
    case 'message':
      return {}
    case 'value':
      return null
    case 'bool':
      return false
    case 'uint32':
      return 0
    case 'enum':
      return Object.keys(type.enum.values)[0]
    default:
      return ''
  }
}

function enumName({ values }: EnumType, number: number): string | undefined {
  return Object.keys(values).find((name) => values[name] === number)
}

/** Go refuses text that is no UTF-8, where JavaScript would put signs of replacement. */
function strictText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new MessageError('proto: string field contains invalid UTF-8')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
