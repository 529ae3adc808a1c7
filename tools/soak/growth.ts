/** How much memory there was at a time. */
export interface MemorySample {
  readonly seconds: number
  readonly megabytes: number
}

/** What of more memory is chance: collections of garbage come when they come. */
const TOLERANCE = 1.1

/**
 * Whether memory grows: the second half is compared with itself. At first there is much to grow that
 * does not go on, so the lows of the third quarter stand against the lows of the last one.
 */
export function growthOf(samples: readonly MemorySample[]): {
  readonly earlier: number
  readonly later: number
  readonly grows: boolean
} {
  const end = samples.at(-1)?.seconds ?? 0
  const between = (from: number, to: number): number =>
    lowOf(samples.filter(({ seconds }) => seconds >= end * from && seconds <= end * to))
  const [earlier, later] = [between(0.5, 0.75), between(0.75, 1)]
  return { earlier, later, grows: later > earlier * TOLERANCE }
}

/** Most of the time there is more than this; the very least may be chance. */
function lowOf(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ megabytes }) => megabytes).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 4)] ?? 0
}
