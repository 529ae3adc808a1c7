import type { ReloadFailure } from './status.ts'

/** Policies that cannot be used: `diagnostics` says what is wrong, `text` says it for people. */
export class PolicyLoadError extends Error implements ReloadFailure {
  override readonly name = 'PolicyLoadError'
  readonly diagnostics: ReloadFailure['diagnostics']
  readonly text: string

  constructor({ diagnostics, text }: ReloadFailure, options?: ErrorOptions) {
    super(text, options)
    this.diagnostics = diagnostics
    this.text = text
  }
}

/** Whatever kept policies from being read, as a {@link PolicyLoadError}. */
export function asLoadError(error: unknown): PolicyLoadError {
  if (error instanceof PolicyLoadError) return error
  const text = error instanceof Error ? error.message : 'the policies could not be read'
  return new PolicyLoadError({ diagnostics: [], text }, { cause: error })
}
