import type { CheckOutput, OutputEntry } from '@lockstitch/engine'

import type { Decider } from './decide.ts'
import { isSameOptional, type Test } from './matrix.ts'
import type { ActionResults, OutputFailure, TestDetails } from './results.ts'
import type { ExpectedOutput } from './suite.ts'

/** What judging needs. */
interface JudgeContext {
  readonly decider: Decider
  readonly explainFailures: boolean
  readonly onTest?: (test: Test, action: string) => void
}

/** Decides all actions of a test at once and says of each whether that is what was expected. */
export function judge(test: Test, context: JudgeContext): readonly ActionResults[] {
  const { input, options } = test
  const decided = context.decider.decide(input, options)
  return input.actions.map((action) => {
    context.onTest?.(test, action)
    if ('error' in decided) {
      return { name: action, details: { result: 'RESULT_ERRORED', error: decided.error } }
    }
    return { name: action, details: judgeAction(test, action, decided.output, context) }
  })
}

function judgeAction(
  test: Test,
  action: string,
  output: CheckOutput,
  { decider, explainFailures }: JudgeContext,
): TestDetails {
  // An action that no expectation names has to be denied.
  const expected = test.effects.get(action) ?? 'EFFECT_DENY'
  const actual = output.actions.get(action)?.effect ?? 'EFFECT_DENY'
  const outputs = output.outputs.filter((entry) => entry.action === action)
  if (expected !== actual) {
    const failure = { expected, actual, outputs: [] }
    if (!explainFailures) return { result: 'RESULT_FAILED', failure }
    const explanation = decider.explain(test.input, action, test.options)
    return { result: 'RESULT_FAILED', failure, explanation }
  }
  const wrong = wrongOutputs(test.outputs.get(action), outputs)
  if (wrong.length > 0) {
    return { result: 'RESULT_FAILED', failure: { expected, actual, outputs: wrong } }
  }
  return { result: 'RESULT_PASSED', success: { effect: actual, outputs } }
}

/** Only the sources that are expected are looked at, of several outputs of one source the last. */
function wrongOutputs(
  expected: ReadonlyMap<string, ExpectedOutput> | undefined,
  outputs: readonly OutputEntry[],
): readonly OutputFailure[] {
  if (expected === undefined) return []
  const bySource = new Map(outputs.map((entry) => [entry.src, entry]))
  return [...expected.values()].flatMap((each) => {
    const failure = wrongOutput(each, bySource.get(each.src))
    return failure === undefined ? [] : [failure]
  })
}

function wrongOutput(
  { src, val }: ExpectedOutput,
  entry: OutputEntry | undefined,
): OutputFailure | undefined {
  const expected = val === undefined ? {} : { expected: val }
  if (entry === undefined) return { src, missing: expected }
  if ('error' in entry) return { src, errored: { ...expected, error: entry.error } }
  if (isSameOptional(val, entry.val)) return undefined
  return { src, mismatched: { ...expected, actual: entry.val } }
}
