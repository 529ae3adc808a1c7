import type { Random } from '../random.ts'
import type { MapNode, Node } from './node.ts'

/** How a file is written. */
export interface Style {
  readonly json: boolean
  /** Spaces of one level. */
  readonly step: number
  /** Whether lists in mappings are indented. */
  readonly indentsLists: boolean
  /** How often a collection is written in brackets. */
  readonly flow: number
  /** How often a key is written in snake_case. */
  readonly snake: number
  /** How often a line has a comment above it. */
  readonly comments: number
  /** How often a string is quoted that need not be. */
  readonly quotes: number
  readonly lineBreak: '\n' | '\r\n'
  /** What stands before the document: nothing, `---`, a comment. */
  readonly head: string
  readonly tail: string
}

const HEADS: readonly string[] = [
  '---\n',
  '# a policy\n',
  '# yaml-language-server: $schema=https://api.cerbos.dev/v0.55.0/cerbos/policy/v1/Policy.schema.json\n---\n',
  '\n\n',
  '--- # begins\n',
]
/** What Cerbos does not read; seldom. */
const ODD_HEADS: readonly string[] = ['%YAML 1.2\n---\n', '\uFEFF']
const TAILS: readonly string[] = ['\n', '...\n', '# the end', '\n---\n# nothing\n', '# the end\n\n']

/** A way of writing; most files are written as people write them. */
export function randomStyle(random: Random, json: boolean): Style {
  const odd = (probability: number, value: number): number =>
    random.chance(probability) ? value : 0
  return {
    json,
    step: random.pick([2, 2, 4, 3]),
    indentsLists: random.chance(0.6),
    flow: random.pick([0, 0.1, 0.4, 1]) * (random.chance(0.7) ? 0.5 : 1),
    snake: odd(0.15, 0.6),
    comments: odd(0.2, 0.25),
    quotes: random.pick([0, 0, 0.3, 0.9]),
    lineBreak: random.chance(0.04) ? '\r\n' : '\n',
    head: random.chance(0.15) ? random.pick(random.chance(0.04) ? ODD_HEADS : HEADS) : '',
    tail: random.chance(0.15) ? random.pick(TAILS) : '',
  }
}

/** The text of a file. */
export function render(root: MapNode, style: Style, random: Random): string {
  if (style.json) return `${jsonOf(root, style, '')}\n`
  const body = root.entries.length === 0 ? '{}\n' : blockMap(root, 0, style, random)
  const text = style.head + body + style.tail
  return style.lineBreak === '\n' ? text : text.replaceAll('\n', style.lineBreak)
}

function jsonOf(node: Node, style: Style, indent: string): string {
  const inner = indent + ' '.repeat(style.step)
  const wrapped = (open: string, parts: readonly string[], close: string): string =>
    parts.length === 0
      ? open + close
      : `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`
  switch (node.kind) {
    case 'text':
      return JSON.stringify(node.text)
    case 'raw':
      return node.text === '' || node.text === '~' ? 'null' : node.text
    case 'alias':
      return `*${node.name}`
    case 'list':
      return wrapped(
        '[',
        node.items.map((item) => jsonOf(item, style, inner)),
        ']',
      )
    case 'map':
      return wrapped(
        '{',
        node.entries.map(
          ({ key, value }) => `${JSON.stringify(key)}: ${jsonOf(value, style, inner)}`,
        ),
        '}',
      )
  }
}

function blockMap({ entries }: MapNode, level: number, style: Style, random: Random): string {
  const indent = ' '.repeat(level)
  return entries
    .map(({ key, value }) => {
      const comment = random.chance(style.comments) ? `${indent}# ${key}\n` : ''
      return `${comment}${indent}${keyText(key, style, random)}:${below(value, level, style, random)}`
    })
    .join('')
}

