import type { Io } from './io.ts'

/** What `--color` may say, as in Cerbos. */
export const COLOUR_LEVELS = ['auto', 'never', 'always', '256', '16m'] as const

/** The options of each command that prints colours. */
export interface ColourOptions {
  /** `false` for `--no-color`. */
  readonly color?: (typeof COLOUR_LEVELS)[number] | false
}

/**
 * Whether to print colours. `NO_COLOR` outdoes `--color`, as in Cerbos.
 * @see https://no-color.org
 */
export function wantsColour({ color = 'auto' }: ColourOptions, { stdout, env }: Io): boolean {
  if (color === false || color === 'never' || env.NO_COLOR) return false
  if (color !== 'auto') return true
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return stdout.isTerminal && env.TERM !== 'dumb'
}
