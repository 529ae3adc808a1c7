/** A value of a policy file before it is written, which mistakes change in place. */
export type Node = TextNode | RawNode | ListNode | MapNode | AliasNode

/** A string, in whatever style it can be written. */
interface TextNode {
  readonly kind: 'text'
  text: string
  anchor?: string
}

/** A plain scalar as it stands in the file: a number, `true`, `~` or something odd. */
export interface RawNode {
  readonly kind: 'raw'
  text: string
  anchor?: string
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: Node[]
  anchor?: string
}

export interface MapNode {
  readonly kind: 'map'
  /** A key may occur more than once. */
  readonly entries: Entry[]
  anchor?: string
}

interface AliasNode {
  readonly kind: 'alias'
  readonly name: string
}

interface Entry {
  key: string
  value: Node
}

/** What a literal becomes: strings text, numbers and booleans raw, and absent values no entry. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | undefined
  | Node
  | readonly Literal[]
  | { readonly [key: string]: Literal }

/** A fresh tree of a literal. */
export function nodeOf(value: Literal): Node {
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (value === null || value === undefined) return { kind: 'raw', text: 'null' }
  if (typeof value !== 'object') return { kind: 'raw', text: String(value) }
  if (isNode(value)) return copyOf(value)
  if (isList(value)) return { kind: 'list', items: value.map(nodeOf) }
  return mapOf(value)
}

/** A mapping of a literal. */
export function mapOf(value: { readonly [key: string]: Literal }): MapNode {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return { kind: 'map', entries: entries.map(([key, each]) => ({ key, value: nodeOf(each) })) }
}

/** A scalar as it stands. */
export function raw(text: string): RawNode {
  return { kind: 'raw', text }
}

/** A deep copy without anchors. */
export function copyOf(node: Node): Node {
  switch (node.kind) {
    case 'text':
    case 'raw':
      return { kind: node.kind, text: node.text }
    case 'alias':
      return { kind: 'alias', name: node.name }
    case 'list':
      return { kind: 'list', items: node.items.map(copyOf) }
    case 'map':
      return {
        kind: 'map',
        entries: node.entries.map(({ key, value }) => ({ key, value: copyOf(value) })),
      }
  }
}

/** The value of a key, if the node is a mapping that has it. */
export function valueAt(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at = node
  for (const key of path) {
    at = at?.kind === 'map' ? at.entries.find((entry) => entry.key === key)?.value : undefined
  }
  return at
}

/** Sets a key, instead of the value that it has if it has one. */
export function setKey(map: MapNode, key: string, value: Literal): void {
  const entry = map.entries.find((each) => each.key === key)
  if (entry === undefined) map.entries.push({ key, value: nodeOf(value) })
  else entry.value = nodeOf(value)
}

/** Takes a key away. */
export function removeKey(map: MapNode, key: string): void {
  const index = map.entries.findIndex((each) => each.key === key)
  if (index >= 0) map.entries.splice(index, 1)
}

/** Something in a tree, with the field that it is in: `rules.condition.match`. */
export interface Visited {
  readonly node: Node
  readonly field: string
  /** Puts something in its place. */
  replace(node: Node): void
}

/** Every node below a root. */
export function descendantsOf(root: Node, field = ''): Visited[] {
  if (root.kind === 'list') {
    return root.items.flatMap((node, index) => [
      {
        node,
        field: `${field}[]`,
        replace: (other: Node) => {
          root.items[index] = other
        },
      },
      ...descendantsOf(node, `${field}[]`),
    ])
  }
  if (root.kind !== 'map') return []
  return root.entries.flatMap((entry) => {
    const inner = field === '' ? entry.key : `${field}.${entry.key}`
    return [
      {
        node: entry.value,
        field: inner,
        replace: (other: Node) => {
          entry.value = other
        },
      },
      ...descendantsOf(entry.value, inner),
    ]
  })
}

/** Every mapping of a tree, the root first. */
export function mapsOf(root: Node): MapNode[] {
  const nodes = [root, ...descendantsOf(root).map(({ node }) => node)]
  return nodes.filter((node) => node.kind === 'map')
}

/** Every list of a tree. */
export function listsOf(root: Node): ListNode[] {
  return descendantsOf(root).flatMap(({ node }) => (node.kind === 'list' ? [node] : []))
}

function isNode(value: object): value is Node {
  return 'kind' in value && typeof value.kind === 'string' && KINDS.has(value.kind)
}

const KINDS: ReadonlySet<string> = new Set(['text', 'raw', 'list', 'map', 'alias'])

function isList(value: object): value is readonly Literal[] {
  return Array.isArray(value)
}
