import { readFileSync } from 'node:fs'
import { Timestamp } from '@lockstitch/cel'
import { type CheckInput, Engine, EngineError } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import {
  buildRuleTable,
  plan,
  settingsFrom,
  type WireFilter,
  wireFilter,
} from '@lockstitch/engine/table'
import { difference, type Plain } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { openStore } from '../engine/policy-store.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

const STORE = 'qpa/policies'

/** The plans that Cerbos's own adapters for databases are tested with, and what a check says of each row. */
export const QPA: Suite = {
  name: 'qpa',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('qpa').map((file) => ({ name: file.name, run: () => runCase(file, corpus) })),
}

interface AdapterCase {
  readonly action: string
  readonly wantPlan: {
    readonly action: string
    readonly resourceKind: string
    readonly filter: WireFilter
  }
  /** Where the newest Cerbos refuses what the one that was recorded did not. */
  readonly on0550?: { readonly status: number }
  /** The ids of the seeds that are allowed. */
  readonly checkOracle: readonly string[]
}

/** An instant that both plans with windows and checks of rows are made at. */
const NOW = Date.parse('2026-01-01T00:00:00Z')
const DAY = 86_400_000

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  // The format of this suite, which its README describes.
  const { action, wantPlan, on0550, checkOracle } = content as unknown as AdapterCase
  const { principal, resourceKind } = readFixture<Seeds>(corpus, 'qpa/seeds.json')
  const policySet = await openStore(corpus.fixture(STORE))
  const settings = { strictEvaluation: false, lenientScopeSearch: false } as const
  const wrong = wrongPlan()
  if (wrong !== undefined) return failed(wrong)
  const engine = new Engine(policySet, { ...settings, compat: 'cerbos', clock: () => NOW })
  const resources = readFixture<readonly CheckInput['resource'][]>(
    corpus,
    'qpa/check-resources.json',
  )
  const allowed = resources
    .filter((resource) => engine.isAllowed({ principal, resource, action }))
    .map(({ id }) => id)
  const wrongCheck = difference([...checkOracle].sort(), [...allowed].sort())
  return wrongCheck === undefined ? PASSED : failed(`check: ${wrongCheck}`)

  function wrongPlan(): string | undefined {
    const table = buildRuleTable(policySet, 'cerbos', 1)
    const input = { principal, resource: { kind: resourceKind }, actions: [action] }
    const instant = Timestamp.fromMillis(NOW)
    if (on0550 !== undefined) {
      try {
        plan(table, input, settingsFrom(settings), instant, cerbosPlanner)
        return 'expected a refusal, got a plan'
      } catch (error) {
        return error instanceof EngineError ? undefined : `threw ${error}`
      }
    }
    const { filter } = plan(table, input, settingsFrom(settings), instant, cerbosPlanner)
    const got = { action, resourceKind, filter: wireFilter(filter) }
    // As text, because JSON has no negative zero.
    return difference(withWindow(wantPlan as unknown as Plain), JSON.parse(JSON.stringify(got)))
  }
}

interface Seeds {
  readonly principal: CheckInput['principal']
  readonly resourceKind: string
}

/** Plans with a window are recorded without its beginning. */
function withWindow(wanted: Plain): Plain {
  const begin = new Date(NOW - DAY).toISOString().replace('.000Z', 'Z')
  return JSON.parse(JSON.stringify(wanted).replaceAll('__NOW_MINUS_24H__', begin))
}

function readFixture<Content>(corpus: Corpus, path: string): Content {
  // The format of the fixtures, which the README describes.
  return JSON.parse(readFileSync(corpus.fixture(path), 'utf8')) as Content
}
