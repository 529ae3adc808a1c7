import type { Area, Oracle, Plant } from './area.ts'
import { differenceText } from './difference-text.ts'
import type { Difference } from './shrink.ts'

/** What a search for planted bugs is told. */
export interface PlantSearch {
  readonly plants: readonly Plant[]
  /** In how many cases each has to be found. */
  readonly cases: number
  readonly seed: number
  /** The index of the first case. */
  readonly first: number
  print(line: string): void
}

/** What a search for planted bugs came to. */
export interface FoundPlants {
  readonly found: number
  readonly missed: number
  /** How many cases were asked until the last of them was found. */
  readonly asked: number
}

/**
 * Puts bugs into our side, each by itself, and asks cases until each has shown itself. All see the
 * same answers of the oracle, because asking it is what takes time; for the same reason nothing is
 * made smaller. A bug that is sought alone is shown.
 */
export async function findPlants<Case, Answer>(
  area: Area<Case, Answer>,
  search: PlantSearch,
): Promise<FoundPlants> {
  const { plants, cases, seed, first, print } = search
  const end = first + cases
  let asked = 0
  let sought = plants.map((plant) => ({ plant, ours: area.ours(plant) }))
  const oracle = await area.openOracle()
  try {
    for (let start = first; start < end && sought.length > 0; start += area.batchSize) {
      const range = { seed, start, end: Math.min(start + area.batchSize, end) }
      const batch = await askBatch(area, oracle, range)
      sought = sought.filter(({ plant, ours }) => {
        const difference = firstDifference(area, ours, batch)
        if (difference === undefined) return true
        const count = difference.index - first + 1
        asked = Math.max(asked, count)
        if (plants.length === 1) print(differenceText(area, seed, difference))
        print(`planted ${plant.name}: found in ${count} cases`)
        return false
      })
    }
  } finally {
    await oracle.close()
  }
  for (const { plant } of sought) print(`planted ${plant.name}: not found in ${cases} cases`)
  const missed = sought.length
  return { found: plants.length - missed, missed, asked: missed > 0 ? cases : asked }
}

/** A case with the answer of the oracle. */
interface Asked<Case, Answer> {
  readonly each: Case
  readonly index: number
  readonly theirs: Answer
}

interface Range {
  readonly seed: number
  readonly start: number
  readonly end: number
}

/** Asks some cases. Those on which we differ anyway are left out: they must not pass for a bug. */
async function askBatch<Case, Answer>(
  area: Area<Case, Answer>,
  oracle: Oracle<Case, Answer>,
  { seed, start, end }: Range,
): Promise<readonly Asked<Case, Answer>[]> {
  const honest = area.ours(undefined)
  const cases = Array.from({ length: end - start }, (_, i) => area.generate(seed, start + i))
  const answers = await oracle.ask(cases)
  return cases
    .map((each, i) => ({ each, index: start + i, theirs: answers[i] as Answer }))
    .filter(({ each, theirs }) => area.difference(honest(each), theirs) === undefined)
}

function firstDifference<Case, Answer>(
  area: Area<Case, Answer>,
  planted: (each: Case) => Answer,
  batch: readonly Asked<Case, Answer>[],
): Difference<Case, Answer> | undefined {
  for (const asked of batch) {
    const { each, theirs } = asked
    const ours = planted(each)
    const what = area.difference(ours, theirs)
    if (what === undefined || area.known.some(({ applies }) => applies(each, ours, theirs)))
      continue
    return { ...asked, ours, what }
  }
  return undefined
}
