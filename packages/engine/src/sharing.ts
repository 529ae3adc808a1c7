/**
 * Makes one object of all that are equal. Policies by the thousand mostly say the same, about other
 * kinds; what they share is in the processor's cache by the time a decision looks at it, and fetching
 * rules from memory is what most of a decision's time would go to.
 */
export class Sharing {
  readonly #numbers = new WeakMap<object, number>()
  readonly #objects = new Map<string, object>()
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

  /** The first object of those of a sort with equal parts. The parts must say all that is read of it. */
  share<T extends object>(
    sort: string,
    parts: readonly (string | number | boolean | undefined)[],
    object: T,
  ): T {
    let key = sort
    for (const part of parts) key += typeof part === 'string' ? JSON.stringify(part) : `,${part}`
    const known = this.#objects.get(key)
    if (known !== undefined) return known as T // Objects of a sort are of a type.
    this.#objects.set(key, object)
    return object
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
