import type { CelType } from '@lockstitch/cel'

/** A generated expression: text with smaller expressions in it, which shrinking can take out. */
export interface Tree {
  readonly parts: readonly (string | Tree)[]
  /** The type that was meant. A mistake may have been made on purpose. */
  readonly type: CelType
  /** What this node tries out, if it is counted. */
  readonly feature?: string
}

/** A tree without parts. */
export function leaf(text: string, type: CelType, feature?: string): Tree {
  return feature === undefined ? { parts: [text], type } : { parts: [text], type, feature }
}

/** A tree of text and smaller trees: ``node(BOOL, 'has', 'has(', operand, ')')``. */
export function node(type: CelType, feature: string, ...parts: readonly (string | Tree)[]): Tree {
  return { parts, type, feature }
}

/** Items with a text between them. */
export function separated(items: readonly Tree[], by: string): readonly (string | Tree)[] {
  return items.flatMap((item, i) => (i === 0 ? [item] : [by, item]))
}

/** The text of an expression. */
export function render(tree: Tree): string {
  return tree.parts.map((part) => (typeof part === 'string' ? part : render(part))).join('')
}

/** What the nodes of a tree try out, each node counted. */
export function featuresOf(tree: Tree): readonly string[] {
  const own = tree.feature === undefined ? [] : [tree.feature]
  return [...own, ...childrenOf(tree).flatMap(featuresOf)]
}

/** The trees directly within. */
export function childrenOf(tree: Tree): readonly Tree[] {
  return tree.parts.filter((part): part is Tree => typeof part !== 'string')
}
