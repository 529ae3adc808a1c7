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
  #recent = new Map<string, KeptPlan>()
  #before: ReadonlyMap<string, KeptPlan> = this.#recent

  /** Gives a plan that nobody can change. */
  get(key: string): KeptPlan | undefined {
    return this.#recent.get(key) ?? this.#before.get(key)
  }

  /** Forgets the older half when there are too many: one by one they would be sought among the gaps. */
  set(key: string, plan: KeptPlan): void {
    if (this.#recent.size >= MOST_KEPT / 2) {
      this.#before = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, deeplyFrozen(plan))
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
  if (Array.isArray(value)) for (const each of value) deeplyFrozen(each)
  else for (const name in value) deeplyFrozen(value[name])
  return Object.freeze(value)
}
