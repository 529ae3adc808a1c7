import type { Span } from '../source.ts'

/** Where the value of a key begins, if a colon follows. */
export function behindColon({ end }: Span, text: string): number | undefined {
  const colon = /^\s*:/.exec(text.slice(end, end + 100))
  return colon ? end + colon[0].length : undefined
}
