import { isCelError, type JsonValue, type Program, toJson } from '@lockstitch/cel'

import type { Evaluation } from './evaluation.ts'
import type { Row } from './rows.ts'

/**
 * Emits the output of a rule whose condition was met, or was not. An output that fails, or is not
 * JSON, is an entry with the error and changes nothing else.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/outputs
 */
export function emitOutput(
  evaluation: Evaluation,
  { output, src }: Row,
  action: string,
  conditionMet: boolean,
): void {
  const program = conditionMet ? output?.ruleActivated : output?.conditionNotMet
  if (!program) return
  const entry = { src, action, ...outputValue(evaluation, program) }
  evaluation.outputs ??= []
  evaluation.outputs.push(entry)
}

function outputValue(
  evaluation: Evaluation,
  program: Program,
): { readonly val: JsonValue } | { readonly error: string } {
  const value = program.evaluate(evaluation.activation)
  if (isCelError(value)) return { error: value.message }
  const val = toJson(value)
  return isCelError(val) ? { error: val.message } : { val }
}
