import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { findCycles, inDependencyOrder, reachableFrom } from './variable-order.ts'

const name = fc.constantFrom(...'abcdefgh')
const graph = fc
  .uniqueArray(fc.tuple(name, fc.array(name, { maxLength: 3 })), { selector: ([key]) => key })
  .map((entries) => new Map(entries))

describe('variables', () => {
  test('come after those that they read, and all come that reach no cycle', () => {
    fc.assert(
      fc.property(graph, (dependencies) => {
        const names = new Set(dependencies.keys())
        const ordered = inDependencyOrder(names, dependencies)
        for (const [index, variable] of ordered.entries()) {
          for (const read of dependencies.get(variable) ?? []) {
            if (names.has(read)) expect(ordered.indexOf(read)).toBeLessThan(index)
            if (names.has(read)) expect(ordered).toContain(read)
          }
        }
        const cyclic = new Set(findCycles(dependencies).flat())
        const reachesCycle = (variable: string): boolean =>
          [...reachableFrom([variable], dependencies)].some((other) => cyclic.has(other))
        expect([...names].filter((variable) => !ordered.includes(variable)).sort()).toEqual(
          [...names].filter(reachesCycle).sort(),
        )
      }),
      { seed: 1 },
    )
  })

  test('are on a cycle together when each reaches the other', () => {
    fc.assert(
      fc.property(graph, (dependencies) => {
        const cycles = findCycles(dependencies)
        const reaches = (from: string, to: string): boolean =>
          reachableFrom(dependencies.get(from) ?? [], dependencies).has(to)
        for (const from of dependencies.keys()) {
          for (const to of dependencies.keys()) {
            const together = cycles.some((cycle) => cycle.includes(from) && cycle.includes(to))
            expect(together).toBe(reaches(from, to) && reaches(to, from))
          }
        }
      }),
      { seed: 1 },
    )
  })

  test('are ordered in linear time', () => {
    const chain = new Map(Array.from({ length: 50_000 }, (_, i) => [`v${i}`, [`v${i + 1}`]]))
    expect(inDependencyOrder(new Set(chain.keys()), chain)).toHaveLength(50_000)
    expect(findCycles(chain.set('v50000', ['v0']))).toHaveLength(1)
  })
})
