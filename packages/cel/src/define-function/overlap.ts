import { mayBe } from '../compile/guards.ts'
import type { Overload } from '../functions/overload.ts'

/**
 * Fails where a function of an application's own and another one have the same name and could be
 * meant by the same call.
 */
export function assertDistinct(overloads: readonly Overload[]): void {
  for (const [i, overload] of overloads.entries()) {
    const other = overloads
      .slice(0, i)
      .find((each) => (each.custom || overload.custom) && overlap(each, overload))
    if (other === undefined) continue
    throw new TypeError(`two functions fit the same call: ${other.id} and ${overload.id}`)
  }
}

function overlap(a: Overload, b: Overload): boolean {
  if (a.name !== b.name || a.member !== b.member || a.args.length !== b.args.length) return false
  return a.args.every((type, i) => mayBe(type, b.args[i] ?? type))
}
