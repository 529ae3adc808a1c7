/**
 * A failure as OAuth has it: the token endpoint is no one's but OAuth's, and answers in its form.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export class OAuthFailure extends Error {
  override readonly name = 'OAuthFailure'
  readonly error: OAuthError

  constructor(error: OAuthError, description: string) {
    super(description)
    this.error = error
  }

  /** The HTTP status. */
  get status(): number {
    return ['invalid_client', 'invalid_token'].includes(this.error) ? 401 : 400
  }
}

type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'invalid_client_metadata'
