/** Which members of an object or an array have been looked at, for the `unevaluated…` keywords. */
export class Evaluated {
  #all = false
  readonly #members = new Set<string | number>()

  add(member: string | number): void {
    this.#members.add(member)
  }

  addAll(): void {
    this.#all = true
  }

  has(member: string | number): boolean {
    return this.#all || this.#members.has(member)
  }

  /** Takes over what a schema for the same value has looked at. */
  merge(other: Evaluated): void {
    this.#all ||= other.#all
    for (const member of other.#members) this.#members.add(member)
  }
}
