import { Command, CommanderError } from 'commander'

import { withPlainFlags } from './boolean-flags.ts'
import type { CommandContext } from './commands/command-context.ts'
import { addCompileCommand } from './commands/compile.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addRbacCommand } from './commands/rbac.ts'
import { addHealthcheckCommand, addRunCommand, addServerCommand } from './commands/server.ts'
import { addStytchCommand } from './commands/stytch.ts'
import { addTestCommand } from './commands/test.ts'
import { CommandFailure, type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'
import { version } from './version.ts'

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
    await program.parseAsync(withPlainFlags(args, program), { from: 'user' })
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
    .helpCommand('help [command]', 'print the help of a command')
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
  addCompileCommand(program, context)
  addTestCommand(program, context)
  addExplainCommand(program, context)
  addServerCommand(program, context)
  addRunCommand(program, context)
  addHealthcheckCommand(program, context)
  addStytchCommand(program, context)
  addRbacCommand(program, context)
  addCompletionCommand(program, context)
  return program
}

const examples = `
Examples:
  $ lockstitch compile policies             check policies and run their tests
  $ lockstitch test --watch policies        run the tests again at each change
  $ lockstitch explain --principal maya.json --resource q3.json --action delete
  $ lockstitch server --policies policies   Cerbos's API over HTTP and gRPC
  $ lockstitch stytch                       a local Stytch with two organizations
  $ lockstitch compile --help               the options of a command
`

function helpWidth({ isTerminal, columns }: Io['stdout']): number {
  return isTerminal ? Math.min(columns, 100) : 100
}
