import type { ScalarStyle } from '../place.ts'
import type { Span } from '../source.ts'
import { readPlainScalar } from './plain-scalar.ts'
import type { YamlEntry, YamlMap, YamlNode } from './yaml-node.ts'

/** Deeper and longer documents are left to the full parser, which has limits of its own. */
const MAX_DEPTH = 64
const MAX_NODES = 400_000
const MAX_KEY_LENGTH = 1000
/** What ends a line elsewhere, or may not be there at all, be it in a comment. */
const UNUSUAL = /[\0\r\u2028\u2029\uFEFF]/

/**
 * Reads the YAML that policies and tests are mostly written in, and JSON: mappings, lists, flow
 * collections and scalars on one line, without anchors, tags, block scalars and mistakes. Undefined
 * for everything else, which the full parser then reads or refuses. What this one reads, the full
 * one reads as the very same nodes, in ten times the time.
 */
export function readSimpleYaml(text: string): YamlNode | undefined {
  if (UNUSUAL.test(text)) return undefined
  const cursor: Cursor = { text, at: 0, indent: 0, nodes: 0 }
  if (!toContent(cursor, 0)) return undefined
  const isMarked = cursor.indent === 0 && text.startsWith('---\n', cursor.at)
  if (isMarked && !toContent(cursor, cursor.at + '---\n'.length)) return undefined
  if (cursor.indent < 0) return undefined
  const isFlow = text.charCodeAt(cursor.at) === BRACE
  if (!isFlow && isDash(cursor)) return undefined
  const root = isFlow ? flowCollection(cursor, 0, 1) : blockMap(cursor, cursor.indent, 0)
  if (root === undefined || (isFlow && !endLine(cursor))) return undefined
  return cursor.indent < 0 ? root : undefined
}

interface Cursor {
  readonly text: string
  at: number
  /** The column of the next content, counted from 0, between lines; negative at the end. */
  indent: number
  nodes: number
}

const LF = 10
const SPACE = 32
const DOUBLE_QUOTE = 34
const HASH = 35
const SINGLE_QUOTE = 39
const COMMA = 44
const DASH = 45
const DOT = 46
const COLON = 58
const BRACKET = 91
const BACKSLASH = 92
const BRACKET_END = 93
const BRACE = 123
const BRACE_END = 125

/** Goes to the first content at or behind the start of a line. */
function toContent(cursor: Cursor, lineStart: number): boolean {
  const { text } = cursor
  let start = lineStart
  for (;;) {
    let at = skipSpaces(text, start)
    const code = text.charCodeAt(at)
    if (code === HASH) at = lineEnd(text, at)
    if (at >= text.length) {
      cursor.at = at
      cursor.indent = -1
      return true
    }
    if (code !== HASH && code !== LF) {
      cursor.at = at
      cursor.indent = at - start
      return code > SPACE
    }
    start = at + 1
  }
}

/** Goes on to the next line with content, if nothing but a comment is left of this one. */
function endLine(cursor: Cursor): boolean {
  const { text } = cursor
  const at = skipSpaces(text, cursor.at)
  if (at >= text.length) return toContent(cursor, at)
  const code = text.charCodeAt(at)
  if (code === LF) return toContent(cursor, at + 1)
  if (code !== HASH || at === cursor.at) return false
  return toContent(cursor, lineEnd(text, at) + 1)
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === SPACE) at += 1
  return at
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** A space, a line break or the end. */
function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === SPACE || code === LF || at >= text.length
}

function isDash({ text, at }: Cursor): boolean {
  return text.charCodeAt(at) === DASH && isBlankAt(text, at + 1)
}

/** A mapping whose first key is here, at a column; ends before the next line that is not its own. */
function blockMap(cursor: Cursor, column: number, depth: number): YamlMap | undefined {
  if (depth > MAX_DEPTH) return undefined
  const start = cursor.at
  const entries: YamlEntry[] = []
  do {
    const key = readKey(cursor, 'block')
    if (key === undefined || !isBlankAt(cursor.text, cursor.at)) return undefined
    const value = blockValue(cursor, column, depth + 1, key.keySpan)
    if (value === undefined) return undefined
    entries.push(entryOf(key, value))
  } while (cursor.indent === column)
  return cursor.indent > column ? undefined : mapNode(cursor, entries, start)
}

