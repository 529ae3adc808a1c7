import { type Instant, instantText, lengthText } from './instant.ts'
import { MAX_DEPTH } from './json-text.ts'
import { MessageError } from './message-error.ts'
import type { EnumType, Field, FieldType, Message, MessageType } from './schema.ts'
import { malformed, WireBytes, type WireType } from './wire-bytes.ts'

/** Reads the messages of one type from protobuf's binary form. Throws for what is none. */
export type ReadBinary = (bytes: Uint8Array) => Message

/** Makes a reader of a type: what it makes is what the reader of JSON makes. */
export function binaryReader(type: MessageType): ReadBinary {
  const read = messageReader(type)
  return (bytes) => {
    const reader = new WireBytes(bytes)
    const message: Record<string, unknown> = {}
    read(message, reader, bytes.length, 0)
    return message
  }
}

/** Reads up to `end` into a message: a field that comes in two parts is put together. */
type ReadInto = (
  message: Record<string, unknown>,
  reader: WireBytes,
  end: number,
  depth: number,
) => void

type ReadField = (message: Record<string, unknown>, reader: WireBytes, depth: number) => void

function messageReader({ fields }: MessageType): ReadInto {
  // Made when it is needed: a message may be inside itself.
  let byNumber: ReadonlyMap<number, ReadField> | undefined
  return (message, reader, end, depth) => {
    if (depth > MAX_DEPTH) throw new MessageError('proto: exceeded max recursion depth')
    byNumber ??= new Map(fields.map((field) => [field.number, fieldReader(field, fields)]))
    while (reader.pos < end) {
      reader.tag()
      const read = byNumber.get(reader.field)
      if (read === undefined) reader.skip()
      else read(message, reader, depth)
    }
    requireEnd(reader, end)
  }
}

function requireEnd(reader: WireBytes, end: number): void {
  if (reader.pos !== end) throw malformed()
}

function fieldReader(field: Field, fields: readonly Field[]): ReadField {
  const { jsonName, cardinality, type, oneof } = field
  const read = oneof === undefined ? singleReader(type, jsonName) : oneofReader(field, fields)
  if (cardinality === 'single') return read
  if (cardinality === 'map') return mapReader(type, jsonName)
  const readItem = singleReader(type, 'item')
  return (message, reader, depth) => {
    const holder: { item?: unknown } = {}
    readItem(holder, reader, depth)
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
  return (message, reader, depth) => {
    for (const other of others) delete message[other.jsonName]
    read(message, reader, depth)
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
      return (message, reader, depth) => {
        const end = endOf(reader)
        const inner = (message[name] as Record<string, unknown> | undefined) ?? {} // Made here.
        message[name] = inner
        read(inner, reader, end, depth + 1)
      }
    }
    case 'value':
      return (message, reader, depth) => {
        message[name] = readValue(reader, endOf(reader), depth + 1)
      }
    case 'timestamp':
      return (message, reader) => {
        const text = instantText(readInstant(reader))
        if (text === undefined) throw malformed()
        message[name] = text
      }
    case 'duration':
      return (message, reader) => {
        message[name] = lengthText(readInstant(reader))
      }
    case 'string':
      return (message, reader) => {
        requireWire(reader, 'length-delimited')
        set(message, reader.text())
      }
    case 'bytes':
      return (message, reader) => {
        requireWire(reader, 'length-delimited')
        set(message, reader.base64())
      }
    case 'bool':
      return (message, reader) => {
        requireWire(reader, 'varint')
        set(message, reader.varint() !== 0)
      }
    case 'uint32':
      return (message, reader) => {
        requireWire(reader, 'varint')
        set(message, reader.varint() % 2 ** 32)
      }
    case 'uint64Value':
      return (message, reader) => {
        requireWire(reader, 'length-delimited')
        set(message, readUint64Value(reader))
      }
    case 'enum':
      return (message, reader) => {
        requireWire(reader, 'varint')
        const value = enumName(type.enum, reader.varint())
        if (value !== undefined) message[name] = value
      }
  }
}

