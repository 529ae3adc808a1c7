import type { Plain } from '../compare.ts'

/** Lists that come in no order, and by what they are sorted. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  effectiveDerivedRoles: [],
  outputs: ['src', 'action'],
  validationErrors: ['source', 'path', 'message'],
  errors: ['file', 'error'],
}

/** What is of a call rather than of its answer. */
const IGNORED: ReadonlySet<string> = new Set(['cerbosCallId'])

/** An answer in a form in which two are compared: without ids of calls, with sets sorted. */
export function comparable(value: unknown, ignored: ReadonlySet<string> = IGNORED): Plain {
  if (Array.isArray(value)) return value.map((each) => comparable(each, ignored))
  if (typeof value !== 'object' || value === null) return value as Plain // It was JSON.
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Plain][] => {
    if (ignored.has(name)) return []
    const plain = comparable(inner, ignored)
    const keys = SETS[name]
    return [[name, keys && Array.isArray(plain) ? sortedBy(plain, keys) : plain]]
  })
  return Object.fromEntries(entries)
}

function sortedBy(items: readonly Plain[], keys: readonly string[]): readonly Plain[] {
  const keyOf = (item: Plain): string =>
    keys.length === 0
      ? JSON.stringify(item)
      : keys.map((key) => String((item as Readonly<Record<string, Plain>>)[key] ?? '')).join('\n')
  return [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}
