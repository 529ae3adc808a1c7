import type { CelError } from '../errors.ts'
import type { Value } from '../values.ts'

/** What a part was evaluated to. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: CelError }
  | typeof UNKNOWN

export const UNKNOWN = { kind: 'unknown' } as const

export function isUnknown(outcome: Outcome): outcome is typeof UNKNOWN {
  return outcome.kind === 'unknown'
}

export function known(value: Value): Outcome {
  return { kind: 'value', value }
}

export function failed(error: CelError): Outcome {
  return { kind: 'error', error }
}
