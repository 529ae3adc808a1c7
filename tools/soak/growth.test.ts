import { expect, test } from 'vitest'

import { growthOf } from './growth.ts'

const samples = (megabytes: (seconds: number) => number) =>
  Array.from({ length: 601 }, (_, seconds) => ({ seconds, megabytes: megabytes(seconds) }))

test.each<[string, (seconds: number) => number, boolean]>([
  ['stays as it is', () => 100, false],
  ['grows at first', (seconds) => 200 - 100 * Math.exp(-seconds / 60), false],
  ['goes up and down', (seconds) => 100 + (seconds % 37), false],
  ['grows by and by', (seconds) => 100 + seconds / 5, true],
  [
    'grows by and by while it goes up and down',
    (seconds) => 100 + seconds / 5 + (seconds % 37),
    true,
  ],
  ['doubles at the end', (seconds) => (seconds > 460 ? 200 : 100), true],
])('memory that %s', (_, megabytes, grows) => {
  expect(growthOf(samples(megabytes)).grows).toBe(grows)
})
