import { Timestamp } from '@lockstitch/cel'
import type { PlanInput } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import {
  buildRuleTable,
  plan,
  settingsFrom,
  type WireFilter,
  wireFilter,
} from '@lockstitch/engine/table'
import { stabilised } from '../../tools/plan-filter.ts'
import { difference } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { openStore } from '../engine/policy-store.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { type ConformanceCase, failed, type Outcome, PASSED, type Suite } from '../suite.ts'

const STORE = 'query_planner_policies'

/** The instant that the cases were written for. */
const NOW = Timestamp.fromMillis(Date.parse('2024-01-16T10:18:27.395+13:00'))

/** Plans of Cerbos's own tests, in the modes of scope search that they are for. */
export const QUERY_PLANNER: readonly Suite[] = [
  plannerSuite('query_planner/common', [true, false]),
  plannerSuite('query_planner/strict_scope_search', [false]),
  plannerSuite('query_planner/lenient_scope_search', [true]),
]

function plannerSuite(name: string, modes: readonly boolean[]): Suite {
  return {
    name,
    needsCorpus: true,
    skips: NO_SKIPS,
    cases: (corpus) => corpus.cases(name).flatMap((file) => casesOf(file, corpus, modes)),
  }
}

interface PlannerTestSuite {
  readonly principal: PlanInput['principal']
  readonly tests: readonly PlannerTest[]
}

interface PlannerTest {
  readonly action?: string
  readonly actions?: readonly string[]
  readonly resource: PlanInput['resource']
  readonly want: WireFilter
}

function casesOf(
  { name, content }: CaseFile,
  corpus: Corpus,
  modes: readonly boolean[],
): readonly ConformanceCase[] {
  // The format of these suites, which their README describes.
  const { principal, tests } = content.testCase as PlannerTestSuite
  return tests.map((test, index) => ({
    name: `${name}#${index} ${test.action ?? test.actions?.join(',')}`,
    run: () => runTest(principal, test, corpus, modes),
  }))
}

async function runTest(
  principal: PlanInput['principal'],
  { action, actions, resource, want }: PlannerTest,
  corpus: Corpus,
  modes: readonly boolean[],
): Promise<Outcome> {
  const table = buildRuleTable(await openStore(corpus.fixture(STORE)), 'cerbos', 1)
  for (const lenientScopeSearch of modes) {
    const settings = settingsFrom({
      strictEvaluation: false,
      lenientScopeSearch,
      globals: { environment: 'test' },
    })
    const input: PlanInput = {
      principal,
      resource,
      actions: actions ?? [action ?? ''],
      auxData: { jwt: { customInt: 42 } },
    }
    const { filter, filterDebug } = plan(table, input, settings, NOW, cerbosPlanner)
    const wrong = difference(stabilised(want), stabilised(wireFilter(filter)))
    if (wrong !== undefined) return failed(`${wrong}\n${filterDebug}`)
  }
  return PASSED
}
