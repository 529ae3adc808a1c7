/** Why cases of a suite are not expected to pass, by the names of the cases. */
export type SkipList = ReadonlyMap<string, string>

/** Some cases that are skipped for one reason. */
export interface SkippedGroup {
  readonly reason: string
  /** What all the names begin with. */
  readonly prefix?: string
  /** The rest of the names, separated by commas. */
  readonly names: string
}

export const NO_SKIPS: SkipList = new Map()

/** Makes a skip list. A name that stands in two groups is a mistake. */
export function skipList(groups: readonly SkippedGroup[]): SkipList {
  const skips = new Map<string, string>()
  for (const { reason, prefix = '', names } of groups) {
    for (const name of names.split(',')) {
      if (name.trim() === '') continue
      const full = prefix + name.trim()
      if (skips.has(full)) throw new TypeError(`${full} is skipped twice`)
      skips.set(full, reason)
    }
  }
  return skips
}
