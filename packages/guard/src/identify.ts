import type { Principal } from './decide.ts'

/** The part of a request that says who is asking. A Fetch `Request` fits. */
export interface GuardRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
}

/** Who is asking, as an {@link Identify} found out. */
export interface Identity {
  readonly principal: Principal
  /**
   * What acts for the principal, such as an app that a member connected. It is asked about, too:
   * allowed is only what both are allowed.
   */
  readonly actor?: Principal
}

/** Finds out who is asking. Any failure rejects, with an {@link IdentifyFailure} where it has a name. */
export interface Identify<I extends Identity = Identity> {
  identify(request: GuardRequest, options?: IdentifyOptions): Promise<I>
  /**
   * How old, in seconds, what is known about the session may be for these actions. Undefined: as old
   * as for any. The strictest of a question counts.
   */
  maxAgeFor?(kind: string, actions: readonly string[]): number | undefined
}

/** What is asked of one identification. */
export interface IdentifyOptions {
  /** Seconds, as `maxAgeFor` said them; what is known may be no older. */
  readonly maxAge: number | undefined
}

/**
 * Why nobody could be identified: 401 when the request is at fault, 503 when it could not be found
 * out. Code and message go to the caller: no secret, token or attribute value may be in them.
 */
export class IdentifyFailure extends Error {
  readonly status: 401 | 503
  /** A stable kebab-case name of the cause. */
  readonly code: string

  constructor(status: 401 | 503, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IdentifyFailure'
    this.status = status
    this.code = code
  }
}

/** Whether an error is an {@link IdentifyFailure}, of this copy of the package or of another. */
export function isIdentifyFailure(error: unknown): error is IdentifyFailure {
  if (!(error instanceof Error) || error.name !== 'IdentifyFailure') return false
  const { status, code } = error as Partial<IdentifyFailure>
  return (status === 401 || status === 503) && typeof code === 'string'
}
