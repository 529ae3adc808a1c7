import { expect, test } from 'vitest'

import type { Area, Oracle } from './area.ts'
import { drive } from './driver.ts'

const oracle: Oracle<number, number> = {
  ask: async (cases) => cases,
  close: async () => undefined,
}

const AREA: Area<number, number> = {
  name: 'numbers',
  batchSize: 10,
  generate: (_seed, index) => index,
  openOracle: async () => oracle,
  ours: () => (each) => each,
  difference: (ours, theirs) => (ours === theirs ? undefined : 'number'),
  smaller: () => [],
  show: (each) => String(each),
  kind: () => '',
  features: () => [],
  allFeatures: [],
  isAllow: () => true,
  hasError: () => false,
  known: [],
  plants: [],
}

/** What a run of forty cases comes to, and what it prints. */
async function run(
  parts: Partial<Area<number, number>>,
  signal?: AbortSignal,
): Promise<{ readonly tally: readonly unknown[]; readonly printed: string }> {
  const lines: string[] = []
  const { agree, differ, shortcomings } = await drive(
    { ...AREA, ...parts },
    { cases: 40, seed: 1, first: 0, print: (line) => lines.push(line), ...(signal && { signal }) },
  )
  return { tally: [agree, differ, ...shortcomings], printed: lines.join('\n') }
}

/** An oracle that fails some times before it answers. */
function failing(times: number): Partial<Area<number, number>> {
  let left = times
  const ask = async (cases: readonly number[]): Promise<readonly number[]> => {
    left -= 1
    if (left >= 0) throw new Error('out of order')
    return cases
  }
  return { openOracle: async () => ({ ...oracle, ask }) }
}

test('all cases are compared', async () => {
  expect(await run({})).toMatchObject({ tally: [40, 0] })
})

test('a difference is told when it is found, and shown at the end', async () => {
  const { tally, printed } = await run({ ours: () => (each) => (each === 7 ? 8 : each) })
  expect(tally).toEqual([39, 1])
  expect(printed).toContain('… case 7 differs: number')
  expect(printed).toContain('--area numbers --seed 1 --first 7 --cases 1')
})

/** An oracle that answers seven otherwise, the first times that it is asked. */
function wavering(times: number): Partial<Area<number, number>> {
  let left = times
  const ask = async (cases: readonly number[]): Promise<readonly number[]> =>
    cases.map((each) => {
      if (each !== 7) return each
      left -= 1
      return left >= 0 ? 8 : 7
    })
  return { openOracle: async () => ({ ...oracle, ask }) }
}

test('what the oracle answers by chance is known, and told', async () => {
  const { tally, printed } = await run(wavering(3))
  expect(tally).toEqual([40, 0])
  expect(printed).toContain('known: 1 × Cerbos answers the case in one way or another')
})

test('what the oracle answers each time is a difference', async () => {
  expect(await run(wavering(20))).toMatchObject({ tally: [39, 1] })
})

test('a case on which our side throws counts as one that differs', async () => {
  const ours = () => (each: number) => {
    if (each === 7) throw new Error('no seven')
    return each
  }
  const { tally, printed } = await run({ ours })
  expect(tally).toEqual([39, 1])
  expect(printed).toContain('… case 7 fails here: Error: no seven')
})

test('what goes wrong once is asked again', async () => {
  const { tally, printed } = await run(failing(1))
  expect(tally).toEqual([40, 0])
  expect(printed).toContain('could not be asked: Error: out of order')
})

test('what cannot be asked falls short, and the rest is compared', async () => {
  const ask = async (cases: readonly number[]): Promise<readonly number[]> => {
    if (cases.includes(7)) throw new Error('out of order')
    return cases
  }
  const { tally } = await run({ openOracle: async () => ({ ...oracle, ask }) })
  expect(tally).toEqual([30, 0, '10 cases were not asked'])
})

test('what is left behind does not hide what was found', async () => {
  const close = async (): Promise<void> => {
    throw new Error('the folder is not empty')
  }
  const { tally, printed } = await run({
    openOracle: async () => ({ ...oracle, close }),
    ours: () => () => 7,
  })
  expect(tally).toEqual([1, 39])
  expect(printed).toContain('could not be tidied up: Error: the folder is not empty')
})

test('where differences cannot be made smaller they are shown as they are', async () => {
  const smaller = (): Iterable<number> => {
    throw new Error('not smaller')
  }
  const { tally, printed } = await run({ ours: () => () => 7, smaller })
  expect(tally).toEqual([1, 39])
  expect(printed).toContain('DIFFERS number')
})

test('a run that is ended reports what it has compared', async () => {
  const stop = new AbortController()
  const ask = async (cases: readonly number[]): Promise<readonly number[]> => {
    if (!cases.includes(25)) return cases
    stop.abort()
    return new Promise(() => {})
  }
  const { tally } = await run({ openOracle: async () => ({ ...oracle, ask }) }, stop.signal)
  expect(tally).toEqual([20, 0, '20 cases were not asked'])
})
