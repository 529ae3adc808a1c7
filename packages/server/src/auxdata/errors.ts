/** Why auxData is not accepted, or cannot be configured so. Codes never change, messages may. */
// biome-ignore format: table
export type AuxDataErrorCode =
  | 'config-invalid' | 'key-set-unreadable' | 'key-set-invalid'
  | 'request-malformed' | 'key-set-unknown' | 'key-set-required' | 'key-set-missing' | 'key-set-unavailable'
  | 'token-malformed' | 'token-header-not-accepted' | 'token-algorithm-not-accepted'
  | 'token-key-unknown' | 'token-signature-invalid'
  | 'token-expired' | 'token-not-yet-valid' | 'token-issued-in-future' | 'claim-invalid'

/**
 * Why auxData is not accepted. The message is for the log of the server: it holds no token and no
 * claim, but it tells more than a client should know. A client gets {@link AuxDataError.answer}.
 */
export class AuxDataError extends Error {
  override readonly name = 'AuxDataError'
  readonly code: AuxDataErrorCode
  /** What a client is told: the same for every cause. */
  readonly answer = 'invalid auxData'

  constructor(code: AuxDataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
