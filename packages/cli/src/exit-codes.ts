/** What the exit code says, as Cerbos's does. Codes do not change; `--help` and the README document them. */
export const exitCodes = {
  /** All went well. */
  ok: 0,
  /** It could not be done: a folder that does not exist, a port in use. */
  failed: 1,
  /** The command line, or a file that it names, is wrong. */
  usage: 2,
  /** The policies do not compile. */
  policies: 3,
  /** A policy test failed, or the tests cover less than was asked for. */
  tests: 4,
  /** The policies are no longer those of Stytch's RBAC policy. */
  drift: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The same for `--help`. */
export const exitCodesHelp = `
Exit codes:
  0  all went well
  1  it could not be done: a folder that does not exist, a port in use
  2  the command line, or a file that it names, is wrong
  3  the policies do not compile
  4  a policy test failed, or the tests cover less than was asked for
  5  the policies differ from Stytch's RBAC policy`

/** A command that ends with a message instead of a result. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
