import { isCelError, NOW, Timestamp } from '@lockstitch/cel'
import { createConditionEnv } from '@lockstitch/policy'

import { plainValue } from '../cel/plain-value.ts'
import { difference } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Expressions of Cerbos's own function library: each is true, or fails. */
export const CEL_LIB: Suite = {
  name: 'cel_lib',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('cel_lib').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

function runCase({ content }: CaseFile): Outcome {
  const expr = String(content.expr)
  const compiled = createConditionEnv().compile(expr)
  const wantsError = content.wantErr === true
  if (!compiled.ok) {
    const messages = compiled.diagnostics.map(({ message }) => message).join('; ')
    return wantsError ? PASSED : failed(`\`${expr}\` does not compile: ${messages}`)
  }
  const result = compiled.program.evaluate({ [NOW]: Timestamp.fromMillis(Date.now()) })
  if (isCelError(result)) {
    return wantsError ? PASSED : failed(`\`${expr}\` fails: ${result.message}`)
  }
  if (wantsError) return failed(`\`${expr}\`: expected an error, got a value`)
  const differing = difference({ bool: true }, plainValue(result))
  return differing === undefined ? PASSED : failed(`\`${expr}\`: ${differing}`)
}
