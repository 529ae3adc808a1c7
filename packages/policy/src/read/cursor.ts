import { compact } from '../compact.ts'
import { type Report, relatedPlace } from '../diagnostics.ts'
import type { JsonValue } from '../linked.ts'
import { nearName } from '../near-name.ts'
import { citeAnchor, type Located, type LocatedText } from '../place.ts'
import type { SourceText } from '../source.ts'
import type { Fields, LocatedList, NamedEntry } from './fields.ts'
import { jsonFrom } from './json.ts'
import { type Path, type ReadPlace, RootPlace } from './read-place.ts'
import {
  collectionPlace,
  entrySlot,
  fieldSlot,
  firstKey,
  itemSlot,
  keyPlace,
  quotedEntrySlot,
  type Slot,
  scalarPlace,
  textIn,
  tokenOffset,
  valuePlace,
} from './slot.ts'
import {
  nodeTypeName,
  type ScalarType,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
} from './yaml-node.ts'

/** Reads the message at the root of a file; undefined when the root is no mapping. */
export function readRoot<T>(
  node: YamlNode,
  source: SourceText,
  report: Report,
  read: (fields: Fields) => T,
): T | undefined {
  const span = firstKey(node)
  const place = new RootPlace(source, span, tokenOffset(node, source.text))
  if (node.kind === 'map') return readMessage(node, place, report, read)
  report('not-a-policy', place, { got: nodeTypeName(node) })
  return undefined
}

function readMessage<T>(
  node: YamlMap,
  place: ReadPlace,
  report: Report,
  read: (fields: Fields) => T,
): T {
  const asked = new Set<string>()
  const entries = fieldEntries(node, place, report)
  const result = read(new MessageFields({ place, report, asked, entries }))
  for (const [name, entry] of entries) {
    if (asked.has(name)) continue
    const suggestion = nearName(name, asked)
    const details = { name: entry.key, expected: suggestion === undefined ? [...asked] : [] }
    report('unknown-field', keyPlace(place, entry), details, { suggestion })
  }
  return result
}

/** The entries of a message by lowerCamelCase name. */
function fieldEntries(node: YamlMap, place: ReadPlace, report: Report): Map<string, YamlEntry> {
  const entries = new Map<string, YamlEntry>()
  for (const entry of node.entries) {
    if (entry.keyType !== 'String') {
      reportKey(entry, place, report)
      continue
    }
    const name = entry.key.includes('_') ? lowerCamelCase(entry.key) : entry.key
    const earlier = entries.get(name)
    if (earlier === undefined) {
      entries.set(name, entry)
      continue
    }
    // Merged entries come last, and give way to a field of the same meaning in another spelling.
    if (entry.isMerged) continue
    const earlierPlace = keyPlace(place, earlier)
    report(
      'duplicate-field',
      keyPlace(place, entry),
      { name: entry.key, earlier: earlier.key, earlierAt: citeAnchor(earlierPlace) },
      { related: [relatedPlace('first set here', earlierPlace)] },
    )
  }
  return entries
}

function reportKey(entry: YamlEntry, within: Path, report: Report): void {
  report('unexpected-key', keyPlace(within, entry), { got: entry.keyType, ofMap: false })
}

function lowerCamelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

interface MessageCursor {
  readonly place: ReadPlace
  readonly report: Report
  readonly asked: Set<string>
  readonly entries: ReadonlyMap<string, YamlEntry>
  absent?: LocatedList<never>
}

type Reader<T> = (slot: Slot, report: Report) => T | undefined

/** A class, because a dozen functions for each message of each file are the most of its memory. */
class MessageFields implements Fields {
  readonly #cursor: MessageCursor

  constructor(cursor: MessageCursor) {
    this.#cursor = cursor
  }

  get place(): ReadPlace {
    return this.#cursor.place
  }

