import { EngineError } from '@lockstitch/engine'

import { CommandError, type CommandErrorCode } from '../errors.ts'

/** What an engine answers, its refusals as those of a command. */
export async function decided<Answer>(decide: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await decide()
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause
    throw new CommandError(CODES[cause.code] ?? 'invalid-argument', cause.message, { cause })
  }
}

/** An error that is not here is one in the request. */
const CODES: Partial<Record<EngineError['code'], CommandErrorCode>> = {
  'engine-closed': 'unavailable',
  'not-plannable': 'internal',
  'invalid-option': 'internal',
  'invalid-policies': 'internal',
}
