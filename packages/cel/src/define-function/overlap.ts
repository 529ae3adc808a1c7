import { mayBe } from '../compile/guards.ts'
import type { Overload } from '../functions/overload.ts'

/**
 * Fails where two functions of an application's own have the same name and could be meant by the
 * same call.
 */
export function assertDistinct(overloads: readonly Overload[]): void {
  const own = overloads.filter(({ custom }) => custom)
  for (const [i, overload] of own.entries()) {
    const other = own.slice(0, i).find((each) => overlap(each, overload))
    if (other === undefined) continue
    throw new TypeError(`two functions fit the same call: ${other.id} and ${overload.id}`)
  }
}

function overlap(a: Overload, b: Overload): boolean {
  if (a.name !== b.name || a.member !== b.member || a.args.length !== b.args.length) return false
  return a.args.every((type, i) => mayBe(type, b.args[i] ?? type))
}
