import type { PlanFilter } from '@lockstitch/engine'
import {
  debugText,
  filterOf,
  normalise,
  type WireFilter,
  wireFilter,
} from '@lockstitch/engine/table'
import { readOperand } from '../../tools/plan-filter.ts'
import { difference } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Conditions of plans and their normal form, as filter and as text. */
export const QUERY_PLANNER_FILTER: Suite = {
  name: 'query_planner_filter',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus
      .cases('query_planner_filter')
      .map((file) => ({ name: file.name, run: () => runCase(file) })),
}

interface FilterTestCase {
  readonly input: WireFilter
  readonly wantFilter: WireFilter
  readonly wantString: string
}

function runCase({ content }: CaseFile): Outcome {
  // The format of this suite, which its README describes.
  const { input, wantFilter, wantString } = content.testCase as FilterTestCase
  const filter = normalised(input)
  const wrong = difference(
    { filter: { ...wantFilter }, text: wantString },
    { filter: { ...wireFilter(filter) }, text: debugText(filter) },
  )
  return wrong === undefined ? PASSED : failed(wrong)
}

/** Without a condition there is nothing that is not allowed. */
function normalised({ condition }: WireFilter): PlanFilter {
  return condition === undefined ? { kind: 'allowed' } : filterOf(normalise(readOperand(condition)))
}
