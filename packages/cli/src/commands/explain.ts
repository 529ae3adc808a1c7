import { type Command, Option } from 'commander'

import { exitCodesHelp } from '../exit-codes.ts'
import type { CommandContext } from './command-context.ts'

/** What `lockstitch explain` is told. */
export interface ExplainOptions {
  readonly policies: string
  readonly principal?: string
  readonly resource?: string
  readonly action?: readonly string[]
  readonly auxData?: string
  readonly defaults: 'lockstitch' | 'cerbos'
  readonly strictEvaluation?: true
  readonly lenientScopeSearch?: true
  readonly json?: true
}

/** `lockstitch explain`: why something is allowed or denied. */
export function addExplainCommand(program: Command, { io, endWith }: CommandContext): void {
  program
    .command('explain')
    .summary('say why something is allowed or denied')
    .description(
      'Decides by a folder of policies, and shows each rule, condition and value behind the ' +
        'decision. What is asked comes from options, from a request in a file, or from a decision ' +
        'record as a decision log keeps it.',
    )
    .argument('[file]', 'a request or a decision record (JSON); `-` for standard input')
    .option('-d, --policies <dir>', 'the policy directory', 'policies')
    .option('--principal <json>', 'who asks: a JSON file, or JSON itself')
    .option('--resource <json>', 'what it is about: a JSON file, or JSON itself')
    .option(
      '-a, --action <action>',
      'what is to be done; may be repeated',
      (action: string, actions: readonly string[] = []) => [...actions, action],
    )
    .option('--aux-data <json>', 'verified claims, `{"jwt": {…}}`: a JSON file, or JSON itself')
    .addOption(
      new Option(
        '--defaults <whose>',
        "whose defaults hold: an engine's of Lockstitch, which denies on errors and is lenient about scopes, or those of a Cerbos server",
      )
        .choices(['lockstitch', 'cerbos'])
        .default('lockstitch'),
    )
    .option('--strict-evaluation', 'with --defaults=cerbos: let errors in conditions deny')
    .option(
      '--lenient-scope-search',
      'with --defaults=cerbos: take the nearest ancestor of a scope without policies',
    )
    .option('--json', 'print a line of JSON for each decision')
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (file: string | undefined, options: ExplainOptions) => {
      const { runExplain } = await import('../explain/run-explain.ts')
      endWith(await runExplain(file, options, io))
    })
}

const examples = `
A denial is an answer like any other: the exit code is 0.

Examples:
  $ lockstitch explain --principal maya.json --resource q3.json --action delete
  $ lockstitch explain --principal '{"id":"maya","roles":["editor"]}' \\
      --resource '{"kind":"document","id":"q3"}' --action view --policies policies
  $ lockstitch explain request.json
  $ tail -n 1 decisions.log | lockstitch explain - --json
`
