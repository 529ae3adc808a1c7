import { unknownOption } from '@lockstitch/policy'

import type { EngineOptions } from './engine.ts'
import { EngineError } from './errors.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const NAMES = Object.keys({
  ...DEFAULT_SETTINGS,
  compat: 1,
  planner: 1,
  onDecision: 1,
  policySource: 1,
  clock: 1,
  newId: 1,
} satisfies Record<keyof EngineOptions, unknown>)

/**
 * Throws for an option that is misspelt: ignored, it would let in what it was to keep out. `more` are
 * the names of further options that may be there.
 */
export function validateOptions(options: EngineOptions, more: readonly string[] = []): void {
  const compat: string | undefined = options.compat
  const problem = unknownOption(options, [...NAMES, ...more])
  if (problem || (compat && compat !== 'cerbos'))
    throw new EngineError('invalid-option', problem ?? '`compat` must be `cerbos`')
}