/** What follows the `:` of a key: on its line, below it, or nothing at all. */
function blockValue(
  cursor: Cursor,
  column: number,
  depth: number,
  key: Span,
): YamlNode | undefined {
  const { text } = cursor
  const at = skipSpaces(text, cursor.at)
  const isOnLine = !isBlankAt(text, at) && text.charCodeAt(at) !== HASH
  if (isOnLine) {
    cursor.at = at
    return lineValue(cursor, column, depth)
  }
  if (!endLine(cursor)) return undefined
  const isList = cursor.indent >= column && isDash(cursor)
  if (isList) return blockList(cursor, cursor.indent, depth)
  if (cursor.indent > column) return blockMap(cursor, cursor.indent, depth)
  cursor.nodes += 1
  const span = { start: key.end + 1, end: key.end + 1 }
  return { kind: 'scalar', type: 'Null', value: null, text: '', style: 'plain', span }
}

/** A scalar or flow collection that is followed by nothing else, below a key or `-` at a column. */
function lineValue(cursor: Cursor, column: number, depth: number): YamlNode | undefined {
  const value = isFlowStart(cursor)
    ? flowCollection(cursor, column + 1, depth)
    : readScalar(cursor, 'block')
  if (value === undefined || !endLine(cursor)) return undefined
  // What is indented more would continue a scalar.
  return cursor.indent > column ? undefined : value
}

function blockList(cursor: Cursor, column: number, depth: number): YamlNode | undefined {
  if (depth > MAX_DEPTH) return undefined
  const start = cursor.at
  const items: YamlNode[] = []
  do {
    const dash = cursor.at
    cursor.at = skipSpaces(cursor.text, dash + 1)
    const item = blockItem(cursor, column, column + cursor.at - dash, depth + 1)
    if (item === undefined) return undefined
    items.push(item)
  } while (cursor.indent === column && isDash(cursor))
  if (cursor.indent > column) return undefined
  cursor.nodes += 1
  const end = items.at(-1)?.span.end ?? start
  return { kind: 'list', items, span: { start, end } }
}

/** A scalar, a flow collection, or a mapping that begins on the line of its `-`. */
function blockItem(
  cursor: Cursor,
  dashColumn: number,
  column: number,
  depth: number,
): YamlNode | undefined {
  const start = cursor.at
  if (isBlankAt(cursor.text, start)) return undefined
  if (isFlowStart(cursor)) return lineValue(cursor, dashColumn, depth)
  const scalar = readScalar(cursor, 'block')
  if (scalar === undefined) return undefined
  const isKey = cursor.text.charCodeAt(cursor.at) === COLON
  cursor.at = start
  return isKey ? blockMap(cursor, column, depth) : lineValue(cursor, dashColumn, depth)
}

function isFlowStart({ text, at }: Cursor): boolean {
  const code = text.charCodeAt(at)
  return code === BRACKET || code === BRACE
}

/**
 * A flow collection. Its lines have to be indented, but for a last one with nothing but the bracket
 * that ends the outermost.
 */
function flowCollection(cursor: Cursor, least: number, depth: number): YamlNode | undefined {
  return flow(cursor, { least, isOuter: true, within: 'list' }, depth)
}

interface FlowLines {
  readonly least: number
  readonly isOuter: boolean
  readonly within: 'list' | 'map'
}

/** What a scalar stands in: somewhere in a flow mapping, only in flow lists, or in neither. */
type Surroundings = FlowLines['within'] | 'block'

