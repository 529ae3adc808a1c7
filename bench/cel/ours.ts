import type { Env, Program } from '../../packages/cel/src/index.ts'
import { CONDITION_VARIABLES } from '../../packages/policy/src/index.ts'
import type { BuiltCel } from './built.ts'
import type { Contender } from './contenders.ts'
import type { Corpus } from './corpus.ts'

/** `@lockstitch/cel`, asked as the engine asks it. */
export function lockstitch(
  { cel, CERBOS_FOLDING, CERBOS_FUNCTIONS }: BuiltCel,
  { now }: Corpus,
): Contender {
  const env = cel.createEnv({
    variables: CONDITION_VARIABLES,
    functions: CERBOS_FUNCTIONS,
    folding: CERBOS_FOLDING,
  })
  const instant = cel.Timestamp.fromMillis(now.getTime())
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
        [cel.NOW]: instant,
      }
    },
    compile: (source) => {
      const program = programOf(env, source)
      return (activation) => program.evaluate(activation)
    },
  }
}

/** The compiled condition; the corpus has none that does not compile. */
function programOf(env: Env, source: string): Program {
  const compiled = env.compile(source)
  if (compiled.ok) return compiled.program
  throw new Error(`${source}: ${compiled.diagnostics.map(({ message }) => message).join('; ')}`)
}
