import { describe, expect, test } from 'vitest'

import { findCerbos } from '../cerbos/binary.ts'
import { KNOWN } from './known.ts'
import { PLAN_PROBES } from './probes.ts'

const cerbos = findCerbos()

describe.skipIf('missing' in cerbos)('the real Cerbos, asked for plans', () => {
  test.each(Object.entries(PLAN_PROBES))('%s', { timeout: 120_000 }, async (_name, isTrue) => {
    expect(await isTrue()).toBe(true)
  })
})

test('every known difference has a question by which one sees whether it is still there', () => {
  expect(KNOWN.filter(({ isStillTrue }) => isStillTrue === undefined)).toEqual([])
})
