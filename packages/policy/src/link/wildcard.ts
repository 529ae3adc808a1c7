import type { LocatedText } from '../place.ts'

/** The names of a list; one that has `*` matches every name, so that nothing else is kept. */
export function collapseWildcard(names: readonly LocatedText[]): string[] {
  const values = names.map(({ value }) => value)
  return values.includes('*') ? ['*'] : values
}
