import { compilePolicies, type Diagnostic, type SourceFile } from '@lockstitch/policy'

import { type CheckInput, Engine, explanationText } from '../../src/index.ts'

/** What is to be decided, as it can be sent to a page or a worker. */
export interface Task {
  readonly files: readonly SourceFile[]
  readonly inputs: readonly CheckInput[]
  readonly now: number
}

/** Everything that comes out of a task, as text, so that answers of different realms compare. */
export function decide({ files, inputs, now }: Task): string {
  const { policySet, diagnostics } = compilePolicies(files)
  if (!policySet) return JSON.stringify(diagnostics.map(shortly))
  const engine = new Engine(policySet, { schemaEnforcement: 'warn', clock: () => now })
  const answers = inputs.map((input) => {
    const output = engine.check(input)
    const explained = input.actions.map((action) => explanationText(engine.explain(input, action)))
    return { ...output, actions: [...output.actions], explained }
  })
  return JSON.stringify(answers)
}

function shortly({ code, file, line, column, message }: Diagnostic): string {
  return `${file}:${line}:${column} ${code} ${message}`
}

// Where pages and workers find it: the bundle is a script.
Object.assign(globalThis, { decide })