  text(name: string): LocatedText | undefined {
    return readField(this.#cursor, name, readText)
  }

  texts(name: string): LocatedList<LocatedText> {
    return readList(this.#cursor, name, readText)
  }

  wholeNumber(name: string): void {
    readField(this.#cursor, name, readWholeNumber)
  }

  flag(name: string): Located<boolean> | undefined {
    return readField(this.#cursor, name, readFlag)
  }

  choice<Name extends string>(
    name: string,
    names: readonly Name[],
    offered: readonly Name[],
    nameless?: Name,
  ): Located<Name> | undefined {
    return readField(this.#cursor, name, choiceReader(names, offered, nameless))
  }

  message<T>(name: string, read: (fields: Fields) => T): T | undefined {
    return readField(this.#cursor, name, messageReader(read))
  }

  messages<T>(name: string, read: (fields: Fields) => T): LocatedList<T> {
    return readList(this.#cursor, name, messageReader(read))
  }

  timestamp(
    name: string,
    problemOf: (text: string) => string | undefined,
  ): Located<string> | undefined {
    return readField(this.#cursor, name, (slot, report) => readTimestamp(slot, report, problemOf))
  }

  textMap(name: string): NamedEntry<LocatedText>[] {
    return readMap(this.#cursor, name, readText)
  }

  choiceMap<Name extends string>(
    name: string,
    names: readonly Name[],
    offered: readonly Name[],
  ): NamedEntry<Located<Name>>[] {
    return readMap(this.#cursor, name, choiceReader(names, offered), quotedEntrySlot)
  }

  messageMap<T>(name: string, read: (fields: Fields) => T): NamedEntry<T>[] {
    return readMap(this.#cursor, name, messageReader(read), quotedEntrySlot)
  }

  jsonMap(name: string): NamedEntry<Located<JsonValue>>[] {
    return readMap(this.#cursor, name, readJson)
  }

  json(name: string): Located<JsonValue> | undefined {
    return readField(this.#cursor, name, readJson)
  }

  keyOf(name: string): ReadPlace | undefined {
    const { entries, place } = this.#cursor
    const entry = entries.get(name)
    return entry && keyPlace(place, entry)
  }

  oneOf(names: readonly string[]): string | undefined {
    return readOneOf(this.#cursor, names)
  }
}

function slotOf({ asked, entries, place }: MessageCursor, name: string): Slot | undefined {
  asked.add(name)
  const entry = entries.get(name)
  return entry && fieldSlot(place.source, place, entry)
}

function readField<T>(cursor: MessageCursor, name: string, read: Reader<T>): T | undefined {
  const slot = slotOf(cursor, name)
  return slot && read(slot, cursor.report)
}

function readList<T>(cursor: MessageCursor, name: string, read: Reader<T>): LocatedList<T> {
  const slot = slotOf(cursor, name)
  if (slot === undefined) return absentList(cursor)
  const { node } = slot
  const place = valuePlace(slot)
  if (node.kind !== 'list') {
    reportType(slot, 'list', cursor.report)
    return { items: [], present: true, place }
  }
  const items = node.items.map((item, index) =>
    read(itemSlot(slot, place, item, index), cursor.report),
  )
  return { items: compact(items), present: true, place }
}

/** One for all lists that a message lacks. */
function absentList(cursor: MessageCursor): LocatedList<never> {
  cursor.absent ??= { items: [], present: false, place: cursor.place }
  return cursor.absent
}

function readMap<T>(
  cursor: MessageCursor,
  name: string,
  read: Reader<T>,
  slotOfEntry: typeof entrySlot = entrySlot,
): NamedEntry<T>[] {
  const slot = slotOf(cursor, name)
  if (slot === undefined) return []
  if (slot.node.kind !== 'map') {
    reportType(slot, 'mapping of names', cursor.report)
    return []
  }
  const named: NamedEntry<T>[] = []
  for (const entry of slot.node.entries) {
    const namePlace = keyPlace(slot.path, entry)
    if (entry.keyType !== 'String') {
      cursor.report('unexpected-key', namePlace, { got: entry.keyType, ofMap: true })
      continue
    }
    const value = read(slotOfEntry(slot, entry), cursor.report)
    if (value !== undefined) named.push({ name: entry.key, namePlace, value })
  }
  return named
}

const NOT_TEXT: ReadonlySet<ScalarType> = new Set(['Float', 'Infinity', 'Nan'])

function readText(slot: Slot, report: Report): LocatedText | undefined {
  const { node } = slot
  // A whole number or a truth value is taken as it is written: `version: 20210210`.
  if (node.kind === 'scalar' && !NOT_TEXT.has(node.type)) {
    return textIn(slot, node)
  }
  const suggestion = node.kind === 'scalar' ? JSON.stringify(node.text) : undefined
  reportType(slot, 'string', report, suggestion)
  return undefined
}

function readTimestamp(
  slot: Slot,
  report: Report,
  problemOf: (text: string) => string | undefined,
): Located<string> | undefined {
  const { node } = slot
  if (node.kind !== 'scalar' || node.type !== 'String') {
    reportType(slot, 'timestamp', report)
    return undefined
  }
  const problem = problemOf(node.text)
  if (problem === undefined) return { value: node.text, place: valuePlace(slot) }
  report('invalid-timestamp', collectionPlace(slot), { value: node.text, problem })
  return undefined
}

function readFlag(slot: Slot, report: Report): Located<boolean> | undefined {
  const { node } = slot
  if (node.kind === 'scalar' && typeof node.value === 'boolean') {
    return { value: node.value, place: valuePlace(slot) }
  }
  reportType(slot, 'boolean', report)
  return undefined
}

const MAX_UINT64 = 2n ** 64n - 1n

function readWholeNumber(slot: Slot, report: Report): undefined {
  const { node } = slot
  const isScalar = node.kind === 'scalar'
  const text = isScalar ? node.text : ''
  // A number that is too large for YAML is a string.
  const isNumber = isScalar && (node.type === 'Integer' || node.type === 'String')
  if (isNumber && /^\d+$/.test(text) && BigInt(text) <= MAX_UINT64) return
  const at = scalarPlace(slot)
  report('invalid-whole-number', at, { got: nodeTypeName(node), text })
}

function readJson(slot: Slot, report: Report): Located<JsonValue> {
  const value = jsonFrom(slot.node, slot.path, {
    scalar: (node, path) =>
      reportType({ ...slot, node, path, anchorAt: undefined }, 'number', report),
    key: (entry, within) => reportKey(entry, within, report),
  })
  return { value, place: valuePlace(slot) }
}

function choiceReader<Name extends string>(
  names: readonly Name[],
  offered: readonly Name[],
  nameless?: Name,
): Reader<Located<Name>> {
  return (slot, report) => {
    const { node } = slot
    const value = choiceIn(node, names, nameless)
    if (value !== undefined) return { value, place: valuePlace(slot) }
    const text = node.kind === 'scalar' ? node.text : nodeTypeName(node)
    const quoted = nodeTypeName(node) === 'String'
    report(
      'invalid-enum-value',
      scalarPlace(slot),
      { value: text, quoted, allowed: offered },
      {
        suggestion: offered.find((name) => isShortFor(text, name)) ?? nearName(text, offered),
      },
    )
    return undefined
  }
}

function choiceIn<Name extends string>(
  node: YamlNode,
  names: readonly Name[],
  nameless: Name | undefined,
): Name | undefined {
  if (node.kind !== 'scalar') return undefined
  switch (node.type) {
    case 'Null':
      return names[0]
    case 'String':
      return names.find((name) => name === node.value)
    case 'Integer':
      return names[Number(node.value)] ?? nameless
    default:
      return undefined
  }
}

/** `allow` for `EFFECT_ALLOW`. */
function isShortFor(text: string, name: string): boolean {
  return text !== '' && name.toUpperCase().endsWith(`_${text.toUpperCase()}`)
}

function messageReader<T>(read: (fields: Fields) => T): Reader<T> {
  return (slot, report) => {
    if (slot.node.kind === 'map') return readMessage(slot.node, valuePlace(slot), report, read)
    reportType(slot, 'mapping', report)
    return undefined
  }
}

function readOneOf(cursor: MessageCursor, names: readonly string[]): string | undefined {
  const { entries, place, report, asked } = cursor
  for (const name of names) asked.add(name)
  const [first, ...others] = [...entries].filter(([name]) => names.includes(name))
  if (first === undefined) return undefined
  const firstPlace = keyPlace(place, first[1])
  for (const [, entry] of others) {
    // It gives way to a field that stands here itself.
    if (entry.isMerged) continue
    report(
      'conflicting-fields',
      keyPlace(place, entry),
      { name: entry.key, earlier: first[1].key, earlierAt: citeAnchor(firstPlace), all: names },
      { related: [relatedPlace('set here', firstPlace)] },
    )
  }
  return first[0]
}

const SCALARS = ['string', 'boolean', 'number']

function reportType(slot: Slot, expected: string, report: Report, suggestion?: string): void {
  const details = { expected, got: nodeTypeName(slot.node) }
  const place = SCALARS.includes(expected) ? scalarPlace(slot) : collectionPlace(slot)
  report('wrong-type', place, details, { suggestion })
}
