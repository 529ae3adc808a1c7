import type { LinkedCondition, LinkedDerivedRole, VariableSet } from '@lockstitch/policy'

import type { CandidateRoles } from './derived-roles.ts'
import { getOrAdd } from './roles.ts'
import type { RowTest } from './row-tests.ts'
import type { DerivedRoleSlot } from './rows.ts'

/**
 * Makes one object of all that are equal. Policies by the thousand mostly say the same, about other
 * kinds; what they share is in the processor's cache by the time a decision looks at it, and fetching
 * rules from memory is what most of a decision's time would go to.
 */
export class Sharing {
  readonly variables: Share<VariableSet> = share()
  readonly condition: Share<LinkedCondition> = share()
  readonly role: Share<LinkedDerivedRole> = share()
  readonly slot: Share<DerivedRoleSlot> = share()
  readonly candidates: Share<CandidateRoles> = share()
  readonly test: Share<RowTest> = share()
  readonly tests: Share<readonly RowTest[]> = share()
  readonly #numbers = new WeakMap<object, number>()
  readonly #sharedFor = new WeakMap<object, object>()
  #count = 0

  /** Tells objects apart: two that are shared have the same number when they are equal. */
  numberOf(object: object | undefined): number {
    if (object === undefined) return 0
    const known = this.#numbers.get(object)
    if (known !== undefined) return known
    this.#count += 1
    this.#numbers.set(object, this.#count)
    return this.#count
  }

  /** What was shared for an object before, which is looked for once: the rows of a rule have its condition. */
  sharedFor<T extends object>(object: T, find: () => T): T {
    const known = this.#sharedFor.get(object)
    if (known !== undefined) return known as T // What stands in for an object is of its type.
    const shared = find()
    this.#sharedFor.set(object, shared)
    return shared
  }
}

type Part = string | number | boolean | undefined

/** Gives the first of all objects with equal parts. The parts must say all that is read of an object. */
type Share<T> = (parts: readonly Part[], object: T) => T

/** For the objects of one sort. */
export function share<T>(): Share<T> {
  const objects = new Map<string, T>()
  return (parts, object) => getOrAdd(objects, JSON.stringify(parts), () => object)
}
