import { type JsonEntry, type JsonNode, parseJsonText, placeOf } from './json-text.ts'
import { MessageError } from './message-error.ts'
import type { EnumType, Field, FieldType, Message, MessageType } from './schema.ts'

/** What becomes of fields that a message does not have: Cerbos refuses them, AuthZEN ignores them. */
export type UnknownFields = 'refused' | 'ignored'

/**
 * Reads a message from JSON by the rules of protobuf's JSON, and says in Cerbos's words what is wrong
 * with it: unknown fields, fields that are there twice, values of another type.
 *
 * @see https://protobuf.dev/programming-guides/json/
 * @throws {MessageError} for the first thing that is wrong
 */
export function readJsonText(
  type: MessageType,
  text: string,
  unknownFields: UnknownFields = 'refused',
): Message {
  const root = parseJsonText(text)
  return readMessage(type, root)

  function readMessage(of: MessageType, node: JsonNode): Message {
    if (node.kind !== 'object') throw unexpectedToken(node)
    const message: Record<string, unknown> = {}
    const seen = new Set<Field>()
    const oneofs = new Set<string>()
    for (const entry of node.entries) {
      const field = of.fields.find(
        ({ jsonName, name }) => jsonName === entry.key || name === entry.key,
      )
      if (field === undefined) {
        if (unknownFields === 'ignored') continue
        throw wrong(entry.at, `unknown field ${JSON.stringify(entry.key)}`)
      }
      if (seen.has(field)) throw wrong(entry.at, `duplicate field ${JSON.stringify(entry.key)}`)
      seen.add(field)
      if (isNull(entry.value) && field.type.kind !== 'value') continue
      if (field.oneof !== undefined) {
        if (oneofs.has(field.oneof)) {
          const problem = `error parsing ${JSON.stringify(entry.key)}, oneof ${of.name}.${field.oneof} is already set`
          throw wrong(entry.at, problem)
        }
        oneofs.add(field.oneof)
      }
      const value = readField(field, entry.value)
      if (value !== undefined) message[field.jsonName] = value
    }
    return message
  }

  /** Nothing where the field has its default. */
  function readField(field: Field, node: JsonNode): unknown {
    switch (field.cardinality) {
      case 'single': {
        const value = readValue(field, node)
        return isDefault(field.type, value) ? undefined : value
      }
      case 'list': {
        if (node.kind !== 'array') throw unexpectedToken(node)
        const items = node.items.map((item) => readValue(field, item))
        return items.length === 0 ? undefined : items
      }
      case 'map': {
        if (node.kind !== 'object') throw unexpectedToken(node)
        return node.entries.length === 0
          ? undefined
          : readEntries(node.entries, (value) => readValue(field, value))
      }
    }
  }

  function readEntries(
    entries: readonly JsonEntry[],
    read: (node: JsonNode) => unknown,
  ): Readonly<Record<string, unknown>> {
    const names = new Set<string>()
    const pairs = entries.map(({ key, at, value }) => {
      if (names.has(key)) throw wrong(at, `duplicate map key ${JSON.stringify(key)}`)
      names.add(key)
      return [key, read(value)] as const
    })
    return Object.fromEntries(pairs)
  }

  function readValue(field: Field, node: JsonNode): unknown {
    const { type: of } = field
    switch (of.kind) {
      case 'value':
        return readAny(node)
      case 'message':
        return readMessage(of.message(), node)
      case 'enum':
        return enumName(of.enum, node) ?? notA('enum')
      case 'string':
      case 'timestamp':
      case 'duration':
        return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : notA(of.kind)
      case 'bool':
        return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : notA('bool')
      case 'bytes':
        return isBase64(node) ? node.value : notA('bytes')
      case 'uint32':
        return uint32(node) ?? notA('uint32')
      case 'uint64Value':
        return uint64(node) ?? notA('uint64Value')
    }

    function notA(kind: string): never {
      throw wrong(node.at, `invalid value for ${kind} field ${field.jsonName}: ${tokenOf(node)}`)
    }
  }

  function readAny(node: JsonNode): unknown {
    switch (node.kind) {
      case 'array':
        return node.items.map(readAny)
      case 'object':
        return readEntries(node.entries, readAny)
      case 'scalar':
        if (typeof node.value === 'number' && !Number.isFinite(node.value))
          throw wrong(node.at, `invalid google.protobuf.Value: ${node.raw}`)
        return node.value
    }
  }

  function wrong(at: number, problem: string): MessageError {
    const { line, column } = placeOf(text, at)
    return new MessageError(`proto: (line ${line}:${column}): ${problem}`)
  }

  function unexpectedToken(node: JsonNode): MessageError {
    const { line, column } = placeOf(text, node.at)
    return new MessageError(
      `proto: syntax error (line ${line}:${column}): unexpected token ${tokenOf(node)}`,
    )
  }
}

function tokenOf(node: JsonNode): string {
  if (node.kind === 'scalar') return node.raw
  return node.kind === 'array' ? '[' : '{'
}

function isNull(node: JsonNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** A message that is there is no default, even if it is empty. */
function isDefault(type: FieldType, value: unknown): boolean {
  if (type.kind === 'value' || type.kind === 'message') return false
  if (type.kind === 'enum') return value === Object.keys(type.enum.values)[0]
  return value === '' || value === false || value === 0
}

function enumName({ values }: EnumType, node: JsonNode): string | undefined {
  if (node.kind !== 'scalar') return undefined
  const { value } = node
  if (typeof value === 'string') return Object.hasOwn(values, value) ? value : undefined
  return Object.keys(values).find((name) => values[name] === value)
}

/** Either alphabet, with or without padding. */
function isBase64(node: JsonNode): node is Extract<JsonNode, { kind: 'scalar' }> {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return false
  const [, digits = '', padding = ''] = /^([\w+/-]*)(={0,2})$/.exec(node.value) ?? []
  if (digits.length + padding.length !== node.value.length) return false
  return padding === '' ? digits.length % 4 !== 1 : node.value.length % 4 === 0
}

/** As text, or as a number where that is exact. */
function uint64(node: JsonNode): string | undefined {
  if (node.kind !== 'scalar') return undefined
  const digits = typeof node.value === 'number' ? String(node.value) : node.value
  const isWhole = typeof digits === 'string' && /^\d{1,20}$/.test(digits)
  return isWhole && BigInt(digits) < 1n << 64n ? String(BigInt(digits)) : undefined
}

function uint32(node: JsonNode): number | undefined {
  if (node.kind !== 'scalar') return undefined
  const number = typeof node.value === 'string' ? Number(node.value || 'x') : node.value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 32
    ? number
    : undefined
}
