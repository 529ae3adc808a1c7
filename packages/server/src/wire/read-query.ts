import { parseDuration } from '../config/duration.ts'
import { MessageError } from './message-error.ts'
import type { Field, Message, MessageType } from './schema.ts'

/**
 * Makes a reader of messages from the query of an address, for those whose fields are plain or
 * messages of such: `between.start`. What is not of the message is ignored, as in Cerbos.
 */
export function queryReader(type: MessageType): (query: string) => Message {
  return (query) => readMessage(type, new URLSearchParams(query), '')
}

function readMessage({ fields }: MessageType, params: URLSearchParams, prefix: string): Message {
  const oneofs = new Set<string>()
  const entries = fields.flatMap((field) => {
    const value = readField(field, params, prefix)
    if (value === undefined) return []
    const { oneof } = field
    if (oneof !== undefined && oneofs.has(oneof))
      throw new MessageError(`field already set for oneof ${JSON.stringify(oneof)}`)
    if (oneof !== undefined) oneofs.add(oneof)
    // A field that has its default is left out, but for those of which one has to be there.
    const isDefault = value === '' || value === false || value === 0
    return isDefault && oneof === undefined ? [] : [[field.jsonName, value] as const]
  })
  return Object.fromEntries(entries)
}

function readField(field: Field, params: URLSearchParams, prefix: string): unknown {
  const { jsonName, name, type, cardinality } = field
  const names = [...new Set([jsonName, name])].map((each) => `${prefix}${each}`)
  if (type.kind === 'message') {
    const inside = names.find((each) =>
      [...params.keys()].some((key) => key.startsWith(`${each}.`)),
    )
    return inside && readMessage(type.message(), params, `${inside}.`)
  }
  const values = names.flatMap((each) => params.getAll(each))
  if (values.length === 0) return undefined
  const read = values.map((text) => readValue(field, text))
  return cardinality === 'list' ? read : read.at(-1)
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
    case 'timestamp':
      if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)))
        return text
      break
    case 'duration': {
      const millis = parseDuration(text.replace(/^-/, ''))
      if (millis !== undefined) return `${text.startsWith('-') ? '-' : ''}${millis / 1000}s`
      break
    }
    default:
      break
  }
  throw new MessageError(`parsing field ${JSON.stringify(name)}: invalid value`)
}
