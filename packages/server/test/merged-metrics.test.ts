import { expect, test } from 'vitest'

import { mergedMetrics } from '../src/workers/merged-metrics.ts'

const texts = (value: number): string => `# HELP a Some
# TYPE a counter
a ${value}
# HELP b Others
# TYPE b histogram
b_bucket{kind="x} y",le="1"} ${value}
b_sum{kind="x} y"} ${value}
`

test('samples of one family stand together, each with the number of its worker', () => {
  expect(
    mergedMetrics(
      new Map([
        [2, texts(20)],
        [1, texts(10)],
      ]),
    ),
  ).toBe(`# HELP a Some
# TYPE a counter
a{worker="1"} 10
a{worker="2"} 20

# HELP b Others
# TYPE b histogram
b_bucket{worker="1",kind="x} y",le="1"} 10
b_sum{worker="1",kind="x} y"} 10
b_bucket{worker="2",kind="x} y",le="1"} 20
b_sum{worker="2",kind="x} y"} 20
`)
})

test('a family that only one has is there', () => {
  expect(
    mergedMetrics(
      new Map([
        [1, ''],
        [2, texts(1)],
      ]),
    ),
  ).toContain('a{worker="2"} 1')
})
