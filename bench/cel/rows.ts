import { answerOf, type Contender, type Evaluate } from './contenders.ts'
import type { Corpus } from './corpus.ts'

/** One or more conditions that are measured together, and who takes part. */
export interface Row {
  readonly name: string
  readonly sources: readonly string[]
  readonly entrants: readonly Entrant[]
}

/** A contender with the conditions of a row, or why it cannot take part. */
export interface Entrant {
  readonly name: string
  readonly evaluates: readonly Evaluate[]
  readonly prepared: readonly unknown[]
  readonly excuse: string | undefined
}

/** A row that nobody takes part in yet. */
export function rowOf(name: string, sources: readonly string[]): Omit<Row, 'entrants'> {
  return { name, sources }
}

/** Each contender with the conditions compiled and the inputs prepared. */
export function entrantsOf(
  sources: readonly string[],
  contenders: readonly Contender[],
  { inputs }: Corpus,
): readonly Entrant[] {
  return contenders.map((contender) => {
    const compiled = sources.map((source) => contender.compile(source))
    const excuse = compiled.find((each) => typeof each === 'string')
    const evaluates = compiled.filter((each) => typeof each !== 'string')
    const prepared = inputs.map((input) => contender.prepare(input))
    return { name: contender.name, evaluates, prepared, excuse }
  })
}

/** Each answer of each contender against the first contender's, which is ours. */
export function compareAnswers({ name, sources, entrants }: Row): readonly string[] {
  const [ours, ...others] = entrants
  if (ours === undefined || ours.excuse !== undefined) return [`${name}: ${ours?.excuse}`]
  return others
    .filter(({ excuse }) => excuse === undefined)
    .flatMap((other) =>
      sources.flatMap((source, condition) =>
        ours.prepared.flatMap((prepared, input) => {
          const expected = answerOf(at(ours.evaluates, condition), prepared)
          const actual = answerOf(at(other.evaluates, condition), at(other.prepared, input))
          const where = sources.length > 1 ? source : name
          return actual === expected
            ? []
            : [`${where}, input ${input}: cel ${expected}, ${other.name} ${actual}`]
        }),
      ),
    )
}

/** An item that is there: indices come from lists of the same length. */
export function at<T>(items: readonly T[], index: number): T {
  return items[index] as T
}
