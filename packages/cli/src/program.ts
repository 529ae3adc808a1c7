import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'

import { addStytchCommand } from './commands/stytch.ts'
import { CommandFailure, exitCodes } from './exit-codes.ts'

/** Runs the command line and answers with its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  try {
    await program.parseAsync(argv)
    return exitCodes.ok
  } catch (error) {
    if (error instanceof CommandFailure) {
      process.stderr.write(`lockstitch: ${error.message}\n`)
      return error.exitCode
    }
    // Commander has already said what is wrong; `--help` and `--version` end here too, with 0.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    throw error
  }
}

function createProgram(): Command {
  const program = new Command('lockstitch')
    .description('Authorization for applications that sign their users in with Stytch.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ lockstitch stytch                       a local Stytch with two organizations
  $ lockstitch stytch --help                its options

Exit codes:
  0  all went well
  1  it could not be done: a port in use, a file that cannot be read
  2  the command line or an input file is wrong`,
    )
  addStytchCommand(program)
  return program
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  // Our own package.json, which has a version.
  return (JSON.parse(text) as { readonly version: string }).version
}
