import type { Area, Oracle, Plant } from './area.ts'
import { type Counts, type Coverage, coverageOf, newCounts } from './coverage.ts'
import { type Difference, shrinkDifferences } from './shrink.ts'

/** What a run is told. */
export interface DriverOptions {
  readonly cases: number
  readonly seed: number
  /** The index of the first case, to try one again. */
  readonly first: number
  readonly plant?: Plant
  print(line: string): void
}

/** What a run came to. */
export interface DriverResult {
  readonly agree: number
  readonly differ: number
  /** How many cases differed in a known way; they count as agreeing. */
  readonly known: number
  /** What falls short of the standard although nothing differs. */
  readonly shortcomings: readonly string[]
}

/** Batches that are under way at once: while one server starts, another directory is compiled. */
const PARALLEL = 2
/** How many differences are made small and shown. */
const MOST_SHOWN = 25
const MOST_SHOWN_OF_PLANT = 1
const MOST_KNOWN = 0.005

/** Compares our answers with those of the oracle on random cases. */
export async function drive<Case, Answer>(
  area: Area<Case, Answer>,
  options: DriverOptions,
): Promise<DriverResult> {
  const oracle = await area.openOracle()
  try {
    const run = new Run(area, oracle, options)
    await run.compare()
    return await run.report()
  } finally {
    await oracle.close()
  }
}

class Run<Case, Answer> {
  readonly #area: Area<Case, Answer>
  readonly #oracle: Oracle<Case, Answer>
  readonly #options: DriverOptions
  readonly #ours: (each: Case) => Answer
  readonly #counts: Counts = newCounts()
  readonly #differences: Difference<Case, Answer>[] = []
  readonly #known = new Map<string, number>()

  constructor(area: Area<Case, Answer>, oracle: Oracle<Case, Answer>, options: DriverOptions) {
    this.#area = area
    this.#oracle = oracle
    this.#options = options
    this.#ours = area.ours(options.plant)
  }

  /** Asks all cases, or with a planted bug until it is found. */
  async compare(): Promise<void> {
    const { first, cases, plant } = this.#options
    let next = first
    const worker = async (): Promise<void> => {
      while (next < first + cases) {
        if (plant !== undefined && this.#differences.length > 0) return
        const start = next
        next = Math.min(start + this.#area.batchSize, first + cases)
        await this.#compareBatch(start, next)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker))
  }

  async #compareBatch(start: number, end: number): Promise<void> {
    const { seed, plant } = this.#options
    const indices = Array.from({ length: end - start }, (_, i) => start + i)
    const cases = indices.map((index) => this.#area.generate(seed, index))
    const answers = await this.#oracle.ask(cases)
    const honest = plant === undefined ? undefined : this.#area.ours(undefined)
    const found: Difference<Case, Answer>[] = []
    for (const [i, each] of cases.entries()) {
      // There is an answer and an index for each case.
      const theirs = answers[i] as Answer
      this.#counts.add(this.#area, each, theirs)
      const ours = this.#ours(each)
      const what = this.#area.difference(ours, theirs)
      if (what === undefined) continue
      // A bug that is there anyway must not pass for the planted one.
      if (honest && this.#area.difference(honest(each), theirs) !== undefined) continue
      found.push({ each, ours, theirs, what, index: indices[i] as number })
    }
    this.#sort(found)
  }

  /** Sets aside what is known to differ. */
  #sort(found: readonly Difference<Case, Answer>[]): void {
    for (const difference of found) {
      const { each, ours, theirs } = difference
      const known = this.#area.known.find(({ applies }) => applies(each, ours, theirs))
      if (known !== undefined) this.#countKnown(known.reason)
      else this.#differences.push(difference)
    }
  }

  #countKnown(reason: string): void {
    this.#known.set(reason, (this.#known.get(reason) ?? 0) + 1)
  }

  /** Prints the differences, made small, and the coverage. */
  async report(): Promise<DriverResult> {
    const { print, plant, cases } = this.#options
    const most = plant === undefined ? MOST_SHOWN : MOST_SHOWN_OF_PLANT
    const { shown, kinds } = await shrinkDifferences(
      this.#area,
      this.#ours,
      this.#oracle,
      this.#differences,
      most,
    )
    for (const each of shown) print(this.#differenceText(each))
    if (kinds > shown.length) print(`… and ${kinds - shown.length} further kinds of differences\n`)
    const coverage = coverageOf(this.#counts, this.#area.allFeatures)
    if (plant === undefined && cases > 1) printCoverage(coverage, print)
    for (const [reason, count] of this.#known) print(`known: ${count} × ${reason}`)
    const { total } = this.#counts
    const known = [...this.#known.values()].reduce((sum, count) => sum + count, 0)
    const differ = this.#differences.length
    return {
      agree: total - differ,
      differ,
      known,
      shortcomings:
        plant === undefined
          ? [...shortcomings(coverage, known, total), ...(await this.#outdated(total))]
          : [],
    }
  }

  /** Known differences that Cerbos has no more, asked where a run is large enough to tell. */
  async #outdated(total: number): Promise<readonly string[]> {
    if (total < ENOUGH_FOR_A_SHARE) return []
    const outdated: string[] = []
    for (const { reason, isStillTrue } of this.#area.known) {
      if (isStillTrue && !(await isStillTrue())) outdated.push(`no longer true: ${reason}`)
    }
    return outdated
  }

  #differenceText({ each, ours, theirs, what, index, likes }: Difference<Case, Answer>): string {
    const { seed } = this.#options
    const { name } = this.#area
    const others = (likes ?? 1) - 1
    return [
      `DIFFERS ${what}${others > 0 ? ` (and ${others} more like it)` : ''}`,
      ...this.#area
        .show(each, ours, theirs)
        .split('\n')
        .map((line) => `  ${line}`),
      `  from: npm run differential -- --area ${name} --seed ${seed} --first ${index} --cases 1`,
      '',
    ].join('\n')
  }
}

function printCoverage(coverage: Coverage, print: (line: string) => void): void {
  for (const [feature, count] of coverage.features)
    print(`${String(count).padStart(7)}  ${feature}`)
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  print(`${percent(coverage.allow)} ALLOW, ${percent(coverage.error)} with an error`)
}

/** Small runs cannot cover everything. */
const ENOUGH_CASES = 20_000
const FEWEST = 50 / 20_000
/** Of a few cases tried again even one is a large share. */
const ENOUGH_FOR_A_SHARE = 1000

function shortcomings(coverage: Coverage, known: number, total: number): readonly string[] {
  const found: string[] = []
  if (total >= ENOUGH_FOR_A_SHARE && known > total * MOST_KNOWN)
    found.push(`${known} known differences are more than 0.5 % of the cases`)
  if (total < ENOUGH_CASES) return found
  const rare = coverage.features.filter(([, count]) => count < total * FEWEST)
  if (rare.length > 0) found.push(`too rare: ${rare.map(([feature]) => feature).join(', ')}`)
  if (coverage.allow < 0.25 || coverage.allow > 0.75)
    found.push('ALLOW is not between 25 % and 75 %')
  if (coverage.error < 0.2) found.push('fewer than 20 % have an error')
  return found
}
