import { type CheckInput, Engine } from '@lockstitch/engine'
import { compilePolicies } from '@lockstitch/policy'

import type { CaseFile } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** The instant that the cases were written for. */
const NOW = Date.parse('2021-04-22T10:05:20.021-05:00')
const ACTION = 'decide'

/** Conditions of policies with a request: whether they are met. */
export const CEL_EVAL: Suite = {
  name: 'cel_eval',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('cel_eval').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

interface CelTestCase {
  readonly condition: object
  readonly request: Pick<CheckInput, 'principal' | 'resource' | 'auxData'>
  readonly want?: boolean
  readonly wantError?: boolean
}

/** The condition becomes that of a policy's only rule, and the engine decides. */
function runCase({ content }: CaseFile): Outcome {
  // The format of this suite, which its README describes.
  const { condition, request, want = false, wantError = false } = content.testCase as CelTestCase
  const { policyVersion = 'default', scope = '', kind } = request.resource
  const policy = {
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: kind,
      version: policyVersion,
      rules: [
        {
          actions: [ACTION],
          effect: 'EFFECT_ALLOW',
          roles: ['*'],
          condition: { match: condition },
        },
      ],
    },
  }
  const files = [{ path: 'policy.json', text: JSON.stringify(policy) }]
  const { policySet, diagnostics } = compilePolicies(files)
  if (policySet === undefined) {
    const messages = diagnostics.map(({ message }) => message).join('; ')
    return wantError ? PASSED : failed(`the condition does not compile: ${messages}`)
  }
  const engine = new Engine(policySet, {
    clock: () => NOW,
    strictEvaluation: false,
    lenientScopeSearch: true,
  })
  const { actions, evaluationErrors } = engine.check({ ...request, actions: [ACTION] })
  const allowed = actions.get(ACTION)?.effect === 'EFFECT_ALLOW'
  const errors = evaluationErrors.map(
    ({ expression, message }) => `\n\`${expression}\`: ${message}`,
  )
  if (wantError) return errors.length > 0 ? PASSED : failed('expected an error, there was none')
  if (allowed === want) return PASSED
  return failed(
    `expected ${want}, got ${allowed}${errors.join('')}${scope ? `\n(scope ${scope})` : ''}`,
  )
}
