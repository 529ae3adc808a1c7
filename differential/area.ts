import { type DriverOptions, type DriverResult, drive } from './driver.ts'
import { type FoundPlants, findPlants, type PlantSearch } from './find-plants.ts'

/** A part of Lockstitch that is compared with the real Cerbos on random cases. */
export interface Area<Case, Answer> {
  readonly name: string
  /** How many cases are asked of Cerbos together. */
  readonly batchSize: number
  /** The case of a seed and an index: the same whenever it is asked for. */
  generate(seed: number, index: number): Case
  /** Starts what answers as Cerbos does. It is the real one. */
  openOracle(): Promise<Oracle<Case, Answer>>
  /** Our answer, with a planted bug where one is named. */
  ours(plant: Plant | undefined): (each: Case) => Answer
  /** How the answers differ, in a word or two; `undefined` where they agree. */
  difference(ours: Answer, theirs: Answer): string | undefined
  /** Cases that are simpler in one way or another, the simplest first. */
  smaller(each: Case): Iterable<Case>
  /** How many smaller cases about one difference are asked in a round; many unless given. */
  readonly triesPerRound?: number
  /** Text in which a case can be read, with an answer of each side. */
  show(each: Case, ours: Answer, theirs: Answer): string
  /** What a difference is about. Of differences that are about the same one is shown. */
  kind(each: Case, ours: Answer, theirs: Answer): string
  /** What a case tries out, and what the oracle and our side made of it; ours may have thrown. */
  features(each: Case, theirs: Answer, ours: Answer | undefined): readonly string[]
  readonly allFeatures: readonly string[]
  isAllow(answer: Answer): boolean
  hasError(answer: Answer): boolean
  readonly known: readonly KnownDifference<Case, Answer>[]
  readonly plants: readonly Plant[]
}

/** What answers cases as Cerbos does. */
export interface Oracle<Case, Answer> {
  ask(cases: readonly Case[]): Promise<readonly Answer[]>
  close(): Promise<void>
}

/** A difference that is meant, or that cannot be helped. */
export interface KnownDifference<Case, Answer> {
  readonly reason: string
  applies(each: Case, ours: Answer, theirs: Answer): boolean
  /** Asks Cerbos whether it still does what the reason says. */
  isStillTrue?(): Promise<boolean>
}

/** A bug that can be put into our side, to see that it is found. */
export interface Plant {
  readonly name: string
  readonly doc: string
}

/** An area as the command sees it, whatever its cases are. */
export interface RunnableArea {
  readonly name: string
  readonly plants: readonly Plant[]
  run(options: DriverOptions): Promise<DriverResult>
  findPlants(search: PlantSearch): Promise<FoundPlants>
}

/** Makes an area runnable. */
export function defineArea<Case, Answer>(area: Area<Case, Answer>): RunnableArea {
  return {
    name: area.name,
    plants: area.plants,
    run: (options) => drive(area, options),
    findPlants: (search) => findPlants(area, search),
  }
}
