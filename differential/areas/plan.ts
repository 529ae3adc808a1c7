import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { CASES_OF_SET } from '../check/generate.ts'
import { shownCase } from '../check/show.ts'
import { answerDifference, hasError, isAllow, type PlanAnswer } from '../plan/answer.ts'
import { openPlanOracle } from '../plan/cerbos-oracle.ts'
import { ALL_FEATURES, featuresOf } from '../plan/features.ts'
import { generateCase } from '../plan/generate.ts'
import { KNOWN } from '../plan/known.ts'
import { planBy } from '../plan/ours.ts'
import { type PlanCase, planInput, rowsOf } from '../plan/plan-case.ts'
import { PLANTS } from '../plan/plants.ts'
import { smallerCases } from '../plan/smaller.ts'

/** Query plans: filters, scopes and errors; and that a plan of our own keeps what a check allows. */
const AREA: Area<PlanCase, PlanAnswer> = {
  name: 'plan',
  batchSize: CASES_OF_SET,
  generate: generateCase,
  openOracle: openPlanOracle,
  ours: (plant) => planBy(PLANTS.find(({ name }) => name === plant?.name)),
  difference: answerDifference,
  smaller: smallerCases,
  show: showCase,
  kind: differenceKind,
  triesPerRound: 16,
  features: featuresOf,
  allFeatures: ALL_FEATURES,
  isAllow,
  hasError,
  known: KNOWN,
  plants: PLANTS,
}

export const PLAN_AREA: RunnableArea = defineArea(AREA)

/** By what differs, and by the operators of the two. */
function differenceKind(_each: PlanCase, ours: PlanAnswer, theirs: PlanAnswer): string {
  const what = answerDifference(ours, theirs) ?? ''
  return `${what} ${outline(ours)} / ${outline(theirs)}`
}

function outline(answer: PlanAnswer): string {
  if (answer.kind === 'refused') return answer.reason.slice(0, 60)
  return answer.filter.replaceAll(/"(?:value|variable)":[^}]*|[^a-zA-Z-_]/g, '').slice(0, 160)
}

function showCase(each: PlanCase, ours: PlanAnswer, theirs: PlanAnswer): string {
  return [
    ...shownCase(each),
    `asked: ${JSON.stringify(planInput(each))}`,
    `rows: ${JSON.stringify(rowsOf(each).map(({ id, attr }) => ({ id, attr })))}`,
    `Cerbos: ${JSON.stringify(theirs)}`,
    `here:   ${JSON.stringify(ours)}`,
  ].join('\n')
}
