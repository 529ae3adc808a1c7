import type { Field, FieldType, Message, MessageType } from '../wire/schema.ts'

/** Words that say more than `text`. */
const WORDS: Readonly<Record<string, string>> = {
  id: 'ann',
  kind: 'document',
  roles: 'user',
  actions: 'view',
  action: 'view',
  name: 'view',
  type: 'document',
}

/** A request to begin with: all that has to be there, and no more. */
export function exampleOf(type: MessageType): Message {
  const entries = type.fields.flatMap((field) => {
    const isAsked = field.rules.required || field.jsonName === 'action'
    return isAsked ? [[field.jsonName, exampleOfField(field)] as const] : []
  })
  return Object.fromEntries(entries)
}

function exampleOfField({ type, cardinality, jsonName }: Field): unknown {
  const one = exampleValue(type, jsonName)
  if (cardinality === 'list') return [one]
  return cardinality === 'map' ? { one } : one
}

function exampleValue(type: FieldType, name: string): unknown {
  switch (type.kind) {
    case 'message':
      return exampleOf(type.message())
    case 'enum':
      return Object.keys(type.enum.values)[1]
    case 'bool':
      return true
    case 'uint32':
      return 1
    case 'bytes':
      return ''
    case 'timestamp':
      return '2026-01-01T00:00:00Z'
    case 'uint64Value':
      return '1'
    case 'duration':
      return '60s'
    case 'value':
      return null
    case 'string':
      return WORDS[name] ?? 'text'
  }
}
