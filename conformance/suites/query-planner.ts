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
import { callByReflection } from '../server/grpc-call.ts'
import { type ServerSetup, send, withServer } from '../server/started.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { type ConformanceCase, failed, type Outcome, PASSED, type Suite } from '../suite.ts'

const STORE = 'query_planner_policies'

/** The instant that the cases were written for. */
const NOW = Date.parse('2024-01-16T10:18:27.395+13:00')

const GLOBALS = { environment: 'test' }

/** What the token of every request says. */
const CLAIMS = { customInt: 42 }

/**
 * Plans of Cerbos's own tests, in the modes of scope search that they are for: of the planner alone, and of
 * servers over HTTP and gRPC.
 */
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

type Way = (test: PlannerTest, lenientScopeSearch: boolean) => Promise<readonly PlanAnswer[]>

/** A plan, and what came with it that may explain it. */
interface PlanAnswer {
  readonly way: string
  readonly filter: WireFilter
  readonly debug?: string
}

async function runTest(
  principal: PlanInput['principal'],
  test: PlannerTest,
  corpus: Corpus,
  modes: readonly boolean[],
): Promise<Outcome> {
  const ways: readonly Way[] = [
    plannerAlone(principal, corpus),
    ...STORES.map((kept) => overServer(principal, corpus, kept)),
  ]
  for (const lenientScopeSearch of modes) {
    for (const planned of ways) {
      for (const { way, filter, debug = '' } of await planned(test, lenientScopeSearch)) {
        const wrong = difference(stabilised(test.want), stabilised(filter))
        if (wrong !== undefined) return failed(`${way}: ${wrong}\n${debug}`)
      }
    }
  }
  return PASSED
}

const STORES = ['directory', 'database'] as const

function plannerAlone(principal: PlanInput['principal'], corpus: Corpus): Way {
  return async ({ action, actions, resource }, lenientScopeSearch) => {
    const table = buildRuleTable(await openStore(corpus.fixture(STORE)), 'cerbos', 1)
    const settings = settingsFrom({
      strictEvaluation: false,
      lenientScopeSearch,
      globals: GLOBALS,
    })
    const input: PlanInput = {
      principal,
      resource,
      actions: actions ?? [action ?? ''],
      auxData: { jwt: CLAIMS },
    }
    const now = Timestamp.fromMillis(NOW)
    const { filter, filterDebug } = plan(table, input, settings, now, cerbosPlanner)
    return [{ way: 'planner', filter: wireFilter(filter), debug: filterDebug }]
  }
}

function overServer(
  principal: PlanInput['principal'],
  corpus: Corpus,
  kept: (typeof STORES)[number],
): Way {
  return ({ want: _, ...asked }, lenientScopeSearch) => {
    const setup: ServerSetup = {
      store: corpus.fixture(STORE),
      kept,
      engine: { lenientScopeSearch, globals: GLOBALS, clock: () => NOW },
      server: { auxData: { disableVerification: true } },
    }
    const input = { ...asked, principal, auxData: { jwt: { token: TOKEN } } }
    return withServer(setup, async (running) => {
      const overHttp = await send(`http://${running.httpAddress}/api/plan/resources`, {
        method: 'POST',
        body: JSON.stringify(input),
        headers: {},
      })
      const call = { call: 'planResources', input, headers: {} }
      const overGrpc = await callByReflection(running, call)
      return [
        { way: `HTTP, ${kept}`, filter: filterIn(overHttp.body), debug: overHttp.text },
        { way: `gRPC, ${kept}`, filter: filterIn(overGrpc.body), debug: overGrpc.message ?? '' },
      ]
    })
  }
}

/** Its signature is not looked at. */
const TOKEN = [{ alg: 'HS256', typ: 'JWT' }, CLAIMS, 'unsigned']
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')

/** A refusal has no filter, which differs from each that is wanted. */
function filterIn(answer: unknown): WireFilter {
  const { filter } = (answer ?? {}) as { readonly filter?: WireFilter }
  return filter ?? ({ kind: 'none' } as unknown as WireFilter)
}
