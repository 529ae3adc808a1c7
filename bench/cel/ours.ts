import { type Env, NOW, type Program, Timestamp } from '../../packages/cel/src/index.ts'
import { createConditionEnv } from '../../packages/policy/src/index.ts'
import type { Contender } from './contenders.ts'
import type { Corpus } from './corpus.ts'

/** `@lockstitch/cel`, asked as the engine asks it. */
export function lockstitch({ now }: Corpus): Contender {
  const env = createConditionEnv()
  const instant = Timestamp.fromMillis(now.getTime())
  return {
    name: 'cel',
    prepare: ({ principal, resource }) => {
      const request = { principal, resource }
      const nothing = {}
      return {
        request,
        P: principal,
        R: resource,
        variables: nothing,
        V: nothing,
        constants: nothing,
        C: nothing,
        globals: nothing,
        G: nothing,
        runtime: { effectiveDerivedRoles: [] },
        [NOW]: instant,
      }
    },
    compile: (source) => programOf(env, source).evaluate,
  }
}

/** The compiled condition; the corpus has none that does not compile. */
export function programOf(env: Env, source: string): Program {
  const compiled = env.compile(source)
  if (compiled.ok) return compiled.program
  throw new Error(`${source}: ${compiled.diagnostics.map(({ message }) => message).join('; ')}`)
}
