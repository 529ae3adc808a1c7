import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { answerDifference, hasAllow, hasError, type VerifyAnswer } from '../verify/answer.ts'
import { openCerbosOracle } from '../verify/cerbos-oracle.ts'
import { ALL_FEATURES, generateCase } from '../verify/generate.ts'
import { KNOWN } from '../verify/known.ts'
import { answerOf } from '../verify/ours.ts'
import { PLANTS } from '../verify/plants.ts'
import { smallerCases } from '../verify/smaller.ts'
import type { VerifyCase } from '../verify/verify-case.ts'

/** Policy tests: which suites cannot be run and why, what every row comes to, and the exit code. */
const AREA: Area<VerifyCase, VerifyAnswer> = {
  name: 'verify',
  batchSize: 200,
  generate: generateCase,
  openOracle: openCerbosOracle,
  ours(plant) {
    const planted = PLANTS.find(({ name }) => name === plant?.name)
    return (each) => answerOf(each, planted)
  },
  difference: answerDifference,
  smaller: smallerCases,
  show: ({ files, way }, ours, theirs) =>
    [
      `way: ${way.name}`,
      ...Object.entries(files).map(([path, content]) => `${path}: ${JSON.stringify(content)}`),
      `Cerbos: ${JSON.stringify(theirs)}`,
      `here: ${JSON.stringify(ours)}`,
    ].join('\n'),
  kind: (_, ours, theirs) => answerDifference(ours, theirs) ?? '',
  features: ({ features }) => features,
  allFeatures: ALL_FEATURES,
  isAllow: hasAllow,
  hasError,
  known: KNOWN,
  plants: PLANTS,
}

export const VERIFY_AREA: RunnableArea = defineArea(AREA)
