import {
  type CheckInput,
  type DecisionRecord,
  Engine,
  type EngineOptions,
} from '@lockstitch/engine'

import { difference, type Plain } from '../compare.ts'
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
  /** One, of all inputs as one call. */
  readonly wantDecisionLogs?: readonly WantedRecord[]
}

/** An entry of the decision log; when and by which call it was written is any. */
interface WantedRecord extends Omit<DecisionRecord, 'generation' | 'auditTrail'> {
  readonly auditTrail?: DecisionRecord['auditTrail']
}

async function runCase(
  { content }: CaseFile,
  corpus: Corpus,
  configs: readonly CheckConfig[],
): Promise<Outcome> {
  // The format of these suites, which their README describes.
  const { inputs, wantOutputs, wantDecisionLogs } = content.testCase as EngineTestCase
  const wrong: string[] = []
  for (const { name, store, options } of configs) {
    const engine = new Engine(await openStore(corpus.fixture(store)), options)
    const outputs = inputs.map((input) => comparable(plainOutput(engine.check(input))))
    const differing = difference(wantOutputs.map(comparable), outputs)
    if (differing !== undefined) wrong.push(`${name}:\n${differing}`)
    const records = await recordsOf(inputs, corpus, { store, options })
    const logged = wantDecisionLogs && difference(wantDecisionLogs.map(plainRecord), records)
    if (logged !== undefined) wrong.push(`${name}, decision log:\n${logged}`)
  }
  return wrong.length === 0 ? PASSED : failed(wrong.join('\n'))
}

async function recordsOf(
  inputs: readonly CheckInput[],
  corpus: Corpus,
  { store, options }: Omit<CheckConfig, 'name'>,
): Promise<readonly Plain[]> {
  const records: DecisionRecord[] = []
  const engine = new Engine(await openStore(corpus.fixture(store)), {
    ...options,
    policySource: { disk: {} },
    onDecision: (record) => records.push(record),
  })
  engine.checkMany(inputs)
  return records.map(plainRecord)
}

/** A record in one form. Roles come in no order, and an empty message is one that is not there. */
function plainRecord({ checkResources, auditTrail, policySource }: WantedRecord): Plain {
  const inputs = checkResources.inputs.map(({ principal, ...input }) => ({
    ...input,
    principal: { ...principal, roles: [...principal.roles].sort() },
  }))
  // All of it is JSON, which the types of records do not say.
  const outputs = checkResources.outputs as readonly object[] as readonly PlainOutput[]
  const { effectivePolicies = {} } = auditTrail ?? {}
  return JSON.parse(
    JSON.stringify({ inputs, outputs: outputs.map(comparable), effectivePolicies, policySource }),
  )
}
