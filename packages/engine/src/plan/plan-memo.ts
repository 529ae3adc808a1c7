import { KeyWriter } from './key-writer.ts'
import type { PlanInput, PlanOutput } from './plan-input.ts'

/** What a plan says beside what its request says. */
export type KeptPlan = Pick<
  PlanOutput,
  'filter' | 'filterDebug' | 'matchedScopes' | 'validationErrors' | 'evaluationErrors'
>

/** The pages of a list are asked for one after the other, by the same principal. */
const MOST_KEPT = 1000
const LONGEST_KEY = 10_000

/**
 * The plans that were made last, for those who ask the very same again. A plan is a function of its
 * input as long as no condition asks for the time or for what an application's own function says.
 */
export class PlanMemo {
  readonly #plans = new Map<string, KeptPlan>()

  /** Gives a plan that nobody can change. */
  get(key: string): KeptPlan | undefined {
    return this.#plans.get(key)
  }

  /** Forgets the oldest one when there are too many. */
  set(key: string, plan: KeptPlan): void {
    if (this.#plans.size >= MOST_KEPT) {
      for (const oldest of this.#plans.keys()) {
        this.#plans.delete(oldest)
        break
      }
    }
    this.#plans.set(key, deeplyFrozen(plan))
  }
}

/** All that a plan depends on, as text; `undefined` for what is not to be kept. */
export function planKey({ principal, resource, actions, auxData }: PlanInput): string | undefined {
  const key = new KeyWriter().textOf([principal, resource, actions, auxData])
  return key === undefined || key.length > LONGEST_KEY ? undefined : key
}

/** One caller must not change what the next one is told. Maps are copied for each. */
function deeplyFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const each of Object.values(value)) deeplyFrozen(each)
  return Object.freeze(value)
}