/** What follows `key:`, with the line break. */
function below(node: Node, level: number, style: Style, random: Random): string {
  const anchor = anchorOf(node)
  const isEmpty =
    (node.kind === 'map' && node.entries.length === 0) ||
    (node.kind === 'list' && node.items.length === 0)
  if (isEmpty || random.chance(style.flow))
    return `${anchor}${spaced(inline(node, style, random))}\n`
  if (node.kind === 'map') return `${anchor}\n${blockMap(node, level + style.step, style, random)}`
  if (node.kind === 'list') {
    const inner = style.indentsLists ? level + style.step : level
    return `${anchor}\n${blockList(node.items, inner, style, random)}`
  }
  if (node.kind === 'text' && node.text.includes(' ') && random.chance(0.15))
    return anchor + blockText(node.text, level + style.step, random)
  return `${anchor}${spaced(inline(node, style, random))}\n`
}

function blockList(items: readonly Node[], level: number, style: Style, random: Random): string {
  const indent = ' '.repeat(level)
  return items
    .map((item) => {
      const isBlock = item.kind === 'map' && item.entries.length > 0 && item.anchor === undefined
      if (isBlock && !random.chance(style.flow)) {
        const text = blockMap(item, level + 2, { ...style, comments: 0 }, random)
        return `${indent}- ${text.slice(level + 2)}`
      }
      if (item.kind === 'map' && item.anchor !== undefined && item.entries.length > 0) {
        const text = blockMap(item, level + 2, { ...style, comments: 0 }, random)
        return `${indent}- &${item.anchor}\n${text}`
      }
      return `${indent}-${anchorOf(item)}${spaced(inline(item, style, random))}\n`
    })
    .join('')
}

function blockText(text: string, level: number, random: Random): string {
  const indent = ' '.repeat(level)
  const header = random.pick(['|', '|-', '>-', '>', '|+'])
  const folded = header.startsWith('>') ? text.replace(/ (?=&&|\|\|)/g, `\n${indent}`) : text
  return ` ${header}\n${indent}${folded}\n`
}

function inline(node: Node, style: Style, random: Random): string {
  switch (node.kind) {
    case 'text':
      return scalarText(node.text, style, random)
    case 'raw':
      return node.text
    case 'alias':
      return `*${node.name} `.trimEnd()
    case 'list':
      return `[${node.items.map((item) => inlinePart(item, style, random)).join(', ')}]`
    case 'map': {
      const parts = node.entries.map(
        ({ key, value }) => `${keyText(key, style, random)}: ${inlinePart(value, style, random)}`,
      )
      return `{${parts.join(', ')}}`
    }
  }
}

function inlinePart(node: Node, style: Style, random: Random): string {
  const anchor = anchorOf(node).trimStart()
  const text = inline(node, style, random)
  // `*a` would take the bracket behind it for a part of the name.
  return `${anchor === '' ? '' : `${anchor} `}${text}${node.kind === 'alias' ? ' ' : ''}`
}

function scalarText(text: string, style: Style, random: Random): string {
  const isPlain = /^[A-Za-z_](?: ?[\w.@/=<>()!+*"'-])*$/.test(text) && !isWord(text)
  if (isPlain && !random.chance(style.quotes)) return text
  const canBeSingle = !/[\n\t]/.test(text)
  if (canBeSingle && random.chance(0.5)) return `'${text.replaceAll("'", "''")}'`
  return JSON.stringify(text)
}

function isWord(text: string): boolean {
  return /^(true|false|null|~|yes|no|\.inf|\.nan)$/i.test(text)
}

function keyText(key: string, style: Style, random: Random): string {
  const isPlain = /^[\w$<][\w$<.-]*$/.test(key) && !isWord(key)
  if (!isPlain) return JSON.stringify(key)
  const name =
    /[A-Z]/.test(key) && random.chance(style.snake)
      ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      : key
  return key !== '<<' && random.chance(style.quotes * 0.2) ? `"${name}"` : name
}

function anchorOf(node: Node): string {
  return node.kind === 'alias' || node.anchor === undefined ? '' : ` &${node.anchor}`
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`
}
