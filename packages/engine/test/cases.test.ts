import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { deferred } from '../src/deferred.ts'
import {
  answerOfCerbos,
  answerOfEngine,
  answerOfModel,
  decisionsOfEngine,
  inputOf,
  settingsOf,
  wanted,
} from './answers.ts'
import { CASES } from './cases.ts'
import { type CerbosServer, findCerbos, startCerbos } from './cerbos-server.ts'
import { linkPolicies } from './policies.ts'

const cerbos = findCerbos()

describe.each(CASES)('$title', (group) => {
  const settings = settingsOf(group)

  describe.each([
    ['the engine', answerOfEngine],
    ['the engine that tells decisions and outputs alone', decisionsOfEngine],
    ['the model', answerOfModel],
  ])('%s', (_who, answerOf) => {
    // Compiled by the first case that runs: what runs outside of tests belongs to none of them.
    const policySet = deferred(() => linkPolicies(group.policies))
    test.each(group.cases)('$shows', (each) => {
      const answer = answerOf(policySet(), inputOf(each), settings)
      expect(answer).toEqual(wanted(each, answer))
    })
  })

  const reason = 'missing' in cerbos ? ` (skipped: ${cerbos.missing})` : ''
  describe.skipIf('missing' in cerbos)(`Cerbos${reason}`, () => {
    let server: CerbosServer
    beforeAll(async () => {
      const { strictEvaluation, lenientScopeSearch, defaultScope, globals, schemaEnforcement } =
        settings
      server = await startCerbos(group.policies, {
        strictEvaluation,
        lenientScopeSearch,
        defaultScope,
        globals,
        schemaEnforcement,
      })
    }, 30_000)
    afterAll(() => server.stop())

    test.each(group.cases)('$shows', async (each) => {
      const answer = await answerOfCerbos(server, inputOf(each))
      expect(answer).toEqual(wanted(each, answer))
    })
  })
})
