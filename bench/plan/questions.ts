import type { PlanInput } from '../../packages/engine/src/index.ts'
import { classicRequests } from '../classic/requests.ts'

/** How many questions, out of how many copies of the policies. */
interface QuestionOptions {
  readonly copies: number
  readonly count: number
  readonly seed: number
}

/**
 * The lists behind the checks of the classic-shaped set: the same people, kinds, versions, scopes and
 * actions, one action at a time and nothing known of the resources.
 */
export function classicPlans({ copies, count, seed }: QuestionOptions): readonly PlanInput[] {
  return classicRequests({ copies, count, seed }).flatMap(({ principal, resources }) =>
    resources.flatMap(({ resource: { kind, policyVersion, scope }, actions }) =>
      actions.map((action) => ({
        principal,
        resource: {
          kind,
          ...(policyVersion !== undefined && { policyVersion }),
          ...(scope !== undefined && { scope }),
        },
        actions: [action],
      })),
    ),
  )
}
