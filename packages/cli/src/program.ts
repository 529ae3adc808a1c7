import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'

import type { CommandContext } from './commands/command-context.ts'
import { addStytchCommand } from './commands/stytch.ts'
import { CommandFailure, type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'

/** Runs the command line and answers with its exit code. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  const program = createProgram({
    io,
    endWith: (code) => {
      exitCode = code
    },
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommandFailure) {
      io.stderr.write(`lockstitch: ${error.message}\n`)
      return error.exitCode
    }
    // Commander has already said what is wrong; `--help` and `--version` end here too, with 0.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    throw error
  }
}

/**
 * The commands with their options. What a command does is imported when it is run, so that
 * `--help` answers at once.
 */
function createProgram(context: CommandContext): Command {
  const { io } = context
  const program = new Command('lockstitch')
    .description('Authorization for applications that sign their users in with Stytch.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => helpWidth(io.stdout),
      getErrHelpWidth: () => helpWidth(io.stderr),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /, 'lockstitch: ')),
    })
    .addHelpText('after', examples + exitCodesHelp)
  addStytchCommand(program, context)
  return program
}

const examples = `
Examples:
  $ lockstitch stytch                       a local Stytch with two organizations
  $ lockstitch stytch --help                its options
`

function helpWidth({ isTerminal, columns }: Io['stdout']): number {
  return isTerminal ? Math.min(columns, 100) : 100
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  // Our own package.json, which has a version.
  return (JSON.parse(text) as { readonly version: string }).version
}
