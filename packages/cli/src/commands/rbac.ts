import type { Command } from 'commander'

import type { RbacOptions } from '../rbac/rbac-source.ts'
import type { CommandContext } from './command-context.ts'

/** `lockstitch rbac`: Stytch's RBAC policy as Cerbos policies. */
export function addRbacCommand(program: Command, { io, endWith }: CommandContext): void {
  const rbac = program
    .command('rbac')
    .summary("keep Stytch's RBAC policy as policies")
    .description(
      "Makes Cerbos policies, with tests, of a Stytch project's RBAC policy, and tells when they differ.",
    )
  addRbacOptions(rbac.command('import'))
    .summary('write policies and tests')
    .description(
      'Writes a policy and a test suite for each resource of the RBAC policy, and role policies for the ' +
        'custom roles of organizations. What cannot be kept is said.',
    )
    .addHelpText('after', importExamples)
    .action(async (folder: string, options: RbacOptions) => {
      const { runRbacImport } = await import('../rbac/run-rbac.ts')
      endWith(await runRbacImport(folder, options, io))
    })
  addRbacOptions(rbac.command('check'))
    .summary('tell whether the policies are still those of Stytch')
    .description(
      'Compares a folder with what `lockstitch rbac import` would write into it now. Ends with 5 where they differ.',
    )
    .addHelpText('after', checkExamples)
    .action(async (folder: string, options: RbacOptions) => {
      const { runRbacCheck } = await import('../rbac/run-rbac.ts')
      endWith(await runRbacCheck(folder, options, io))
    })
}

function addRbacOptions(command: Command): Command {
  return command
    .argument('[folder]', 'the folder of the policies', 'policies/stytch-rbac')
    .option(
      '-f, --from <file>',
      'the RBAC policy as JSON, `-` for the standard input; otherwise Stytch is asked',
    )
    .option('--consumer', 'the project is a consumer project, without organizations')
    .option('--no-organizations', 'leave the custom roles of organizations out')
    .option('--expand-wildcards', 'write the declared actions for `*`, and no others')
}

const environment = `
Without --from the project is that of STYTCH_PROJECT_ID and STYTCH_SECRET in the environment;
STYTCH_ENV is the URL of an emulator.
`

const importExamples = `${environment}
Examples:
  $ lockstitch rbac import
  $ lockstitch rbac import policies/rbac --from rbac-policy.json`

const checkExamples = `${environment}
Examples:
  $ lockstitch rbac check
  $ lockstitch rbac check policies/rbac --from rbac-policy.json`
