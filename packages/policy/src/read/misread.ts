import { isMap, type ParsedNode, visit } from 'yaml'

import { type Reading, reportInvalid } from './report-invalid.ts'

/**
 * Refuses what Cerbos reads in another way than YAML has it. Within a flow mapping it takes a colon for the end
 * of a key with no space behind it: `{max:5}` is `max` with a value there, where YAML has a key `max:5` without
 * one, and `{actions: [view:public]}` has a mapping in its list. A tag with nothing behind it belongs to what
 * follows, be it the next field, and one without a space behind it as in `[!{a: 1}]` is a mistake.
 */
export function refuseMisread(root: ParsedNode, reading: Reading): void {
  const { text: file } = reading.source
  const refuse = (start: number, problem: string): void =>
    reportInvalid(reading, { start }, problem)
  visit(root, {
    Scalar(at, { type, range, tag }, parents) {
      const [start, end] = range ?? [0, 0]
      const text = file.slice(start, end)
      if (tag !== undefined && text === '' && !NOTHING.test(file.slice(end))) {
        refuse(start, 'behind a tag there has to be a value')
      }
      // Not as in `http://example.com`.
      const colon = text.search(/:(?!\/)/)
      const isInside = parents.some((parent) => isMap(parent) && parent.flow)
      if (type !== 'PLAIN' || colon < 0 || at === 'value' || !isInside) return
      refuse(start + colon, 'within brackets a colon ends a key')
    },
    Collection(_, { tag, range }) {
      const [start] = range ?? [0]
      if (tag === undefined || !/\S/.test(file.charAt(start - 1))) return
      refuse(start, 'behind a tag there has to be a space')
    },
  })
}

/** No more than comments up to the end. */
const NOTHING = /^(?:\s|#.*\r?\n)*(?:#.*)?$/
