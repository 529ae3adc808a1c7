import type { LocatedText } from '../place.ts'
import type { SourceText, Span } from '../source.ts'
import { behindColon } from './behind-colon.ts'
import { type Path, type ReadPlace, readPlace, readText } from './read-place.ts'
import { shared } from './shared-text.ts'
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-node.ts'

/** Where a value hangs: under a field, in a list, or under a name of a map. */
export interface Slot {
  readonly source: SourceText
  readonly path: Path
  readonly node: YamlNode
  /** The key of a field or of a map entry. */
  readonly key?: Span
  /** What Cerbos reports for the value: the key of a field, the value of everything else. */
  readonly anchor: number
  /** The path that Cerbos reports, where it is not the same. */
  readonly anchorAt?: Path | undefined
}

/** The slot of a field of a message. */
export function fieldSlot(source: SourceText, path: Path, entry: YamlEntry): Slot {
  const { key, keySpan, value, at: anchorAt } = entry
  return {
    source,
    path: { within: path, key: shared(key) },
    node: value,
    key: keySpan,
    anchor: keySpan.start,
    anchorAt,
  }
}

/** The slot of a list item, counted from 0. */
export function itemSlot({ source }: Slot, list: Path, node: YamlNode, index: number): Slot {
  return {
    source,
    path: { within: list, key: index },
    node,
    anchor: tokenOffset(node, source.text),
  }
}

/** The slot of a map entry. */
export function entrySlot(map: Slot, entry: YamlEntry): Slot {
  return slotAt(map, entry, { within: map.path, key: entry.key })
}

/** The slot of a map entry whose path is written `principals["maya"]`, as test suites have it. */
export function quotedEntrySlot(map: Slot, entry: YamlEntry): Slot {
  return slotAt(map, entry, { within: map.path, key: entry.key, quoted: true })
}

function slotAt({ source }: Slot, { keySpan, value, at: anchorAt }: YamlEntry, path: Path): Slot {
  return {
    source,
    path,
    node: value,
    key: keySpan,
    anchor: tokenOffset(value, source.text),
    anchorAt,
  }
}

/** The place of a value: of a scalar its text, of anything longer the key above it. */
export function valuePlace(slot: Slot): ReadPlace {
  return placeOf(slot, slot.anchor)
}

/** The place of a value that is no scalar of the expected type: Cerbos looks behind anchors and tags. */
export function scalarPlace(slot: Slot): ReadPlace {
  return typePlace({ ...slot, anchorAt: slot.node.definedAt ?? slot.anchorAt }, ownOffset)
}

/** The place of a value that is no collection, as expected: with its anchor or tag. */
export function collectionPlace(slot: Slot): ReadPlace {
  return typePlace(slot, tokenOffset)
}

function typePlace(slot: Slot, offsetOf: typeof tokenOffset): ReadPlace {
  const { node, key, source } = slot
  const isLeftOut = key !== undefined && isAbsent(node.span)
  // Cerbos sees a value that is left out right behind the `:`, or where there is none, behind the first letter of the key.
  const anchor = isLeftOut
    ? (behindColon(key, source.text) ?? key.start + 1)
    : offsetOf(node, source.text)
  return placeOf(slot, anchor)
}

/** A scalar as a text with its place. */
export function textIn(slot: Slot, { text, style }: YamlScalar): LocatedText {
  const { path, anchor, anchorAt } = slot
  return readText(path, valueSpan(slot), anchor, anchorAt, { value: shared(text), style })
}

function placeOf(slot: Slot, anchor: number): ReadPlace {
  return readPlace(slot.path, valueSpan(slot), anchor, slot.anchorAt)
}

function valueSpan({ node, key }: Slot): Span {
  const isWritten = node.kind === 'scalar' && !isAbsent(node.span)
  return isWritten ? node.span : (key ?? firstKey(node))
}

/** The place of the key of a field or of a map entry. */
export function keyPlace(path: Path, entry: YamlEntry): ReadPlace {
  const { key, keySpan, at } = entry
  return readPlace({ within: path, key: shared(key) }, keySpan, keySpan.start, at)
}

/** The first key of a mapping, the start of anything else. */
export function firstKey(node: YamlNode): Span {
  const { start } = node.span
  if (node.kind !== 'map') return { start, end: Math.min(node.span.end, start + 1) }
  return keyAtStart(node)?.keySpan ?? { start, end: node.mergesAt ?? start + 1 }
}

/** Where Cerbos says that a value is. */
export function tokenOffset(node: YamlNode, text: string): number {
  return node.labelAt ?? ownOffset(node, text)
}

/** A block mapping is at the `:` behind its first key. */
function ownOffset(node: YamlNode, text: string): number {
  const { start } = node.span
  if (node.kind !== 'map' || text[start] === '{') return start
  if (node.mergesAt !== undefined) return node.mergesAt
  const colon = text.indexOf(':', keyAtStart(node)?.keySpan.end ?? start)
  return colon < 0 ? start : colon
}

// A merged entry stands elsewhere.
function keyAtStart({ entries, span }: YamlMap): YamlEntry | undefined {
  return entries.find(({ keySpan }) => keySpan.start >= span.start && keySpan.start <= span.end)
}

function isAbsent({ start, end }: Span): boolean {
  return start === end
}
