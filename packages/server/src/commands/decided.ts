import { type Engine, EngineError } from '@lockstitch/engine'

import { CommandError, type CommandErrorCode } from '../errors.ts'
import type { Outcome } from '../metrics.ts'
import type { Pdp } from '../pdp.ts'
import type { Call } from './command.ts'

/** What an engine answers, its refusals as those of a command. */
export async function decided<Answer>(decide: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await decide()
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause
    throw new CommandError(CODES[cause.code] ?? 'invalid-argument', cause.message, { cause })
  }
}

/** What an engine answers to checks: so many inputs at once, which the metrics have. */
export function checked<Answer>(
  { engine, metrics, telemetry }: Pdp,
  call: Call,
  inputs: number,
  check: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const run = (): Promise<Answer> =>
    timed(noting(engine, call, check), (millis, outcome) => metrics.check(millis, outcome, inputs))
  return telemetry ? telemetry.span({ name: 'engine.Check', kind: 'internal' }, run) : run()
}

/** What an engine answers to plans, which the metrics have. */
export function planned<Answer>(
  { engine, metrics, telemetry }: Pdp,
  call: Call,
  plan: () => Answer,
): Promise<Answer> {
  const run = (): Promise<Answer> =>
    timed(noting(engine, call, plan), (millis, outcome) => metrics.plan(millis, outcome))
  return telemetry ? telemetry.span({ name: 'engine.Plan', kind: 'internal' }, run) : run()
}

/** An engine decides before it returns, if only a promise: by the policies that it has then. */
function noting<Answer>(engine: Engine, call: Call, decide: () => Answer): () => Answer {
  return () => {
    const answer = decide()
    call.generation = engine.generation
    return answer
  }
}

async function timed<Answer>(
  decide: () => Answer | Promise<Answer>,
  record: (millis: number, outcome: Outcome) => void,
): Promise<Answer> {
  const started = performance.now()
  let outcome: Outcome = 'failure'
  try {
    const answer = await decided(decide)
    outcome = 'success'
    return answer
  } finally {
    record(performance.now() - started, outcome)
  }
}

/** An error that is not here is one in the request. */
const CODES: Partial<Record<EngineError['code'], CommandErrorCode>> = {
  'engine-closed': 'unavailable',
  'not-plannable': 'internal',
  'invalid-option': 'internal',
  'invalid-policies': 'internal',
}