function flow(cursor: Cursor, lines: FlowLines, depth: number): YamlNode | undefined {
  if (depth > MAX_DEPTH) return undefined
  const { text, at: start } = cursor
  const isMap = text.charCodeAt(start) === BRACE
  const end = isMap ? BRACE_END : BRACKET_END
  const within = isMap ? 'map' : lines.within
  const isSame = !lines.isOuter && within === lines.within
  const inner = isSame ? lines : { least: lines.least, isOuter: false, within }
  const entries: YamlEntry[] = []
  const items: YamlNode[] = []
  cursor.at += 1
  if (!toFlowContent(cursor, lines)) return undefined
  let isDone = text.charCodeAt(cursor.at) === end
  while (!isDone) {
    const key = isMap ? readKey(cursor, within) : undefined
    if (isMap && (key === undefined || !toFlowContent(cursor, inner))) return undefined
    const value = isFlowStart(cursor) ? flow(cursor, inner, depth + 1) : readScalar(cursor, within)
    if (value === undefined || !toFlowContent(cursor, lines)) return undefined
    if (key === undefined) items.push(value)
    else entries.push(entryOf(key, value))
    const code = text.charCodeAt(cursor.at)
    isDone = code === end
    if (isDone) continue
    if (code !== COMMA) return undefined
    cursor.at += 1
    if (!toFlowContent(cursor, inner)) return undefined
  }
  cursor.at += 1
  if (isMap) return mapNode(cursor, entries, start)
  cursor.nodes += 1
  return { kind: 'list', items, span: { start, end: cursor.at } }
}

/** Skips spaces, comments and line breaks, behind which the next content has to be indented. */
function toFlowContent(cursor: Cursor, { least, isOuter }: FlowLines): boolean {
  const { text } = cursor
  let at = skipSpaces(text, cursor.at)
  let code = text.charCodeAt(at)
  if (code !== LF && code !== HASH) {
    cursor.at = at
    return true
  }
  if (code === HASH && at === cursor.at) return false
  const line = cursor.indent
  const isFound = toContent(cursor, lineEnd(text, at) + 1)
  const { indent } = cursor
  cursor.indent = line
  if (!isFound || indent < 0) return false
  if (indent >= least) return true
  at = cursor.at
  code = text.charCodeAt(at)
  const isEnd = code === BRACKET_END || code === BRACE_END
  return isOuter && isEnd && indent === least - 1
}

type Key = Omit<YamlEntry, 'value'>

/** A key and the `:` right behind it. */
function readKey(cursor: Cursor, within: Surroundings): Key | undefined {
  const scalar = scanScalar(cursor, within)
  if (scalar === undefined || cursor.text.charCodeAt(cursor.at) !== COLON) return undefined
  cursor.at += 1
  const { text: key, style, span } = scalar
  if (span.end - span.start > MAX_KEY_LENGTH) return undefined
  if (style !== 'plain') return { key, keyType: 'String', keySpan: span }
  // Merge keys have rules of their own.
  return key === '<<' ? undefined : { key, keyType: readPlainScalar(key).type, keySpan: span }
}

/** Written out: objects of one making are read faster than copies. */
function entryOf({ key, keyType, keySpan }: Key, value: YamlNode): YamlEntry {
  return { key, keyType, keySpan, value }
}

function readScalar(cursor: Cursor, within: Surroundings): YamlNode | undefined {
  const scalar = scanScalar(cursor, within)
  if (scalar === undefined) return undefined
  cursor.nodes += 1
  const { style, span } = scalar
  if (style !== 'plain') {
    return { kind: 'scalar', type: 'String', value: scalar.text, text: scalar.text, style, span }
  }
  const { type, value, text } = readPlainScalar(scalar.text)
  return { kind: 'scalar', type, value, text, style, span }
}

interface ScannedScalar {
  readonly text: string
  readonly style: ScalarStyle
  readonly span: Span
}

/** A scalar on one line; the cursor goes right behind it. */
function scanScalar(cursor: Cursor, within: Surroundings): ScannedScalar | undefined {
  const code = cursor.text.charCodeAt(cursor.at)
  if (code === DOUBLE_QUOTE) return scanDoubleQuoted(cursor)
  if (code === SINGLE_QUOTE) return scanSingleQuoted(cursor)
  return scanPlain(cursor, within)
}

