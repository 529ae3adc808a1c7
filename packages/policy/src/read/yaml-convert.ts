import { Alias, isCollection, isNode, Pair, type ParsedNode, Scalar, YAMLMap } from 'yaml'

import { relatedPlace } from '../diagnostics.ts'
import { citeAnchor, type Place, placeAt, type ScalarStyle } from '../place.ts'
import type { Span } from '../source.ts'
import { behindColon } from './behind-colon.ts'
import { readPlainScalar } from './plain-scalar.ts'
import { quotationProblem } from './quotations.ts'
import { type Path, pathText } from './read-place.ts'
import { type Reading, reportInvalid } from './report-invalid.ts'
import { nodeTypeName, type YamlEntry, type YamlNode } from './yaml-node.ts'

/** Readers walk aliases as if they were written out, so what they would walk is bounded. */
const MAX_EXPANDED_NODES = 500_000
const MAX_DEPTH = 100
const ROOT: Path = { within: undefined, key: '$' }

interface Conversion extends Reading {
  readonly anchors: Map<string, Converted | 'unfinished'>
  /** Set once what was converted cannot be read on. */
  failed: boolean
}

/** A node with the number of nodes that it is when all aliases are written out. */
interface Converted {
  readonly node: YamlNode
  readonly size: number
  /** Of what has an anchor. */
  readonly definedAt?: Path
}

/** Turns the parser's tree into plain nodes: aliases shared, merge keys merged, keys unique. */
export function convertNode(root: ParsedNode, reading: Reading): YamlNode | undefined {
  const conversion: Conversion = { ...reading, anchors: new Map(), failed: false }
  const { node } = convert(root, conversion, ROOT, 0)
  return conversion.failed ? undefined : node
}

