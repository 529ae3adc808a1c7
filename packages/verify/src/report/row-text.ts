import type { JsonValue } from '@lockstitch/policy'

import { spacedJson } from '../json.ts'
import type { OutputFailure, TestRow } from '../results.ts'
import { whyLines } from '../why.ts'

/** `editors › maya × q3 › delete` */
export function rowName({ test, principal, resource, action }: TestRow): string {
  return `${test.name} › ${principal} × ${resource} › ${action}`
}

/** What was expected and what came, and why; nothing for a row that did not fail. */
export function failureLines({ details }: TestRow): readonly string[] {
  if (details.result === 'RESULT_ERRORED') return [details.error]
  if (details.result !== 'RESULT_FAILED') return []
  const { failure, explanation } = details
  if (failure.outputs.length > 0) return failure.outputs.map(outputLine)
  const outcome = `expected ${short(failure.expected)}, got ${short(failure.actual)}`
  return [outcome, ...(explanation === undefined ? [] : whyLines(explanation))]
}

function outputLine(failure: OutputFailure): string {
  const { expected, actual, error } = partsOf(failure)
  const wanted = expected === undefined ? 'no value' : spacedJson(expected)
  const got = error === undefined ? 'no output' : `the error ${error}`
  return `output ${failure.src}: expected ${wanted}, got ${actual === undefined ? got : spacedJson(actual)}`
}

/** What was expected and what came, whichever way an output is wrong. */
export function partsOf(failure: OutputFailure): {
  readonly expected?: JsonValue
  readonly actual?: JsonValue
  readonly error?: string
} {
  if ('mismatched' in failure) return failure.mismatched
  return 'missing' in failure ? failure.missing : failure.errored
}

function short(effect: string): string {
  return effect.replace('EFFECT_', '')
}
