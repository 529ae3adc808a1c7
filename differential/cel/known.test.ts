import { expect, test } from 'vitest'

import { findCerbos } from '../cerbos/binary.ts'
import { KNOWN } from './known.ts'

test.each(KNOWN)(
  'still so in Cerbos: $reason',
  async ({ isStillTrue }) => {
    if ('missing' in findCerbos()) return
    expect(await isStillTrue?.()).toBe(true)
  },
  60_000,
)
