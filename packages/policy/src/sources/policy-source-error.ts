/** Why policies could not be read from where they are kept. */
export type PolicySourceErrorCode =
  | 'policy-directory-missing'
  | 'policy-directory-not-a-directory'
  | 'policy-directory-empty'
  | 'policy-directory-unreadable'
  | 'policy-file-unreadable'
  | 'policy-file-not-utf8'
  | 'policy-file-too-large'
  | 'schemas-directory-misplaced'

/** Says what is wrong with a policy directory, and what to do about it. */
export class PolicySourceError extends Error {
  override readonly name: string = 'PolicySourceError'
  readonly code: PolicySourceErrorCode

  constructor(code: PolicySourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
