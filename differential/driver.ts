import type { Area, Oracle } from './area.ts'
import { type Counts, type Coverage, coverageOf, newCounts } from './coverage.ts'
import { differenceText } from './difference-text.ts'
import { type Difference, type Shrunk, shrinkDifferences } from './shrink.ts'

/** What a run is told. */
export interface DriverOptions {
  readonly cases: number
  readonly seed: number
  /** The index of the first case, to try one again. */
  readonly first: number
  /** Ends the run before its time: what was compared so far is reported. */
  readonly signal?: AbortSignal
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
/** After how many milliseconds a line says how far the run is. */
const PROGRESS_EVERY = 15_000
const MOST_KNOWN = 0.005
/** How often a case that differs is asked again, and how many that differ each time. */
const ASKED_AGAIN = 8
const MOST_ASKED_AGAIN = 50
const BY_CHANCE =
  'Cerbos answers the case in one way or another, by the order in which it goes through its maps: asked again it answered as here'

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
    // What is left behind must not hide what was found, or what went wrong.
    await oracle.close().catch((error: unknown) => {
      options.print(`could not be tidied up: ${textOfError(error)}`)
    })
  }
}

function textOfError(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.slice(0, 2000)
}

class Run<Case, Answer> {
  readonly #area: Area<Case, Answer>
  readonly #oracle: Oracle<Case, Answer>
  readonly #options: DriverOptions
  readonly #ours: (each: Case) => Answer
  readonly #counts: Counts = newCounts()
  readonly #differences: Difference<Case, Answer>[] = []
  readonly #known = new Map<string, number>()
  /** Cases on which our side, or the comparison, threw. */
  #thrown = 0
  /** Cases that differed however often they were asked. */
  #askedAgain = 0
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
      while (next < first + cases && !this.#isStopped()) {
        const start = next
        next = Math.min(start + this.#area.batchSize, first + cases)
        await this.#compareBatch(start, next)
        this.#printProgress()
      }
    }
    const workers = Promise.all(Array.from({ length: PARALLEL }, worker))
    // What is still on its way when the run is ended is not waited for.
    await Promise.race([workers, this.#ended()])
  }

  #ended(): Promise<void> {
    const { signal } = this.#options
    return new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve())
    })
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted === true
  }

  async #compareBatch(start: number, end: number): Promise<void> {
    const { seed } = this.#options
    const indices = Array.from({ length: end - start }, (_, i) => start + i)
    const cases = indices.map((index) => this.#area.generate(seed, index))
    const answers = await this.#ask(cases)
    if (answers === undefined || this.#isStopped()) return
    for (const [i, each] of cases.entries()) {
      // There is an answer and an index for each case.
      const [theirs, index] = [answers[i] as Answer, indices[i] as number]
      let ours: Answer | undefined
      try {
        ours = this.#ours(each)
        await this.#compareCase({ each, theirs, ours, index })
      } catch (error) {
        this.#thrown += 1
        this.#options.print(`… case ${index} fails here: ${textOfError(error)}`)
      }
      this.#counts.add(this.#area, each, theirs, ours)
    }
  }

  /** What goes wrong once is asked again; what goes wrong again is told, and fails the run. */
  async #ask(cases: readonly Case[]): Promise<readonly Answer[] | undefined> {
    for (let attempt = 0; attempt < 2 && !this.#isStopped(); attempt += 1) {
      try {
        return await this.#oracle.ask(cases)
      } catch (error) {
        if (!this.#isStopped()) this.#options.print(`could not be asked: ${textOfError(error)}`)
      }
    }
    return undefined
  }

  async #compareCase(answered: Omit<Difference<Case, Answer>, 'what'>): Promise<void> {
    const { each, ours, theirs, index } = answered
    const what = this.#area.difference(ours, theirs)
    if (what === undefined) return
    const known = this.#area.known.find(({ applies }) => applies(each, ours, theirs))
    if (known !== undefined) this.#countKnown(known.reason)
    else if (await this.#isByChance(each, ours)) this.#countKnown(BY_CHANCE)
    else {
      this.#differences.push({ ...answered, what })
      this.#tell(index, what)
    }
  }

  /** Whether Cerbos, asked again for what differs, answers otherwise than before, and as we do. */
  async #isByChance(each: Case, ours: Answer): Promise<boolean> {
    for (let time = 0; time < ASKED_AGAIN && this.#askedAgain < MOST_ASKED_AGAIN; time += 1) {
      const answers = await this.#ask([each])
      if (answers === undefined) return false
      // There is an answer for each case.
      if (this.#area.difference(ours, answers[0] as Answer) === undefined) return true
    }
    this.#askedAgain += 1
    return false
  }

  /** A run that is ended from outside has told what it found. */
  #tell(index: number, what: string): void {
    const { print, cases } = this.#options
    if (cases > 1 && this.#differences.length <= MOST_SHOWN)
      print(`… case ${index} differs: ${what}`)
  }

  /** Long runs say how far they are. */
  #printProgress(): void {
    const { cases, print } = this.#options
    const { total } = this.#counts
    const elapsed = Date.now() - this.#start
    if (total >= cases || elapsed < this.#progress + PROGRESS_EVERY) return
    this.#progress = elapsed
    const rate = Math.round((total * 1000) / elapsed)
    print(`… ${total} of ${cases} cases, ${this.#differing()} differ, ${rate} a second`)
  }

  #differing(): number {
    return this.#differences.length + this.#thrown
  }

  #countKnown(reason: string): void {
    this.#known.set(reason, (this.#known.get(reason) ?? 0) + 1)
  }

  /** Prints the differences, made small, and the coverage. */
  async report(): Promise<DriverResult> {
    const { print, cases } = this.#options
    await this.#showDifferences()
    const coverage = coverageOf(this.#counts, this.#area.allFeatures)
    if (cases > 1) printCoverage(coverage, print)
    for (const [reason, count] of this.#known) print(`known: ${count} × ${reason}`)
    const { total } = this.#counts
    const known = [...this.#known.values()].reduce((sum, count) => sum + count, 0)
    const differ = this.#differing()
    return {
      agree: total - differ,
      differ,
      known,
      shortcomings: [
        ...(total < cases ? [`${cases - total} cases were not asked`] : []),
        ...shortcomings(coverage, known, total),
        ...(await this.#outdated(total)),
      ],
    }
  }

  async #showDifferences(): Promise<void> {
    // Making them small takes its time, and has to ask.
    if (this.#isStopped()) return
    const { print, seed } = this.#options
    const { shown, kinds } = await this.#shrunk()
    for (const each of shown) print(differenceText(this.#area, seed, each))
    if (kinds > shown.length) print(`… and ${kinds - shown.length} further kinds of differences\n`)
  }

  async #shrunk(): Promise<Shrunk<Case, Answer>> {
    const found = this.#differences
    try {
      return await shrinkDifferences(this.#area, this.#ours, this.#oracle, found, MOST_SHOWN)
    } catch (error) {
      this.#options.print(`could not be made smaller: ${textOfError(error)}`)
      return { shown: found.slice(0, MOST_SHOWN), kinds: found.length }
    }
  }

  /** Known differences that Cerbos has no more, asked where a run is large enough to tell. */
  async #outdated(total: number): Promise<readonly string[]> {
    if (total < ENOUGH_FOR_A_SHARE || this.#isStopped()) return []
    const outdated: string[] = []
    for (const { reason, isStillTrue } of this.#area.known) {
      try {
        if (isStillTrue && !(await isStillTrue())) outdated.push(`no longer true: ${reason}`)
      } catch (error) {
        outdated.push(
          `could not be asked whether it is still true: ${reason}: ${textOfError(error)}`,
        )
      }
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
