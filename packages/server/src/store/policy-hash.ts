import type { JsonValue } from '@lockstitch/policy'

import { POLICY } from '../wire/policy-messages.ts'
import type { Field, FieldType, Message, MessageType } from '../wire/schema.ts'
import { xxHash64 } from './xxhash64.ts'

/** What does not change what a policy says. */
const IGNORED: ReadonlySet<string> = new Set(['metadata', 'disabled', 'description', '$schema'])

/**
 * The hash of a policy that Cerbos's metadata have: the same for the same policy, wherever it is kept and
 * however it is written.
 * @see https://github.com/cerbos/protoc-gen-go-hashpb
 */
export function policyHash(policy: Message): string {
  const kept = Object.fromEntries(Object.entries(policy).filter(([name]) => !IGNORED.has(name)))
  const parts: Buffer[] = []
  addMessage(POLICY, kept, parts, IGNORED)
  return String(BigInt.asUintN(64, xxHash64(Buffer.concat(parts))))
}

/** All fields by their numbers; those that are not there as what they are by default. */
function addMessage(
  { fields }: MessageType,
  message: Message,
  parts: Buffer[],
  ignored: ReadonlySet<string> = new Set(),
): void {
  const inOrder = [...fields].sort((a, b) => a.number - b.number)
  for (const field of inOrder) {
    if (!ignored.has(field.jsonName)) addField(field, message[field.jsonName], parts)
  }
}

/** The types of the table say what the values are. */
function addField({ type, cardinality, oneof }: Field, value: unknown, parts: Buffer[]): void {
  if (cardinality === 'list') {
    for (const each of (value ?? []) as readonly unknown[]) addValue(type, each, parts)
  } else if (cardinality === 'map') {
    for (const [key, each] of entriesOf((value ?? {}) as Record<string, unknown>)) {
      parts.push(text(key))
      addValue(type, each, parts)
    }
  } else if (value !== undefined || oneof === undefined) addValue(type, value, parts)
}

function addValue(type: FieldType, value: unknown, parts: Buffer[]): void {
  switch (type.kind) {
    case 'message':
      if (value !== undefined) addMessage(type.message(), value as Message, parts)
      break
    case 'value':
      addJson(value as JsonValue, parts)
      break
    case 'bool':
      parts.push(varint(value === true ? 1 : 0))
      break
    case 'enum':
      parts.push(varint(type.enum.values[String(value)] ?? 0))
      break
    default:
      parts.push(text(String(value ?? '')))
  }
}

function addJson(value: JsonValue, parts: Buffer[]): void {
  if (value === null) parts.push(varint(0))
  else if (typeof value === 'string') parts.push(text(value))
  else if (typeof value === 'boolean') parts.push(varint(value ? 1 : 0))
  else if (typeof value === 'number') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    parts.push(bytes)
  } else if (Array.isArray(value)) for (const each of value) addJson(each, parts)
  else {
    for (const [key, each] of entriesOf(value as Readonly<Record<string, JsonValue>>)) {
      parts.push(text(key))
      addJson(each, parts)
    }
  }
}

/** By the bytes of their names, as Go sorts. */
function entriesOf<Value>(values: Readonly<Record<string, Value>>): readonly [string, Value][] {
  return Object.entries(values).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
