import { parseDuration } from '@lockstitch/server/process'

import { CommandFailure, exitCodes } from '../exit-codes.ts'

/** Milliseconds of a duration on the command line. */
export function durationFrom(option: string, text: string): number {
  const millis = parseDuration(text)
  if (millis !== undefined) return millis
  throw new CommandFailure(
    exitCodes.usage,
    `${option}: expected a duration such as \`2s\`, got \`${text}\``,
  )
}
