import { jsonReport, type RunOptions, runTests, type TestResults } from '@lockstitch/verify'

import { difference, type Plain } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { openStore } from '../engine/policy-store.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** What running test suites comes to. */
export const VERIFY: Suite = {
  name: 'verify',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('verify').map((file) => ({ name: file.name, run: () => runCase(file, corpus) })),
}

interface VerifyConfig {
  readonly excludedResourcePolicyFqns?: readonly string[]
  readonly excludedPrincipalPolicyFqns?: readonly string[]
  readonly includedTestNamesRegexp?: string
}

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  const results = await runVerifyCase(content, corpus.fixture('store'))
  const found = difference(content.want as Plain, comparable(results))
  return found === undefined ? PASSED : failed(found)
}

/** Runs the suites of a case by the policies of a store. */
export async function runVerifyCase(
  content: CaseFile['content'],
  store: string,
): Promise<TestResults> {
  // The format of these suites, which their README describes.
  const { config = {} } = content.testCase as { readonly config?: VerifyConfig }
  const files = Object.entries(content.files as Readonly<Record<string, string>>)
  const { excludedResourcePolicyFqns = [], excludedPrincipalPolicyFqns = [] } = config
  const options: RunOptions = {
    schemaEnforcement: 'none',
    excludedPolicies: new Set([...excludedResourcePolicyFqns, ...excludedPrincipalPolicyFqns]),
    run: config.includedTestNamesRegexp,
  }
  const sources = files.map(([path, text]) => ({ path, text }))
  return runTests(await openStore(store), sources, options)
}

/** Cerbos writes some spaces of its messages as no-break spaces, at random. */
function comparable(results: TestResults): Plain {
  return JSON.parse(jsonReport(results).replaceAll('\u00a0', ' '))
}
