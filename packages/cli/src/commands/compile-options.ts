import { type Command, InvalidArgumentError, Option } from 'commander'

import { COLOUR_LEVELS, type ColourOptions } from '../colour.ts'

/** How policies and their tests may be reported. */
export const OUTPUTS = ['tree', 'list', 'json', 'github', 'sarif'] as const
export const TEST_OUTPUTS = ['tree', 'list', 'json', 'junit', 'tap', 'github'] as const

export type Output = (typeof OUTPUTS)[number]
export type TestOutput = (typeof TEST_OUTPUTS)[number]

/** Which tests are run, and how: the same for `compile` and `test`. */
export interface TestingOptions extends ColourOptions {
  readonly ignoreSchemas?: true
  readonly tests?: string
  readonly testFilter?: readonly string[]
  readonly run?: string
  readonly skipBatching?: true
  readonly strictEvaluation?: true
  readonly defaults: 'cerbos' | 'lockstitch'
  readonly verbose?: true
  readonly watch?: true
  readonly coverage?: true
  readonly coverageHtml?: string
  readonly coverageThreshold?: number
}

/** Adds the options that `compile` and `test` share. */
export function addTestingOptions(command: Command): Command {
  return command
    .option('--ignore-schemas', 'ignore schemas, in policies and in tests')
    .option('--tests <dir>', 'where the tests are, if not beside the policies')
    .option(
      '--test-filter <filter>',
      "run only some tests: 'suite=GLOB,GLOB;test=…;principal=…;resource=…;action=…'; may be repeated",
      (filter: string, filters: readonly string[] = []) => [...filters, filter],
    )
    .addOption(
      new Option('--run <regex>', 'run only the tests whose name matches, as in Cerbos').hideHelp(),
    )
    .option('--skip-batching', 'decide each action by itself')
    .option('--strict-evaluation', 'let errors in conditions deny, whatever the suites say')
    .addOption(
      new Option(
        '--defaults <whose>',
        "whose defaults hold: those of `cerbos compile`, or an engine's of Lockstitch, which denies on errors and is lenient about scopes",
      )
        .choices(['cerbos', 'lockstitch'])
        .default('cerbos'),
    )
    .option('--verbose', 'show passed tests too, and whole explanations of failed ones')
    .option('-w, --watch', 'stay, and run again what a change touches')
    .option('--coverage', 'show which rules and conditions the tests reach')
    .option('--coverage-html <file>', 'write the coverage as a page')
    .option(
      '--coverage-threshold <percent>',
      'end with 4 if the tests cover less of the rules',
      percent,
    )
}

/** Adds `--color` and `--no-color`. */
export function addColourOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--color <level>', 'colours; `auto` is on a terminal only')
        .choices(COLOUR_LEVELS)
        .default('auto'),
    )
    .option('--no-color', 'no colours')
}

function percent(text: string): number {
  const number = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && number <= 100) return number
  throw new InvalidArgumentError('Expected a number from 0 to 100.')
}
