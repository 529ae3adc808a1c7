import { inspectPolicies } from '@lockstitch/policy'

import { difference, type Plain } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { comparable, plainResult } from '../policy/plain-inspection.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** What policies define and read. The suite's answers on compiled bundles are not about policy files. */
export const INSPECT: Suite = {
  name: 'inspect',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('inspect').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

interface InspectTestCase {
  readonly inputs: readonly { readonly metadata?: { readonly storeIdentifier?: string } }[]
  readonly policiesExpectation?: { readonly policies?: Readonly<Record<string, Plain>> }
}

function runCase({ content }: CaseFile): Outcome {
  // The format of this suite, which its README describes.
  const { inputs, policiesExpectation } = content.testCase as InspectTestCase
  const files = inputs.map((input, index) => ({
    path: input.metadata?.storeIdentifier ?? `${index}.yaml`,
    text: JSON.stringify(input),
  }))
  const { policies, diagnostics } = inspectPolicies(files)
  if (diagnostics.length > 0) return failed(diagnostics.map(({ message }) => message).join('\n'))
  const results = [...policies].map(([key, policy]) => [key, plainResult(policy)] as const)
  const wanted = Object.entries(policiesExpectation?.policies ?? {})
  const differing = difference(
    Object.fromEntries(wanted.map(([key, result]) => [key, comparable(result)])),
    Object.fromEntries(results.map(([key, result]) => [key, comparable(result)])),
  )
  return differing === undefined ? PASSED : failed(differing)
}
