import { Engine } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { type WireFilter, wireFilter } from '@lockstitch/engine/table'
import { stabilised } from '../../tools/plan-filter.ts'
import { difference, type Plain } from '../compare.ts'
import type { Corpus } from '../corpus.ts'
import { comparable, type PlainOutput, plainOutput } from '../engine/plain-output.ts'
import { openStore } from '../engine/policy-store.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

const STORE = 'strict_evaluation_policies'

/** What an error in a condition does in each mode: a case for each row of each file. */
export const STRICT_EVALUATION: Suite = {
  name: 'strict_evaluation',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('strict_evaluation').flatMap(({ name, content }) => {
      // The format of this suite, which its README describes.
      const recording = content as unknown as Recording
      return recording.rows.map((row) => ({
        name: `${name}/${row.strictEvaluation ? 'strict' : 'default'}/${row.amount}`,
        run: () => runRow(recording, row, corpus),
      }))
    }),
}

interface Recording {
  readonly principal: { readonly id: string; readonly roles: readonly string[] }
  readonly requestId: string
  readonly resourceId: string
  readonly kind: string
  readonly actions: readonly string[]
  readonly rows: readonly Row[]
}

interface Row {
  readonly strictEvaluation: boolean
  /** What is in the attribute, in a word. */
  readonly amount: string
  readonly attr: Readonly<Record<string, number | string>>
  readonly wantCheckOutput: PlainOutput
  readonly wantPlan: WantedPlan
}

interface WantedPlan {
  readonly filter: WireFilter
  readonly filterDebug: string
  readonly evaluationErrors: readonly Plain[]
}

async function runRow(recording: Recording, row: Row, corpus: Corpus): Promise<Outcome> {
  const { principal, requestId, resourceId: id, kind, actions } = recording
  const { strictEvaluation, attr, wantCheckOutput, wantPlan } = row
  const engine = new Engine(await openStore(corpus.fixture(STORE)), {
    compat: 'cerbos',
    planner: cerbosPlanner,
    strictEvaluation,
    lenientScopeSearch: false,
  })
  const output = engine.check({ requestId, principal, resource: { kind, id, attr }, actions })
  const differing = difference(comparable(wantCheckOutput), comparable(plainOutput(output)))
  const planned = engine.plan({ requestId, principal, resource: { kind, attr }, actions })
  const differingPlan = difference(
    { ...wantPlan, filter: stabilised(wantPlan.filter) },
    {
      filter: stabilised(wireFilter(planned.filter)),
      filterDebug: planned.filterDebug,
      evaluationErrors: planned.evaluationErrors.map((error) => ({ celError: { ...error } })),
    },
  )
  const wrong = differing ?? (differingPlan && `plan: ${differingPlan}`)
  return wrong === undefined ? PASSED : failed(wrong)
}
