import { Environment } from '@marcbachmann/cel-js'

import type { Contender } from './contenders.ts'
import type { Corpus } from './corpus.ts'

class Hierarchy {
  readonly parts: readonly string[]

  constructor(parts: readonly string[]) {
    this.parts = parts
  }
}

/** `@marcbachmann/cel-js`, with the functions of Cerbos that the conditions call. */
export function marcbachmann({ now }: Corpus): Contender {
  const env = new Environment()
    .registerVariable('P', 'map')
    .registerVariable('R', 'map')
    .registerType('Hierarchy', Hierarchy)
    .registerFunction('now(): google.protobuf.Timestamp', () => now)
    .registerFunction('hasIntersection(list, list): bool', intersects)
    .registerFunction('hierarchy(string): Hierarchy', (text: string) => {
      return new Hierarchy(text.split('.'))
    })
    .registerFunction('Hierarchy.descendentOf(Hierarchy): bool', isBelow)
  return {
    name: 'marcbachmann',
    prepare: ({ principal, resource }) => ({ P: principal, R: resource }),
    compile(source) {
      try {
        const run = env.parse(source)
        const checked = run.check()
        if (!checked.valid) return checked.error?.message ?? 'does not check'
        return (input) => {
          try {
            return run(input)
          } catch {
            return undefined
          }
        }
      } catch (error) {
        return messageOf(error)
      }
    },
  }
}

function intersects(left: readonly unknown[], right: readonly unknown[]): boolean {
  for (const each of left) if (right.includes(each)) return true
  return false
}

function isBelow(below: Hierarchy, above: Hierarchy): boolean {
  if (below.parts.length <= above.parts.length) return false
  return above.parts.every((part, i) => part === below.parts[i])
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
}
