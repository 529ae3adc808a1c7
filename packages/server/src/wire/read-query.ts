import { MessageError } from './message-error.ts'
import type { Field, Message, MessageType } from './schema.ts'

/**
 * Makes a reader of messages from the query of an address, for those whose fields are plain. What is
 * not of the message is ignored, as in Cerbos.
 */
export function queryReader({ fields }: MessageType): (query: string) => Message {
  return (query) => {
    const params = new URLSearchParams(query)
    const entries = fields.flatMap((field) => {
      const values = [field.jsonName, field.name]
        .filter((name, index, names) => names.indexOf(name) === index)
        .flatMap((name) => params.getAll(name))
      if (values.length === 0) return []
      const read = values.map((text) => readValue(field, text))
      const value = field.cardinality === 'list' ? read : read.at(-1)
      // A field that has its default is left out.
      return value === '' || value === false || value === 0
        ? []
        : [[field.jsonName, value] as const]
    })
    return Object.fromEntries(entries)
  }
}

function readValue({ type, name }: Field, text: string): unknown {
  switch (type.kind) {
    case 'string':
      return text
    case 'bool':
      if (text === 'true' || text === 'false') return text === 'true'
      break
    case 'uint32':
      if (/^\d{1,9}$/.test(text)) return Number(text)
      break
    default:
      break
  }
  throw new MessageError(`parsing field ${JSON.stringify(name)}: invalid value`)
}
