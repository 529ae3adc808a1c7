import { describe, expect, test } from 'vitest'

import { findCerbos } from '../cerbos/binary.ts'
import { KNOWN } from './known.ts'
import { PROBES } from './probes.ts'

describe.skipIf('missing' in findCerbos())('the real Cerbos', () => {
  test.each(Object.entries(PROBES))('%s', { timeout: 60_000 }, async (_name, isTrue) => {
    expect(await isTrue()).toBe(true)
  })
})

test('every known difference has a question by which one sees whether it is still there', () => {
  const asked = KNOWN.map(({ isStillTrue }) => isStillTrue)
  expect(asked).toEqual(expect.arrayContaining(Object.values(PROBES)))
  expect(asked).toHaveLength(Object.values(PROBES).length)
})
