import { expect, test } from 'vitest'

import { nearName } from './near-name.ts'

test.each([
  ['ownr', ['owner', 'reader'], 'owner'],
  ['onwer', ['owner', 'reader'], 'owner'],
  ['OWNER', ['owner'], 'owner'],
  ['effct', ['effect', 'actions'], 'effect'],
  ['x', ['y', 'zz'], 'y'],
  ['frobnicate', ['owner', 'reader'], undefined],
  ['', ['a'], 'a'],
  ['owner', [], undefined],
])('%s among %j most likely means %s', (name, candidates, expected) => {
  expect(nearName(name, candidates)).toBe(expected)
})
