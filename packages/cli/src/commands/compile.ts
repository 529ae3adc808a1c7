import { type Command, Option } from 'commander'

import { exitCodesHelp } from '../exit-codes.ts'
import type { CommandContext } from './command-context.ts'
import {
  addColourOptions,
  addTestingOptions,
  OUTPUTS,
  type Output,
  TEST_OUTPUTS,
  type TestingOptions,
  type TestOutput,
} from './compile-options.ts'

/** What `lockstitch compile` is told. */
export interface CompileOptions extends TestingOptions {
  readonly output: Output
  readonly testOutput?: TestOutput
  readonly json?: true
  readonly skipTests?: true
}

/** `lockstitch compile`: what `cerbos compile` does, with its flags. */
export function addCompileCommand(program: Command, { io, endWith }: CommandContext): void {
  const command = program
    .command('compile')
    .summary('check policies and run their tests')
    .description(
      'Checks a folder of Cerbos policies and runs the tests in it. The flags, the JSON and the ' +
        'exit codes are those of `cerbos compile`.',
    )
    .argument('<dir>', 'the policy directory')
    .addOption(
      new Option('-o, --output <format>', 'how to report').choices(OUTPUTS).default('tree'),
    )
    .addOption(
      new Option('--test-output <format>', 'how to report tests, if not like the rest').choices(
        TEST_OUTPUTS,
      ),
    )
    .option('--json', 'the same as --output=json')
    .option('--skip-tests', 'run no tests')
  addTestingOptions(command)
  addColourOptions(command)
  command
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (directory: string, options: CompileOptions) => {
      const { runCompile } = await import('../compile/run-compile.ts')
      endWith(await runCompile(directory, options, io))
    })
}

const examples = `
Examples:
  $ lockstitch compile policies
  $ lockstitch compile --skip-tests policies
  $ lockstitch compile --test-filter='suite=documents*;action=edit,delete' policies
  $ lockstitch compile --test-output=junit policies > report.xml
  $ lockstitch compile --output=github policies        annotations on a pull request
  $ lockstitch compile --output=sarif policies > policies.sarif
  $ lockstitch compile --coverage --coverage-threshold=90 policies
  $ lockstitch compile --watch policies
`
