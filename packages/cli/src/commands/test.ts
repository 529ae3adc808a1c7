import { type Command, Option } from 'commander'

import { exitCodesHelp } from '../exit-codes.ts'
import type { CommandContext } from './command-context.ts'
import {
  addColourOptions,
  addTestingOptions,
  TEST_OUTPUTS,
  type TestingOptions,
  type TestOutput,
} from './compile-options.ts'

/** What `lockstitch test` is told. */
export interface TestOptions extends TestingOptions {
  readonly output: TestOutput
  readonly json?: true
}

/** `lockstitch test`: the tests of a policy directory alone. */
export function addTestCommand(program: Command, { io, endWith }: CommandContext): void {
  const command = program
    .command('test')
    .summary('run the tests of policies')
    .description(
      'Runs the tests in a folder of Cerbos policies. A test that fails is shown with the rule, ' +
        'the condition and the values that decided.',
    )
    .argument('<dir>', 'the policy directory')
    .addOption(
      new Option('-o, --output <format>', 'how to report').choices(TEST_OUTPUTS).default('tree'),
    )
    .option('--json', 'the same as --output=json')
  addTestingOptions(command)
  addColourOptions(command)
  command
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (directory: string, options: TestOptions) => {
      const { runTest } = await import('../compile/run-compile.ts')
      endWith(await runTest(directory, options, io))
    })
}

const examples = `
Examples:
  $ lockstitch test policies
  $ lockstitch test --test-filter='principal=maya;action=delete' --verbose policies
  $ lockstitch test --output=junit policies > report.xml
  $ lockstitch test --watch policies
`
