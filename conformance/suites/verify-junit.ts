import { junitReport } from '@lockstitch/verify'

import type { CaseFile, Corpus } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'
import { runVerifyCase } from './verify.ts'

/** What running test suites comes to, as JUnit's XML to the letter. */
export const VERIFY_JUNIT: Suite = {
  name: 'verify_junit',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus
      .cases('verify_junit')
      .map((file) => ({ name: file.name, run: () => runCase(file, corpus) })),
}

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  const results = await runVerifyCase(content, corpus.fixture('verify_junit_store'))
  const expected = String(content.wantXml).trimEnd().split('\n')
  const actual = junitReport(results, { verbose: true })
    .replaceAll('\u00a0', ' ')
    .trimEnd()
    .split('\n')
  const line = [...expected, ...actual].findIndex((_, at) => expected[at] !== actual[at])
  if (line < 0) return PASSED
  return failed(
    `line ${line + 1}: expected ${expected[line] ?? 'the end'}, got ${actual[line] ?? 'the end'}`,
  )
}
