import { createHash } from 'node:crypto'

/** Remembers the values that were used last, up to a number of them. */
export interface BoundedCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  deleteWhere(matches: (value: V) => boolean): void
  readonly size: number
}

/** A cache of at most `limit` values that forgets the least recently used. */
export function boundedCache<V>(limit: number): BoundedCache<V> {
  // A Map keeps the order of insertion: its first key is the one that was not used for longest.
  const values = new Map<string, V>()
  return {
    get(key) {
      const value = values.get(key)
      if (value === undefined) return undefined
      values.delete(key)
      values.set(key, value)
      return value
    },
    set(key, value) {
      values.delete(key)
      values.set(key, value)
      const oldest = values.keys().next().value
      if (values.size > limit && oldest !== undefined) values.delete(oldest)
    },
    deleteWhere(matches) {
      for (const [key, value] of values) if (matches(value)) values.delete(key)
    },
    get size() {
      return values.size
    },
  }
}

/** The key of a secret: a SHA-256 of the whole of it, so that no cache holds what signs someone in. */
export function secretKey(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
