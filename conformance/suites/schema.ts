import { type CheckInput, Engine, type ValidationError } from '@lockstitch/engine'
import { compilePolicies, type LinkedPolicySet } from '@lockstitch/policy'

import { difference } from '../compare.ts'
import type { Corpus } from '../corpus.ts'
import { schemaFiles } from '../schema-files.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Attributes and what schemas find wrong with them. */
export const SCHEMA: Suite = {
  name: 'schema',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('schema').map(({ name, content }) => {
      // The format of this suite, which its README describes.
      const testCase = content.testCase as SchemaTestCase
      const exclude = content.exclude as string | undefined
      const excluded = exclude ?? (testCase.checkInput ? undefined : 'there are no query plans yet')
      return {
        name,
        ...(excluded !== undefined && { excluded }),
        run: () => runCase(testCase, corpus),
      }
    }),
}

/** Schemas that load, and others that do not. */
export const SCHEMA_LOAD: Suite = {
  name: 'schema_load',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('schema_load').map(({ name, content }) => ({
      name,
      run: () => runLoadCase(content.url as string, content.wantErr === true, corpus),
    })),
}

interface SchemaTestCase {
  readonly schemaRefs: object
  readonly checkInput?: CheckInput
  readonly wantValidationErrors?: readonly Partial<ValidationError>[]
}

function runCase(testCase: SchemaTestCase, corpus: Corpus): Outcome {
  const { schemaRefs, checkInput, wantValidationErrors = [] } = testCase
  if (checkInput === undefined) return PASSED
  const { kind, policyVersion = 'default' } = checkInput.resource
  const policySet = compileWith(schemaRefs, corpus, kind, policyVersion)
  for (const schemaEnforcement of ['warn', 'reject', 'none'] as const) {
    const engine = new Engine(policySet, { schemaEnforcement, compat: 'cerbos' })
    const { validationErrors, actions } = engine.check(checkInput)
    const wanted = schemaEnforcement === 'none' ? [] : wantValidationErrors
    const differing = difference(sorted(wanted), sorted(validationErrors))
    if (differing !== undefined) return failed(`${schemaEnforcement}:\n${differing}`)
    const rejected = [...actions.values()].every(({ effect }) => effect === 'EFFECT_DENY')
    if (rejected !== (schemaEnforcement === 'reject' && wanted.length > 0)) {
      return failed(`${schemaEnforcement}: ${rejected ? 'denied' : 'not denied'}`)
    }
  }
  return PASSED
}

function runLoadCase(ref: string, wantsError: boolean, corpus: Corpus): Outcome {
  const { policies } = compileWith({ resourceSchema: { ref } }, corpus)
  const [policy] = policies
  const loaded = policy?.kind === 'resource' ? policy.schemas?.resource?.load() : undefined
  if (loaded?.ok === !wantsError) return PASSED
  return failed(loaded?.ok ? 'loads' : `does not load: ${loaded?.problem}`)
}

/** One policy that allows everything and has these schemas. */
function compileWith(
  schemas: object,
  corpus: Corpus,
  resource = 'any',
  version = 'default',
): LinkedPolicySet {
  const rules = [{ actions: ['*'], effect: 'EFFECT_ALLOW', roles: ['*'] }]
  const resourcePolicy = { resource, version, rules, schemas }
  const text = JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', resourcePolicy })
  const files = [...schemaFiles(corpus), { path: 'policy.json', text }]
  const { policySet } = compilePolicies(files, { compat: 'cerbos', invalidSchemas: 'ignore' })
  if (policySet === undefined) throw new Error('the policy of the case does not compile')
  return policySet
}

function sorted(errors: readonly Partial<ValidationError>[]): string[] {
  return errors.map(({ source, path = '', message }) => `${source} ${path} ${message}`).sort()
}
