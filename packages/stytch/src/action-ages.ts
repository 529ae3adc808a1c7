import { atLeast } from './option-checks.ts'

/** Seconds by `kind:action` or `*:action`. */
export type ActionAges = Readonly<Record<string, number>>

/** Reads the ages that actions ask for. Throws for one that is none. */
export function readActionAges(
  ages: ActionAges,
): (kind: string, actions: readonly string[]) => number | undefined {
  const byName = new Map(Object.entries(ages))
  for (const [name, age] of byName) {
    if (!/^.+:.+$/s.test(name))
      throw new TypeError(`\`maxTokenAgeFor\`: expected \`kind:action\`, got \`${name}\``)
    atLeast('maxTokenAgeFor', 0, age)
  }
  return (kind, actions) => {
    const asked = actions.flatMap((action) => [
      byName.get(`${kind}:${action}`) ?? [],
      byName.get(`*:${action}`) ?? [],
    ])
    const least = asked.flat()
    return least.length === 0 ? undefined : Math.min(...least)
  }
}
