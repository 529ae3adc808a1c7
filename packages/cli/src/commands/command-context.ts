import type { ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly io: Io
  /** Sets the exit code. */
  endWith(code: ExitCode): void
}
