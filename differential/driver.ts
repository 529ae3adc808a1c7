import type { Area, Oracle } from './area.ts'
import { type Counts, type Coverage, coverageOf, newCounts } from './coverage.ts'
import { differenceText } from './difference-text.ts'
import { type Difference, shrinkDifferences } from './shrink.ts'

/** What a run is told. */
export interface DriverOptions {
  readonly cases: number
  readonly seed: number
  /** The index of the first case, to try one again. */
  readonly first: number
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
/** After how many cases a line says how far the run is. */
const PROGRESS_EVERY = 5000
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
  readonly #start = Date.now()
  #progress = 0

  constructor(area: Area<Case, Answer>, oracle: Oracle<Case, Answer>, options: DriverOptions) {
    this.#area = area
    this.#oracle = oracle
    this.#options = options
    this.#ours = area.ours(undefined)
  }

  /** Asks all cases. */
  async compare(): Promise<void> {
    const { first, cases } = this.#options
    let next = first
    const worker = async (): Promise<void> => {
      while (next < first + cases) {
        const start = next
        next = Math.min(start + this.#area.batchSize, first + cases)
        await this.#compareBatch(start, next)
        this.#printProgress()
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker))
  }

  async #compareBatch(start: number, end: number): Promise<void> {
    const { seed } = this.#options
    const indices = Array.from({ length: end - start }, (_, i) => start + i)
    const cases = indices.map((index) => this.#area.generate(seed, index))
    const answers = await this.#oracle.ask(cases)
    const found: Difference<Case, Answer>[] = []
    for (const [i, each] of cases.entries()) {
      // There is an answer and an index for each case.
      const theirs = answers[i] as Answer
      this.#counts.add(this.#area, each, theirs)
      const ours = this.#ours(each)
      const what = this.#area.difference(ours, theirs)
      if (what !== undefined) found.push({ each, ours, theirs, what, index: indices[i] as number })
    }
    this.#sort(found)
  }

  /** Long runs say how far they are. */
  #printProgress(): void {
    const { cases, print } = this.#options
    const { total } = this.#counts
    if (total >= cases || total < this.#progress + PROGRESS_EVERY) return
    this.#progress = total
    const rate = Math.round((total * 1000) / (Date.now() - this.#start))
    print(`… ${total} of ${cases} cases, ${this.#differences.length} differ, ${rate} a second`)
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
    const { print, seed, cases } = this.#options
    const { shown, kinds } = await shrinkDifferences(
      this.#area,
      this.#ours,
      this.#oracle,
      this.#differences,
      MOST_SHOWN,
    )
    for (const each of shown) print(differenceText(this.#area, seed, each))
    if (kinds > shown.length) print(`… and ${kinds - shown.length} further kinds of differences\n`)
    const coverage = coverageOf(this.#counts, this.#area.allFeatures)
    if (cases > 1) printCoverage(coverage, print)
    for (const [reason, count] of this.#known) print(`known: ${count} × ${reason}`)
    const { total } = this.#counts
    const known = [...this.#known.values()].reduce((sum, count) => sum + count, 0)
    const differ = this.#differences.length
    return {
      agree: total - differ,
      differ,
      known,
      shortcomings: [...shortcomings(coverage, known, total), ...(await this.#outdated(total))],
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
