import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { ALL_FEATURES, CASES_OF_SET, featuresOf, generateCase } from '../rbac/generate.ts'
import { openStytchOracle } from '../rbac/oracle.ts'
import { decideBy } from '../rbac/ours.ts'
import { PLANTS } from '../rbac/plants.ts'
import type { RbacAnswer, RbacCase } from '../rbac/rbac-case.ts'
import { smallerCases } from '../rbac/smaller.ts'

/** Imported RBAC policies: what Stytch decides. The oracle is the official SDK and the emulator. */
const AREA: Area<RbacCase, RbacAnswer> = {
  name: 'rbac',
  batchSize: CASES_OF_SET,
  generate: generateCase,
  openOracle: openStytchOracle,
  ours: (plant) => decideBy(PLANTS.find(({ name }) => name === plant?.name)),
  difference: (ours, { allow, disagreement }) => {
    if (disagreement !== undefined) return `the SDK and the emulator: ${disagreement}`
    if (ours.allow === allow) return undefined
    return allow ? 'denied here' : 'allowed here'
  },
  smaller: smallerCases,
  triesPerRound: 8,
  show: ({ set, ...asked }, ours, theirs) =>
    [
      `policy: ${JSON.stringify(set)}`,
      `asked: ${JSON.stringify(asked)}`,
      `Stytch: ${JSON.stringify(theirs)}`,
      `here: ${JSON.stringify(ours)}`,
    ].join('\n'),
  kind: (each, ours, theirs) => featuresOf(each, theirs).join(', ') + String(ours.allow),
  features: featuresOf,
  allFeatures: ALL_FEATURES,
  isAllow: ({ allow }) => allow,
  // The error that there is: a question about another organization.
  hasError: ({ tenancy }) => tenancy === true,
  known: [],
  plants: PLANTS,
}

export const RBAC_AREA: RunnableArea = defineArea(AREA)
