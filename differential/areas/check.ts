import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { answerDifference, type CheckAnswer, hasError, isAllow } from '../check/answer.ts'
import { openCerbosOracle } from '../check/cerbos-oracle.ts'
import { ALL_FEATURES, featuresOf } from '../check/features.ts'
import { CASES_OF_SET, generateCase } from '../check/generate.ts'
import { KNOWN } from '../check/known.ts'
import { decideBy } from '../check/ours.ts'
import { PLANTS } from '../check/plants.ts'
import type { CheckCase } from '../check/policy-set.ts'
import { shownCase } from '../check/show.ts'
import { smallerCases } from '../check/smaller.ts'

/** Decisions: effects, what matched, derived roles, outputs and errors. */
const AREA: Area<CheckCase, CheckAnswer> = {
  name: 'check',
  batchSize: CASES_OF_SET,
  generate: generateCase,
  openOracle: openCerbosOracle,
  ours: (plant) => decideBy(PLANTS.find(({ name }) => name === plant?.name)),
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

export const CHECK_AREA: RunnableArea = defineArea(AREA)

/** By what the two sides say that the other does not. */
function differenceKind(_each: CheckCase, ours: CheckAnswer, theirs: CheckAnswer): string {
  if (ours.kind === 'refused') return ours.reason.slice(0, 80)
  if (theirs.kind === 'refused') return theirs.reason.slice(0, 80)
  const texts = (answer: typeof ours): readonly string[] => [
    ...Object.values(answer.actions).map((text) => text.replace(/\.v\w+|\/.*/g, '')),
    ...[...answer.outputs, ...answer.errors, ...answer.validationErrors].map(outline),
  ]
  const [here, there] = [texts(ours), texts(theirs)]
  const only = (some: readonly string[], others: readonly string[]): string =>
    some.find((text) => !others.includes(text)) ?? ''
  return `${only(there, here)} / ${only(here, there)}`
}

/** A text without names, numbers and values. */
function outline(text: string): string {
  return text.replace(/^\S+ \S+[:!]|"[^"]*"|\d+/g, '…').slice(0, 100)
}

function showCase(each: CheckCase, ours: CheckAnswer, theirs: CheckAnswer): string {
  return [
    ...shownCase(each),
    `request: ${JSON.stringify(each.input)}`,
    `Cerbos: ${JSON.stringify(theirs)}`,
    `here:   ${JSON.stringify(ours)}`,
  ].join('\n')
}