function convert(parsed: ParsedNode, conversion: Conversion, path: Path, depth: number): Converted {
  const span = spanOf(parsed, conversion)
  if (parsed instanceof Alias) {
    // Cerbos takes any text for the name.
    const name = parsed.source.replace(/^(["'])(.*)\1$/, '$2')
    return convertAlias(name, span, conversion, path)
  }
  if (depth > MAX_DEPTH) {
    conversion.report('yaml-too-complex', placeIn(conversion, span), {
      problem: 'it is nested too deeply',
    })
    return failed(span, conversion)
  }
  const { anchor } = parsed
  // As in `!V.draft && V.mine`: a tag, an anchor, and all that is left is `V.mine`.
  if (anchor?.startsWith('&')) {
    const at = conversion.source.text.lastIndexOf('&&', span.start)
    reportInvalid(conversion, { start: at, end: at + 2 }, 'unexpected `&&`')
  }
  if (anchor !== undefined) conversion.anchors.set(anchor, 'unfinished')
  const converted = convertContent(parsed, span, conversion, path, depth)
  if (anchor !== undefined) conversion.anchors.set(anchor, { ...converted, definedAt: path })
  if ((anchor ?? parsed.tag) === undefined) return converted
  const labelAt = span.start - labelsBefore(span.start, conversion.source.text).length
  return { ...converted, node: { ...converted.node, labelAt } }
}

function convertAlias(name: string, span: Span, conversion: Conversion, path: Path): Converted {
  const target = conversion.anchors.get(name)
  if (target !== undefined && target !== 'unfinished') {
    const { node, definedAt } = target
    return { ...target, node: { ...node, labelAt: span.start, definedAt } }
  }
  const code = target === undefined ? 'unknown-anchor' : 'cyclic-alias'
  conversion.report(code, placeAt(conversion.source, span, pathText(path)), { name })
  return target === undefined ? { ...absent(span.start), size: 0 } : failed(span, conversion)
}

function convertContent(
  parsed: Exclude<ParsedNode, Alias>,
  span: Span,
  conversion: Conversion,
  path: Path,
  depth: number,
): Converted {
  if (parsed instanceof Scalar) return convertScalar(parsed, span, conversion)
  if (parsed instanceof YAMLMap) return convertMap(parsed.items, span, conversion, path, depth)
  const items = parsed.items.map((item, index) =>
    convert(item, conversion, { within: path, key: index }, depth + 1),
  )
  const node: YamlNode = { kind: 'list', items: items.map((item) => item.node), span }
  return bounded(node, items, conversion)
}

function convertMap(
  pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
  span: Span,
  conversion: Conversion,
  path: Path,
  depth: number,
): Converted {
  const own = new Map<string, YamlEntry>()
  const merged: YamlEntry[] = []
  const parts: Converted[] = []
  let mergeKey: Span | undefined
  for (const { key, value } of pairs) {
    const keyText = keyOf(key)
    const keySpan = isParsedNode(key) ? spanOf(key, conversion) : span
    if (keyText === undefined) {
      reportInvalid(conversion, keySpan, 'a key must be a plain name')
      continue
    }
    if (isAfterTab(key, keySpan, conversion)) {
      reportInvalid(conversion, keySpan, 'a tab may not come before a key')
    }
    checkQuotation(keySpan, conversion)
    // `{key}` without a colon is an entry of which Cerbos tells the path of the mapping.
    const valueStart = behindColon(keySpan, conversion.source.text)
    const isBare = isLeftOut(value) && valueStart === undefined
    const part = isLeftOut(value)
      ? absent(valueStart ?? keySpan.start + 1)
      : convert(value, conversion, { within: path, key: keyText }, depth + 1)
    parts.push(part)
    const isMerge = keyText === '<<' && isPlain(key)
    const earlier = isMerge ? mergeKey : own.get(keyText)?.keySpan
    if (earlier !== undefined) reportDuplicate(keyText, keySpan, earlier, conversion)
    else if (!isMerge) {
      own.set(keyText, {
        key: keyText,
        keyType: isPlain(key) ? readPlainScalar(keyText).type : 'String',
        keySpan,
        ...(isBare && { at: path }),
        value: part.node,
      })
    } else {
      mergeKey = keySpan
      merged.push(
        ...mergedEntries(part, value instanceof Alias, { within: path, key: '<<' }, conversion),
      )
    }
  }
  // https://yaml.org/type/merge.html: own keys win.
  for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry)
  const entries = [...own.values()]
  // A block mapping that begins with what it merges stands at the colon there.
  const mergesAt =
    mergeKey?.start === span.start && conversion.source.text.indexOf(':', mergeKey.end)
  return bounded({ kind: 'map', entries, span, ...(mergesAt && { mergesAt }) }, parts, conversion)
}

/** What stands before a value: `&name`, `!tag` or both. */
function labelsBefore(start: number, text: string): string {
  return /(?:[&!]\S*\s+)*[&!]\S*\s*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? ''
}

/** Cerbos merges no lists of mappings. */
function mergedEntries(
  { node, size, definedAt }: Converted,
  alias: boolean,
  path: Path,
  conversion: Conversion,
): readonly YamlEntry[] {
  if (node.kind === 'map') {
    return node.entries.map((entry) => ({
      at: { within: definedAt ?? path, key: entry.key },
      ...entry,
      isMerged: true,
    }))
  }
  const place = placeAt(conversion.source, node.span, pathText(path))
  // What an unknown anchor stands for has no size, and has been reported.
  if (size > 0) conversion.report('invalid-merge', place, { got: nodeTypeName(node), alias })
  return []
}

function reportDuplicate(key: string, span: Span, earlier: Span, conversion: Conversion): void {
  const earlierPlace = placeIn(conversion, earlier)
  conversion.report(
    'duplicate-key',
    placeIn(conversion, span),
    { name: key, earlierAt: citeAnchor(earlierPlace) },
    { related: [relatedPlace('first set here', earlierPlace)] },
  )
}

/** A tag that YAML does not have makes what follows it a string in Cerbos; `!!str` does nothing. */
const TEXT_TAG = /(?:^|\s)!(?!!(?:bool|float|int|null|str|binary|timestamp)\s)\S*\s+$/

/** A quoted scalar is a string, and a plain one what it looks like. */
function convertScalar(scalar: Scalar.Parsed, span: Span, conversion: Conversion): Converted {
  // `!!binary` is no string to the parser.
  const value = typeof scalar.value === 'string' ? scalar.value : scalar.source
  const style = STYLES[scalar.type ?? 'PLAIN']
  checkQuotation(span, conversion)
  const text = style === 'block' ? withoutAddedBreak(value, span, conversion) : value
  const isText = scalar.tag && TEXT_TAG.test(labelsBefore(span.start, conversion.source.text))
  const content =
    style === 'plain' && !isText
      ? readPlainScalar(withoutTabs(text))
      : { type: 'String' as const, value: text, text }
  const node: YamlNode = { kind: 'scalar', ...content, style, span }
  return { node, size: 1 }
}

function checkQuotation({ start, end }: Span, conversion: Conversion): void {
  const { text } = conversion.source
  const problem = quotationProblem(text.slice(start, end), text.slice(end))
  if (problem !== undefined) reportInvalid(conversion, { start }, problem)
}

/** A block at the end of a file that has no last line break has none either; the parser adds one. */
function withoutAddedBreak(text: string, { end }: Span, { source }: Conversion): string {
  if (end < source.text.length || source.text.endsWith('\n')) return text
  return text.replace(/\n$/, '')
}

const STYLES: Readonly<Record<Scalar.Type, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single-quoted',
  QUOTE_DOUBLE: 'double-quoted',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
}

/** Cerbos reads over tabs in plain texts: `ad<tab>min` is `admin`. */
function withoutTabs(text: string): string {
  return text.replaceAll('\t', '')
}

function keyOf(key: unknown): string | undefined {
  if (!(key instanceof Scalar) || typeof key.value !== 'string') return undefined
  if (!isPlain(key)) return key.value
  return key.value === '' ? undefined : withoutTabs(key.value)
}

function isPlain(node: unknown): node is Scalar {
  return node instanceof Scalar && node.type === Scalar.PLAIN
}

/** As in `{<tab>key: 1}`, which Cerbos refuses; at the start of a line it is indentation there. */
function isAfterTab(key: unknown, { start }: Span, { source }: Conversion): boolean {
  if (!isPlain(key)) return false
  const before = source.text.slice(Math.max(0, start - 100), start)
  return /\S *\t[ \t]*$/.test(before)
}

function isLeftOut(value: ParsedNode | null): value is null {
  if (value === null) return true
  const isEmpty = isPlain(value) && value.source === ''
  return isEmpty && (value.anchor ?? value.tag) === undefined
}

/** A value that is left out, as after `key:`, stands right behind that; in `{key}` in the key. */
function absent(offset: number): Converted {
  const span = { start: offset, end: offset }
  return {
    node: { kind: 'scalar', type: 'Null', value: null, text: '', style: 'plain', span },
    size: 1,
  }
}

function bounded(node: YamlNode, parts: readonly Converted[], conversion: Conversion): Converted {
  const size = parts.reduce((sum, part) => sum + part.size, 1)
  if (size <= MAX_EXPANDED_NODES) return { node, size }
  const place = placeIn(conversion, node.span)
  if (!conversion.failed) {
    conversion.report('yaml-too-complex', place, {
      problem: 'its aliases stand for too many values',
    })
  }
  return failed(node.span, conversion)
}

function failed(span: Span, conversion: Conversion): Converted {
  conversion.failed = true
  return absent(span.start)
}

function isParsedNode(node: unknown): node is ParsedNode {
  return isNode(node)
}

function spanOf(parsed: ParsedNode, conversion: Conversion): Span {
  return { start: parsed.range[0], end: endOf(parsed, conversion) }
}

/**
 * Where a value ends as it is written: a block collection with its last value, where the parser lets
 * it end behind the comments and empty lines that follow.
 */
function endOf(parsed: ParsedNode, conversion: Conversion): number {
  const isBlock = isCollection(parsed) && !parsed.flow
  const last: unknown = isBlock ? parsed.items.at(-1) : undefined
  if (isParsedNode(last)) return endOf(last, conversion)
  if (!(last instanceof Pair) || !isParsedNode(last.key)) return parsed.range[1]
  return isParsedNode(last.value) && !isLeftOut(last.value)
    ? endOf(last.value, conversion)
    : endOfKey(spanOf(last.key, conversion), conversion.source.text)
}

function endOfKey(key: Span, text: string): number {
  return behindColon(key, text) ?? key.end
}

function placeIn({ source }: Conversion, span: Span): Place {
  return placeAt(source, span)
}
