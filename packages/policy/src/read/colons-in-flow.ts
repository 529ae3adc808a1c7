import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  Pair,
  type ParsedNode,
  Scalar,
  visit,
  YAMLMap,
} from 'yaml'
import type { Report } from '../diagnostics.ts'
import { placeAt } from '../place.ts'
import type { SourceText } from '../source.ts'

/**
 * Within a flow mapping Cerbos takes a colon for the end of a key with no space behind it: `{max:5}` is
 * `max` with a value there, where YAML has a key `max:5` without one, and `{actions: [view:public]}` has a
 * mapping in its list. Rewrites the tree to what Cerbos sees, and tells of what cannot be rewritten.
 */
export function splitAtColons(root: ParsedNode, source: SourceText, report: Report): void {
  const { text } = source
  visit(root, {
    Map(_, map) {
      if (!isFlow(map)) return
      map.items = map.items.map((pair) => split(pair.key, pair.value) ?? pair)
    },
    Seq(_, list, parents) {
      if (!isFlow(list)) return
      const inMap = parents.some((parent) => isMap(parent) && isFlow(parent))
      list.items = list.items.map((item) => {
        const [start] = rangeOf(item)
        const pair = inMap && split(item, null)
        if (!pair) return item
        const map = new YAMLMap()
        map.items.push(pair)
        map.range = [start, rangeOf(item)[1], start]
        return map
      })
    },
  })

  function refuse(offset: number): void {
    const problem = 'within brackets a colon ends a key; use quotes'
    report('invalid-yaml', placeAt(source, { start: offset, end: offset + 1 }), { problem })
  }

  /** The entry of `{max:5}`, and of `{max:5: a}`, where the second colon is a part of the text. */
  function split(key: unknown, value: unknown): Pair | undefined {
    const [start, keyEnd] = rangeOf(key)
    // Not as in `http://example.com`.
    const colon = text.slice(start, keyEnd).search(/:(?!\/)/)
    if (!isScalar(key) || key.type !== Scalar.PLAIN || colon < 0) return undefined
    const end = isLeftOut(value) ? keyEnd : rangeOf(value)[1]
    const middle = start + colon
    if (colon > 0 && PLAIN.test(text.slice(middle + 1, end))) {
      return new Pair(scalarAt(start, middle), scalarAt(middle + 1, end))
    }
    refuse(middle)
    return undefined
  }

  function scalarAt(start: number, end: number): Scalar {
    const scalar = new Scalar(text.slice(start, end))
    scalar.type = Scalar.PLAIN
    scalar.range = [start, end, end]
    return scalar
  }
}

/** On one line, and neither a quotation nor labelled. */
const PLAIN = /^(?![-?](?:\s|$))[^\s&*!|>%@`#"'][^\n,[\]{}#]*$/

function isLeftOut(value: unknown): boolean {
  return !isNode(value) || (isScalar(value) && value.source === '')
}

function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : [0, 0]
}
