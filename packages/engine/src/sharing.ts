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
  readonly variables = share<VariableSet>()
  readonly condition = share<LinkedCondition>()
  readonly role = share<LinkedDerivedRole>()
  readonly slot = share<DerivedRoleSlot>()
  readonly candidates = share<CandidateRoles>()
  readonly test = share<RowTest>()
  readonly tests = share<readonly RowTest[]>()
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

/**
 * Gives the first object of those with equal parts, each time anew for objects of one sort. The parts
 * must say all that is read of an object.
 */
export function share<T>(): (parts: readonly Part[], object: T) => T {
  const objects = new Map<string, T>()
  return (parts, object) => getOrAdd(objects, JSON.stringify(parts), () => object)
}
