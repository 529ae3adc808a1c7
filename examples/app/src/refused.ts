import { StytchError } from 'stytch'

/** Whether Stytch said no, rather than nothing. */
export function isRefused(error: unknown): boolean {
  return error instanceof StytchError && error.status_code >= 400 && error.status_code < 429
}
