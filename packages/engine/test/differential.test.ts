import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { settingsFrom } from '../src/settings.ts'
import { answerFromCerbos, answerOfEngine } from './answers.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import { findCerbos, startCerbos } from './cerbos-server.ts'
import { linkPolicies } from './policies.ts'

const cerbos = findCerbos()
const SEED = 20_260
const REQUESTS = 60

/** One server a row, asked many questions about one random policy set. */
const ROWS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => ({
  index,
  strictEvaluation: index % 2 === 1,
  lenientScopeSearch: index % 3 === 1,
  defaultScope: index % 4 === 2 ? 'a' : '',
}))

const reason = 'missing' in cerbos ? ` (skipped: ${cerbos.missing})` : ''

describe.skipIf('missing' in cerbos)(`random policies, as Cerbos decides them${reason}`, () => {
  test.each(ROWS)(
    'set $index, strict $strictEvaluation',
    async ({ index, ...given }) => {
      const [files = {}] = fc.sample(policyFiles, { seed: SEED + index, numRuns: 1 })
      const inputs = fc.sample(checkInput, { seed: SEED + index, numRuns: REQUESTS })
      const policySet = linkPolicies(files)
      const settings = settingsFrom(given)
      const server = await startCerbos(files, given)
      try {
        for (const input of inputs) {
          const { principal, resource, actions } = input
          const { results } = await server.checkResources({
            includeMeta: true,
            principal,
            resources: [{ resource, actions }],
          })
          const theirs = results.map(answerFromCerbos)
          expect([input, answerOfEngine(policySet, input, settings)]).toEqual([input, theirs[0]])
        }
      } finally {
        await server.stop()
      }
    },
    60_000,
  )
})
