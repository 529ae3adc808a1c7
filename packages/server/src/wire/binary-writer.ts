import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

import type { Field, FieldType, Message, MessageType } from './schema.ts'

/** Writes the messages of one type in protobuf's binary form. */
export type WriteBinary = (message: Message) => Uint8Array

/** Makes a writer of a type. It takes what the commands answer with. */
export function binaryWriter(type: MessageType): WriteBinary {
  const write = messageWriter(type)
  return (message) => {
    const writer = new BinaryWriter()
    write(writer, message)
    return writer.finish()
  }
}

type Write = (writer: BinaryWriter, value: unknown) => void

function messageWriter({ fields }: MessageType): Write {
  // Made when it is needed: a message may be inside itself.
  let writers: readonly { readonly name: string; readonly write: Write }[] | undefined
  return (writer, message) => {
    writers ??= fields.map((field) => ({ name: field.jsonName, write: fieldWriter(field) }))
    for (const { name, write } of writers) {
      const value = (message as Message)[name] // The command made a message.
      if (value !== undefined) write(writer, value)
    }
  }
}

function fieldWriter({ number, type, cardinality }: Field): Write {
  const write = valueWriter(number, type)
  switch (cardinality) {
    case 'single':
      return write
    case 'list':
      return (writer, values) => {
        for (const value of values as readonly unknown[]) write(writer, value)
      }
    case 'map': {
      const writeContent = valueWriter(2, type)
      return (writer, entries) => {
        for (const key in entries as Message) {
          writer.tag(number, WireType.LengthDelimited).fork()
          writer.tag(1, WireType.LengthDelimited).string(key)
          writeContent(writer, (entries as Message)[key])
          writer.join()
        }
      }
    }
  }
}

/** The types of the table say what the values are. */
function valueWriter(number: number, type: FieldType): Write {
  switch (type.kind) {
    case 'string':
      return (writer, text) => {
        writer.tag(number, WireType.LengthDelimited).string(text as string)
      }
    case 'bytes':
      return (writer, base64) => {
        const bytes = Buffer.from(base64 as string, 'base64')
        writer.tag(number, WireType.LengthDelimited).bytes(bytes)
      }
    case 'bool':
      return (writer, value) => {
        writer.tag(number, WireType.Varint).bool(value as boolean)
      }
    case 'uint32':
      return (writer, value) => {
        // JSON has the larger integers as text.
        writer.tag(number, WireType.Varint).uint32(Number(value))
      }
    case 'enum': {
      const { values } = type.enum
      return (writer, name) => {
        writer.tag(number, WireType.Varint).int32(values[name as string] ?? 0)
      }
    }
    case 'message': {
      const write = messageWriter(type.message())
      return (writer, message) => {
        writer.tag(number, WireType.LengthDelimited).fork()
        write(writer, message)
        writer.join()
      }
    }
    case 'value':
      return (writer, value) => {
        writer.tag(number, WireType.LengthDelimited).fork()
        writeValue(writer, value)
        writer.join()
      }
  }
}

/** Any JSON as `google.protobuf.Value`. */
function writeValue(writer: BinaryWriter, value: unknown): void {
  switch (typeof value) {
    case 'number':
      writer.tag(2, WireType.Bit64).double(value)
      return
    case 'string':
      writer.tag(3, WireType.LengthDelimited).string(value)
      return
    case 'boolean':
      writer.tag(4, WireType.Varint).bool(value)
      return
    default:
      if (value === null || value === undefined) writer.tag(1, WireType.Varint).int32(0)
      else if (Array.isArray(value)) writeItems(writer.tag(6, WireType.LengthDelimited), value)
      else writeFields(writer.tag(5, WireType.LengthDelimited), value as Message)
  }
}

function writeItems(writer: BinaryWriter, items: readonly unknown[]): void {
  writer.fork()
  for (const item of items) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writeValue(writer, item)
    writer.join()
  }
  writer.join()
}

function writeFields(writer: BinaryWriter, fields: Message): void {
  writer.fork()
  for (const [key, value] of Object.entries(fields)) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(key)
    writer.tag(2, WireType.LengthDelimited).fork()
    writeValue(writer, value)
    writer.join()
    writer.join()
  }
  writer.join()
}
