import type { Area, Oracle } from './area.ts'

/** A case on which the two sides differ. */
export interface Difference<Case, Answer> {
  readonly each: Case
  readonly ours: Answer
  readonly theirs: Answer
  /** In what way, in a word or two. */
  readonly what: string
  readonly index: number
  /** How many differences this one stands for. */
  readonly likes?: number
}

/** Differences made small, and how many kinds of them there were before the limit. */
export interface Shrunk<Case, Answer> {
  readonly shown: readonly Difference<Case, Answer>[]
  readonly kinds: number
}

const ROUNDS = 20
/** How many smaller cases are asked of the oracle in a round, over all differences. */
const ROUND_SIZE = 500
/** How many of them at most are about one difference: asking costs time, and the next round goes on. */
const MOST_TRIES = 60

/**
 * Makes differing cases as small as they can be while they still differ in the same way. All are
 * shrunk together, because the oracle answers many cases as fast as one. One of each kind is shown.
 */
export async function shrinkDifferences<Case, Answer>(
  area: Area<Case, Answer>,
  ours: (each: Case) => Answer,
  oracle: Oracle<Case, Answer>,
  differences: readonly Difference<Case, Answer>[],
  most: number,
): Promise<Shrunk<Case, Answer>> {
  const kinds = onePerKind(area, differences)
  let current = kinds.slice(0, most)
  let open = new Set(current.keys())
  for (let round = 0; round < ROUNDS && open.size > 0; round += 1) {
    const next = [...current]
    const progressed = new Set<number>()
    const tries = candidates(area, current, open)
    const answers = await oracle.ask(tries.map(({ each }) => each))
    for (const [i, { of, each }] of tries.entries()) {
      // The candidates are sorted, so the first that still differs is the smallest.
      if (progressed.has(of)) continue
      const theirs = answers[i] as Answer
      const mine = ours(each)
      const before = current[of] as Difference<Case, Answer>
      if (area.difference(mine, theirs) !== before.what) continue
      // What is known to differ would hide what is not.
      if (area.known.some(({ applies }) => applies(each, mine, theirs))) continue
      next[of] = { ...before, each, ours: mine, theirs }
      progressed.add(of)
    }
    current = next
    open = progressed
  }
  return { shown: onePerKind(area, current), kinds: kinds.length }
}

interface Candidate<Case> {
  readonly of: number
  readonly each: Case
}

function candidates<Case, Answer>(
  area: Area<Case, Answer>,
  current: readonly Difference<Case, Answer>[],
  open: ReadonlySet<number>,
): readonly Candidate<Case>[] {
  const { triesPerRound = MOST_TRIES } = area
  const share = Math.min(triesPerRound, Math.max(12, Math.floor(ROUND_SIZE / open.size)))
  return [...open].flatMap((of) => {
    const { each } = current[of] as Difference<Case, Answer>
    return sample([...area.smaller(each)], share).map((smaller) => ({ of, each: smaller }))
  })
}

/** Some of the items, from all over the list, in their order. */
function sample<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  // The index is below the length.
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T)
}

/** The first of each kind, with the number of its kind; the most frequent kinds first. */
function onePerKind<Case, Answer>(
  area: Area<Case, Answer>,
  differences: readonly Difference<Case, Answer>[],
): readonly Difference<Case, Answer>[] {
  const kinds = new Map<string, Difference<Case, Answer>>()
  for (const difference of differences) {
    const kind = `${difference.what} ${area.kind(difference.each, difference.ours, difference.theirs)}`
    const known = kinds.get(kind)
    const likes = (known?.likes ?? 0) + (difference.likes ?? 1)
    kinds.set(kind, { ...(known ?? difference), likes })
  }
  return [...kinds.values()].sort((a, b) => (b.likes ?? 0) - (a.likes ?? 0))
}
