/** What the calling program did wrong. Codes do not change, messages may. */
export type EngineErrorCode =
  | 'wrong-type'
  | 'empty-id'
  | 'empty-kind'
  | 'empty-roles'
  | 'empty-role'
  | 'no-inputs'
  | 'no-actions'
  | 'empty-action'
  | 'no-resources'
  | 'invalid-scope'
  | 'invalid-policy-version'
  | 'not-json'
  | 'invalid-policies'
  | 'invalid-option'
  | 'engine-closed'
  | 'not-plannable'

/**
 * Thrown for a request that cannot be decided as it stands: nothing is decided, so treat it as a
 * denial. Messages name places, never values.
 */
export class EngineError extends TypeError {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