/** `google.protobuf.Timestamp` and `Duration` are read alike. */
function readInstant(reader: WireBytes): Instant {
  const end = endOf(reader)
  let [seconds, nanos] = [0, 0]
  while (reader.pos < end) {
    reader.tag()
    if (reader.field === 1) {
      requireWire(reader, 'varint')
      seconds = signed(reader.varint())
    } else if (reader.field === 2) {
      requireWire(reader, 'varint')
      nanos = signed(reader.varint())
    } else reader.skip()
  }
  requireEnd(reader, end)
  return { seconds, nanos }
}

/** `google.protobuf.UInt64Value`. */
function readUint64Value(reader: WireBytes): string {
  const end = endOf(reader)
  let value = 0n
  while (reader.pos < end) {
    reader.tag()
    if (reader.field === 1) {
      requireWire(reader, 'varint')
      value = reader.bigVarint()
    } else reader.skip()
  }
  requireEnd(reader, end)
  return String(value)
}

/** Negative numbers are those above half of all; which one nobody asks. */
function signed(value: number): number {
  return value >= 2 ** 63 ? -1 : value
}

function mapReader(type: FieldType, name: string): ReadField {
  const readContent = singleReader(type, 'value')
  return (message, reader, depth) => {
    const end = endOf(reader)
    let key = ''
    const holder: { value?: unknown } = {}
    while (reader.pos < end) {
      reader.tag()
      if (reader.field === 1) {
        requireWire(reader, 'length-delimited')
        key = reader.text()
      } else if (reader.field === 2) readContent(holder, reader, depth)
      else reader.skip()
    }
    requireEnd(reader, end)
    const entries = (message[name] as Record<string, unknown> | undefined) ?? {} // Made here.
    message[name] = entries
    setOwn(entries, key, 'value' in holder ? holder.value : defaultOf(type))
  }
}

/** `google.protobuf.Value`: one without content is null. */
function readValue(reader: WireBytes, end: number, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new MessageError('proto: exceeded max recursion depth')
  let value: unknown = null
  while (reader.pos < end) {
    reader.tag()
    switch (reader.field) {
      case 1:
        requireWire(reader, 'varint')
        reader.varint()
        value = null
        break
      case 2:
        requireWire(reader, 'bit64')
        value = reader.double()
        break
      case 3:
        requireWire(reader, 'length-delimited')
        value = reader.text()
        break
      case 4:
        requireWire(reader, 'varint')
        value = reader.varint() !== 0
        break
      case 5:
        value = readStruct(reader, endOf(reader), depth + 1)
        break
      case 6:
        value = readList(reader, endOf(reader), depth + 1)
        break
      default:
        reader.skip()
    }
  }
  requireEnd(reader, end)
  return value
}

const STRUCT_ENTRY = mapReader({ kind: 'value' }, 'fields')

function readStruct(reader: WireBytes, end: number, depth: number): unknown {
  const struct: { fields?: unknown } = {}
  while (reader.pos < end) {
    reader.tag()
    if (reader.field === 1) STRUCT_ENTRY(struct, reader, depth)
    else reader.skip()
  }
  requireEnd(reader, end)
  return struct.fields ?? {}
}

function readList(reader: WireBytes, end: number, depth: number): unknown {
  const items: unknown[] = []
  while (reader.pos < end) {
    reader.tag()
    if (reader.field === 1) items.push(readValue(reader, endOf(reader), depth + 1))
    else reader.skip()
  }
  requireEnd(reader, end)
  return items
}

function endOf(reader: WireBytes): number {
  requireWire(reader, 'length-delimited')
  return reader.end()
}

function requireWire(reader: WireBytes, expected: WireType): void {
  if (reader.wireType !== expected) throw malformed()
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
    case 'uint64Value':
      return '0'
    case 'enum':
      return Object.keys(type.enum.values)[0]
    default:
      return ''
  }
}

function enumName({ values }: EnumType, number: number): string | undefined {
  return Object.keys(values).find((name) => values[name] === number)
}
