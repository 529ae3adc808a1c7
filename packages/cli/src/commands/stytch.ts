import { type Command, InvalidArgumentError } from 'commander'

import type { StytchOptions } from '../stytch/run-stytch.ts'
import type { CommandContext } from './command-context.ts'

/** `lockstitch stytch`: starts the emulator and runs it until it is interrupted. */
export function addStytchCommand(program: Command, { io }: CommandContext): void {
  program
    .command('stytch')
    .summary('run a local Stytch')
    .description(
      "Runs Stytch's API, B2B and consumer, on this machine, for development and tests. The official " +
        'SDK works against it unmodified; links and codes arrive in an inbox page instead of by mail.',
    )
    .option('-p, --port <number>', 'the port to listen on; 0 for any free one', port, 4010)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('-s, --seed <file>', 'projects, organizations and members to start with (YAML or JSON)')
    .option(
      '--persist <file>',
      'keep everything in this file, and go on from what it holds instead of the seed',
    )
    .option(
      '--public-url <url>',
      'the URL clients reach it by, if it is not the one it listens on',
      httpUrl,
    )
    .option('--json', 'print one line of JSON instead of text')
    .addHelpText('after', examples)
    .action(async (options: StytchOptions) => {
      const { runStytch } = await import('../stytch/run-stytch.ts')
      await runStytch(options, io)
    })
}

const examples = `
Without --seed it starts with two organizations, Acme and Globex, and a few members.
With --persist, what was answered is still there after the process ends, however it does.
A seed's fields are in @lockstitch/stytch-emulator/seed.schema.json, for editors.
Only this machine can reach it unless --host says otherwise. Its pages show who exists and what
was asked, move its clock and make requests fail.

Examples:
  $ lockstitch stytch
  $ lockstitch stytch --port 5000 --seed stytch.yaml
  $ lockstitch stytch --persist stytch.db
  $ lockstitch stytch --port 0 --json`

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.')
}

function httpUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError('Expected a URL such as `http://stytch.localhost:4010`.')
}
