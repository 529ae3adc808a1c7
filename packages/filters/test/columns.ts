import type { Document } from './documents.ts'

/** What stands in the columns of a document's row, in their order; `groups` is JSON unless given otherwise. */
export function columnsOf(
  row: Document,
  momentOf: (millis: number) => string,
  groups: unknown = json(row.groups),
): unknown[] {
  const { id, title, owner, team, n, level, count, flag, at, meta, tags } = row
  const time = at === null ? null : momentOf(at)
  // The JSON `null` is a value, unlike NULL.
  const ofMeta = meta === undefined ? null : JSON.stringify(meta)
  return [id, title, owner, team, n, level, count, flag, time, ofMeta, json(tags), groups]
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
