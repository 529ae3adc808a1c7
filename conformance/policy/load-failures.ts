import type { CerbosLoadFailure } from '@lockstitch/policy'

/** A file that Cerbos does not load, as its tests write it. */
export interface LoadFailure {
  readonly file: string
  readonly error: string
  readonly errorDetails: ErrorDetails
}

export interface ErrorDetails {
  readonly kind?: string
  readonly message: string
  readonly position?: CerbosLoadFailure['position']
}

const KINDS = {
  'parse-error': 'KIND_PARSE_ERROR',
  'validation-error': 'KIND_VALIDATION_ERROR',
} as const

export function errorDetails({ kind, message, position }: CerbosLoadFailure): ErrorDetails {
  return { ...(kind && { kind: KINDS[kind] }), message, ...(position && { position }) }
}
