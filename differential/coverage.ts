import type { Area } from './area.ts'

/** What the cases of a run covered, while it is under way. */
export interface Counts {
  readonly total: number
  readonly allow: number
  readonly error: number
  readonly features: ReadonlyMap<string, number>
  add<Case, Answer>(
    area: Area<Case, Answer>,
    each: Case,
    theirs: Answer,
    ours: Answer | undefined,
  ): void
}

/** What the cases of a run covered: how often each feature occurred, and shares of the cases. */
export interface Coverage {
  readonly features: readonly (readonly [feature: string, count: number])[]
  readonly allow: number
  readonly error: number
}

export function newCounts(): Counts {
  const features = new Map<string, number>()
  const counts = {
    total: 0,
    allow: 0,
    error: 0,
    features,
    add<Case, Answer>(
      area: Area<Case, Answer>,
      each: Case,
      theirs: Answer,
      ours: Answer | undefined,
    ): void {
      counts.total += 1
      if (area.isAllow(theirs)) counts.allow += 1
      if (area.hasError(theirs)) counts.error += 1
      // A feature counts once a case, however often an expression repeats it.
      for (const feature of new Set(area.features(each, theirs, ours))) {
        features.set(feature, (features.get(feature) ?? 0) + 1)
      }
    },
  }
  return counts
}

export function coverageOf(counts: Counts, allFeatures: readonly string[]): Coverage {
  const { total, allow, error, features } = counts
  const share = (count: number): number => (total === 0 ? 0 : count / total)
  return {
    features: allFeatures.map((feature) => [feature, features.get(feature) ?? 0] as const),
    allow: share(allow),
    error: share(error),
  }
}
