import type { CheckInput } from '@lockstitch/engine'

import { CASES_OF_SET, generateCase as generateCheckCase } from '../check/generate.ts'
import type { PolicySet } from '../check/policy-set.ts'
import { type Random, randomFor } from '../random.ts'
import { withPlanConditions } from './conditions.ts'
import { LIST, LIST_ACTIONS, listPolicy } from './list-policy.ts'
import type { PlanCase } from './plan-case.ts'

/** How many resources each plan is tried on, beside the one that the question was made of. */
const ROWS = 3

/** The case of a seed and an index: one of the area check, with other conditions and without an id. */
export function generateCase(seed: number, index: number): PlanCase {
  const { policies, ...each } = generateCheckCase(seed, index)
  const random = randomFor(seed ^ 0x91a2, index)
  const known = Object.keys(each.input.resource.attr ?? {}).filter(() => random.chance(0.3))
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const other = (index + (i + 1) * OTHER_INPUTS) % 1_000_000
    return generateCheckCase(seed, other).input.resource
  })
  const planned = { ...each, policies: planPolicies(seed, index, policies), known, rows }
  return random.chance(0.35) ? { ...planned, input: listInput(random, each.input) } : planned
}

/** The question of a list: one action, of a policy that nearly always leaves a condition. */
function listInput(random: Random, input: CheckInput): CheckInput {
  const { id, attr } = input.resource
  const resource = { kind: LIST, id, policyVersion: 'default', ...(attr && { attr }) }
  return { ...input, resource, actions: [random.pick(LIST_ACTIONS)] }
}

/** A prime, so that the resources of neighbours differ. */
const OTHER_INPUTS = 7

const made = new WeakMap<PolicySet, PolicySet>()

function planPolicies(seed: number, index: number, policies: PolicySet): PolicySet {
  const present = made.get(policies)
  if (present !== undefined) return present
  const random = randomFor(seed ^ 0x77aa, Math.floor(index / CASES_OF_SET))
  const planned = {
    files: [...policies.files.map((file) => withPlanConditions(random, file)), listPolicy(random)],
  }
  made.set(policies, planned)
  return planned
}
