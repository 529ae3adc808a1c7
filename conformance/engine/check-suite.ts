import { type CheckInput, Engine, type EngineOptions } from '@lockstitch/engine'

import { difference } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'
import { comparable, type PlainOutput, plainOutput } from './plain-output.ts'
import { openStore } from './policy-store.ts'

/** One of the ways in which the cases of a suite are run. */
export interface CheckConfig {
  readonly name: string
  /** A folder of the fixtures. */
  readonly store: string
  readonly options: EngineOptions
}

/** The configuration that the cases of Cerbos's engine are written for. */
export const STORE = 'store'
export const OPTIONS: EngineOptions = {
  compat: 'cerbos',
  strictEvaluation: false,
  globals: { environment: 'test' },
  defaultPolicyVersion: 'default',
}

/** A suite of `EngineTestCase`s: inputs and what is decided. A case passes in every configuration. */
export function checkSuite(name: string, configs: readonly CheckConfig[]): Suite {
  return {
    name,
    needsCorpus: true,
    skips: NO_SKIPS,
    cases: (corpus) =>
      corpus
        .cases(name)
        .map((file) => ({ name: file.name, run: () => runCase(file, corpus, configs) })),
  }
}

interface EngineTestCase {
  readonly inputs: readonly CheckInput[]
  readonly wantOutputs: readonly PlainOutput[]
}

async function runCase(
  { content }: CaseFile,
  corpus: Corpus,
  configs: readonly CheckConfig[],
): Promise<Outcome> {
  // The format of these suites, which their README describes.
  const { inputs, wantOutputs } = content.testCase as EngineTestCase
  const wrong: string[] = []
  for (const { name, store, options } of configs) {
    const engine = new Engine(await openStore(corpus.fixture(store)), options)
    const outputs = inputs.map((input) => comparable(plainOutput(engine.check(input))))
    const differing = difference(wantOutputs.map(comparable), outputs)
    if (differing !== undefined) wrong.push(`${name}:\n${differing}`)
  }
  return wrong.length === 0 ? PASSED : failed(wrong.join('\n'))
}
