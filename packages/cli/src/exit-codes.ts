/** What the exit code says; the README documents them. */
export const exitCodes = {
  /** All went well. */
  ok: 0,
  /** It could not be done: a port in use, a file that cannot be read. */
  failed: 1,
  /** The command line or an input file is wrong. */
  usage: 2,
} as const

/** A command that ends with a message instead of a result. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