function scanDoubleQuoted(cursor: Cursor): ScannedScalar | undefined {
  const { text, at: start } = cursor
  let hasEscape = false
  let at = start + 1
  for (; text.charCodeAt(at) !== DOUBLE_QUOTE; at += 1) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) {
      hasEscape = true
      at += 1
    } else if (!(code >= SPACE)) return undefined
  }
  const end = at + 1
  if (end > text.length) return undefined
  const value = hasEscape ? unescaped(text.slice(start, end)) : text.slice(start + 1, at)
  if (value === undefined) return undefined
  cursor.at = end
  return { text: value, style: 'double-quoted', span: { start, end } }
}

/** JSON's escapes mean the same in YAML. */
function unescaped(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function scanSingleQuoted(cursor: Cursor): ScannedScalar | undefined {
  const { text, at: start } = cursor
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === SINGLE_QUOTE) {
      if (text.charCodeAt(at + 1) !== SINGLE_QUOTE) break
      at += 1
    } else if (!(code >= SPACE)) return undefined
    at += 1
  }
  const end = at + 1
  cursor.at = end
  const value = text.slice(start + 1, at).replaceAll("''", "'")
  return { text: value, style: 'single-quoted', span: { start, end } }
}

function scanPlain(cursor: Cursor, within: Surroundings): ScannedScalar | undefined {
  const { text, at: start } = cursor
  if (!canBeginPlain(text, start)) return undefined
  const inFlow = within !== 'block'
  let end = start
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === LF) break
    if (code === SPACE) continue
    if (code === HASH && text.charCodeAt(at - 1) === SPACE) break
    if (inFlow && isFlowIndicator(code)) break
    if (code === COLON) {
      const isEnd = isBlankAt(text, at + 1)
      if (isEnd || (inFlow && isFlowIndicator(text.charCodeAt(at + 1)))) break
      // It ends a key for Cerbos.
      if (within === 'map') return undefined
    }
    // Tabs, carriage returns and their like.
    if (code < SPACE) return undefined
    end = at + 1
  }
  cursor.at = end
  return { text: text.slice(start, end), style: 'plain', span: { start, end } }
}

/** The characters that mean something at the start, or are refused there. */
const INDICATORS = new Set([...',[]{}#&*!|>\'"%@`?:-.'].map((character) => character.charCodeAt(0)))

function canBeginPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (!INDICATORS.has(code)) return code > SPACE && code < 0xfe00
  // `-1`, `-.inf` and `.5`, but neither `- x` nor `---` and `...`.
  const isSign = code === DASH && text.charCodeAt(at + 1) === DOT
  const next = text.charCodeAt(isSign ? at + 2 : at + 1)
  return (code === DASH || code === DOT) && next > SPACE && !INDICATORS.has(next)
}

function isFlowIndicator(code: number): boolean {
  return (
    code === COMMA ||
    code === BRACKET ||
    code === BRACKET_END ||
    code === BRACE ||
    code === BRACE_END
  )
}

/** Undefined for keys that are there twice, and where there are too many nodes. */
function mapNode(
  cursor: Cursor,
  entries: readonly YamlEntry[],
  start: number,
): YamlMap | undefined {
  cursor.nodes += 1
  if (cursor.nodes > MAX_NODES || hasDuplicates(entries)) return undefined
  const isFlow = cursor.text.charCodeAt(start) === BRACE
  const end = isFlow ? cursor.at : (entries.at(-1)?.value.span.end ?? start)
  return { kind: 'map', entries, span: { start, end } }
}

function hasDuplicates(entries: readonly YamlEntry[]): boolean {
  if (entries.length > FEW) return new Set(entries.map(({ key }) => key)).size < entries.length
  return entries.some(({ key }, index) => {
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (entries[earlier]?.key === key) return true
    }
    return false
  })
}

/** Below that, comparing all with all is faster than a set. */
const FEW = 16
