import { isMap, type ParsedNode, visit } from 'yaml'

import type { Report } from '../diagnostics.ts'
import { placeAt } from '../place.ts'
import type { SourceText } from '../source.ts'

/**
 * Within a flow mapping Cerbos takes a colon for the end of a key with no space behind it: `{max:5}` is
 * `max` with a value there, where YAML has a key `max:5` without one, and `{actions: [view:public]}` has a
 * mapping in its list. What is read in two ways is refused, and a tag without a space behind it as in `[!{a: 1}]`,
 * which is a mistake for Cerbos.
 */
export function refuseMisreadFlow(root: ParsedNode, source: SourceText, report: Report): void {
  visit(root, {
    Scalar(at, { type, range }, parents) {
      const [start, end] = range ?? [0, 0]
      // Not as in `http://example.com`.
      const colon = source.text.slice(start, end).search(/:(?!\/)/)
      const isInside = parents.some((parent) => isMap(parent) && parent.flow)
      if (type !== 'PLAIN' || colon < 0 || at === 'value' || !isInside) return
      const span = { start: start + colon, end: start + colon + 1 }
      const problem = 'within brackets a colon ends a key; use a space or quotes'
      report('invalid-yaml', placeAt(source, span), { problem })
    },
    Collection(_, { tag, range }) {
      const [start] = range ?? [0]
      if (tag === undefined || !/\S/.test(source.text.charAt(start - 1))) return
      const problem = 'behind a tag there has to be a space'
      report('invalid-yaml', placeAt(source, { start, end: start + 1 }), { problem })
    },
  })
}
