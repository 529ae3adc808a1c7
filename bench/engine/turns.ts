import { type Timings, timingsOf } from '../measure.ts'

/** One side of a comparison: what it is called with, and how often in each round. */
export interface Side {
  readonly name: string
  readonly calls: number
  /** Given the number of the call. May take time elsewhere. */
  call(index: number): unknown
}

const ROUNDS = 8

/**
 * Times calls one by one, the sides in turn, so that whatever slows the machine down for a while
 * slows all of them. A first round warms up and is not counted.
 */
export async function timeInTurns(sides: readonly Side[]): Promise<ReadonlyMap<string, Timings>> {
  const rounds: Float64Array[][] = sides.map(() => [])
  for (const side of sides) await timeRound(side)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, side] of sides.entries()) rounds[index]?.push(await timeRound(side))
  }
  return new Map(
    sides.map(({ name }, index) => {
      const times = (rounds[index] ?? []).flatMap((round) => [...round])
      return [name, timingsOf(Float64Array.from(times))]
    }),
  )
}

async function timeRound({ calls, call }: Side): Promise<Float64Array> {
  const times = new Float64Array(calls)
  for (let index = 0; index < calls; index += 1) {
    const start = performance.now()
    const answer = call(index)
    if (answer instanceof Promise) await answer
    times[index] = performance.now() - start
  }
  return times
}
