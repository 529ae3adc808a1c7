import fc from 'fast-check'

import type { OrderBy } from '../src/index.ts'
import { attributesOf, type Document } from './documents.ts'

const ATTRIBUTES = ['id', 'title', 'owner', 'team', 'n', 'level', 'count', 'flag', 'at'] as const

/** Random orders, some of them by several attributes. */
export const order: fc.Arbitrary<readonly OrderBy[]> = fc.uniqueArray(
  fc.record({
    attribute: fc.constantFrom(...ATTRIBUTES),
    direction: fc.constantFrom('asc', 'desc'),
  }),
  { maxLength: 3, selector: ({ attribute }) => attribute },
)

/** The rows in an order, told without a database. */
export function inOrder(
  rows: readonly Document[],
  orderBy: readonly OrderBy[],
): readonly Document[] {
  const last = { attribute: 'id', direction: orderBy.at(-1)?.direction ?? 'asc' } as const
  return [...rows].sort((a, b) => {
    for (const { attribute, direction = 'asc' } of [...orderBy, last]) {
      const [left, right] = [valueIn(a, attribute), valueIn(b, attribute)]
      if (left === null || right === null) {
        if (left !== right) return left === null ? 1 : -1
        continue
      }
      const before = compared(left, right)
      if (before !== 0) return direction === 'asc' ? before : -before
    }
    return 0
  })
}

function valueIn(row: Document, attribute: string): unknown {
  return attribute === 'id' ? row.id : (attributesOf(row)[attribute] ?? null)
}

function compared(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') {
    // UTF-8 is in the order of code points.
    return Buffer.compare(Buffer.from(left), Buffer.from(right))
  }
  return Number(left) - Number(right)
}
