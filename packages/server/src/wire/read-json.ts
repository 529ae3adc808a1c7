import { isAscii, isUtf8 } from 'node:buffer'

import { MAX_DEPTH } from './json-text.ts'
import { MessageError } from './message-error.ts'
import { readJsonText, type UnknownFields } from './read-json-text.ts'
import type { Field, FieldType, Message, MessageType } from './schema.ts'

/** Reads the messages of one type from the bodies of requests. */
export type ReadJson = (body: Buffer) => Message

/**
 * Makes a reader of JSON. Nearly every body is sound, which `JSON.parse` and one look at each value
 * find out in a tenth of the time; whatever is not plainly so is read again by {@link readJsonText},
 * which alone says what is wrong.
 *
 * The reader throws a {@link MessageError}. A body without content is a message without content.
 */
export function jsonReader(type: MessageType, unknownFields?: UnknownFields): ReadJson {
  const read = messageReader(type)
  return (body) => {
    if (body.length === 0) return {}
    const isPlain = isAscii(body)
    if (!isPlain && !isUtf8(body))
      throw new MessageError('proto: syntax error (line 1:1): invalid UTF-8 in string')
    const text = body.toString(isPlain ? 'latin1' : 'utf8')
    return readSound(read, text, textsIn(body)) ?? readJsonText(type, text, unknownFields)
  }
}

/**
 * `JSON.parse` does not tell names that stand twice in an object. They are seen by the number of
 * texts: what is read has fewer than the body.
 */
function readSound(read: Reader, text: string, texts: number): Message | undefined {
  if (texts === UNCLEAR) return undefined
  try {
    const count: Count = { texts: 0 }
    const message = read(JSON.parse(text), count)
    return message !== UNSOUND && count.texts === texts
      ? (message as Message) // What the reader of a message makes is one.
      : undefined
  } catch {
    return undefined
  }
}

const UNCLEAR = -1

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LETTER_U = 0x75

/**
 * How many texts there are in JSON, names among them: each is between two quotes. A sign that is
 * written as its number may be half of one, of which only the slow reader takes care.
 */
function textsIn(body: Buffer): number {
  let quotes = 0
  const { length } = body
  for (let at = 0; at < length; at += 1) {
    const byte = body[at]
    if (byte === QUOTE) quotes += 1
    else if (byte === BACKSLASH) {
      at += 1
      if (body[at] === LETTER_U) return UNCLEAR
    }
  }
  return quotes / 2
}

interface Count {
  texts: number
}

/**
 * Reads a value, or answers with {@link UNSOUND}. What is read is what was parsed, unless there is
 * something in it that is written in another way or has its default.
 */
type Reader = (json: unknown, count: Count) => unknown

const UNSOUND = Symbol('unsound')

function messageReader({ fields }: MessageType): Reader {
  // By hand rather than with a `Map` made at once: a message may be inside itself.
  let byName: ReadonlyMap<string, FieldReader> | undefined
  return (json, count) => {
    if (!isObject(json)) return UNSOUND
    byName ??= fieldReaders(fields)
    let copy: Record<string, unknown> | undefined
    for (const key in json) {
      const field = byName.get(key)
      if (field === undefined) return UNSOUND
      count.texts += 1
      const { name } = field
      const given = json[key]
      // A field of no content, or one that may be there by its other name: not plainly sound.
      if (given === null || (key !== name && Object.hasOwn(json, name))) return UNSOUND
      const value = field.read(given, count)
      if (value === UNSOUND) return UNSOUND
      const isAsItStands = value === given && key === name
      if (isAsItStands && copy === undefined) continue
      copy ??= entriesBefore(json, key)
      if (value !== undefined) copy[name] = value
    }
    return copy ?? json
  }
}

function entriesBefore(
  json: Readonly<Record<string, unknown>>,
  end: string,
): Record<string, unknown> {
  const entries: Record<string, unknown> = {}
  for (const key in json) {
    if (key === end) break
    entries[key] = json[key]
  }
  return entries
}

interface FieldReader {
  readonly name: string
  readonly read: Reader
}

function fieldReaders(fields: readonly Field[]): ReadonlyMap<string, FieldReader> {
  const readers = new Map<string, FieldReader>()
  for (const field of fields) {
    // Which of several fields of a group is there is for the slow reader to judge.
    if (field.oneof !== undefined) continue
    const reader = { name: field.jsonName, read: fieldReader(field) }
    readers.set(field.jsonName, reader)
    readers.set(field.name, reader)
  }
  return readers
}

function fieldReader({ cardinality, type }: Field): Reader {
  const read = valueReader(type)
  switch (cardinality) {
    case 'single':
      return type.kind === 'string' || type.kind === 'bool'
        ? (json, count) => read(json, count) || undefined
        : read
    case 'list':
      return (json, count) => {
        if (!Array.isArray(json)) return UNSOUND
        if (json.length === 0) return undefined
        let items: unknown[] = json
        for (let index = 0; index < json.length; index += 1) {
          const item = read(json[index], count)
          if (item === UNSOUND) return UNSOUND
          if (item === json[index]) continue
          if (items === json) items = [...json]
          items[index] = item
        }
        return items
      }
    case 'map':
      // Most maps are attributes, whose values are as they stand.
      return type.kind === 'value' ? attributesReader : mapReader(read)
  }
}

function mapReader(read: Reader): Reader {
  return (json, count) => {
    if (!isObject(json)) return UNSOUND
    const entries: [string, unknown][] = []
    for (const key in json) {
      count.texts += 1
      const value = read(json[key], count)
      if (value === UNSOUND) return UNSOUND
      entries.push([key, value])
    }
    return entries.length === 0 ? undefined : Object.fromEntries(entries)
  }
}

function attributesReader(json: unknown, count: Count): unknown {
  if (!isObject(json)) return UNSOUND
  const before = count.texts
  if (!countInside(json, count, 1)) return UNSOUND
  return count.texts === before ? undefined : json
}

function valueReader(type: FieldType): Reader {
  switch (type.kind) {
    case 'string':
      return (json, count) => {
        if (typeof json !== 'string') return UNSOUND
        count.texts += 1
        return json
      }
    case 'bool':
      return (json) => (typeof json === 'boolean' ? json : UNSOUND)
    case 'message':
      return messageReader(type.message())
    case 'value':
      return (json, count) => (countValue(json, count, 1) ? json : UNSOUND)
    case 'bytes':
    case 'uint32':
    case 'uint64Value':
    case 'enum':
    case 'timestamp':
    case 'duration':
      // Rare, and written in several ways.
      return () => UNSOUND
  }
}

/** Counts the texts of a value. False where it is not sound. */
function countValue(json: unknown, count: Count, depth: number): boolean {
  switch (typeof json) {
    case 'string':
      count.texts += 1
      return true
    case 'number':
      return Number.isFinite(json)
    case 'object':
      return json === null || (depth < MAX_DEPTH && countInside(json, count, depth + 1))
    default:
      return true
  }
}

function countInside(json: object, count: Count, depth: number): boolean {
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; index += 1) {
      if (!countValue(json[index], count, depth)) return false
    }
    return true
  }
  for (const key in json) {
    count.texts += 1
    if (!countValue((json as Record<string, unknown>)[key], count, depth)) return false
  }
  return true
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
