import { type Command, InvalidArgumentError, Option } from 'commander'

import type { HealthcheckOptions } from '../server/run-healthcheck.ts'
import type { ServeOptions } from '../server/serve.ts'
import type { CommandContext } from './command-context.ts'

/** `lockstitch server`: the policy decision point as a process, in place of `cerbos server`. */
export function addServerCommand(program: Command, { io, endWith }: CommandContext): void {
  const command = program
    .command('server')
    .summary('run a policy decision point')
    .description(
      "Answers Cerbos's API over HTTP and gRPC, so that every Cerbos client works with it. The " +
        'configuration is that of `cerbos server`.',
    )
  addServerOptions(command)
    .option(
      '--workers <number>',
      'how many processes serve, `auto` for one a core; for `lockstitch.workers`',
    )
    .addHelpText('after', serverExamples)
    .action(async (options: ServeOptions) => {
      const { runServer } = await import('../server/run-server.ts')
      endWith(await runServer(options, io))
    })
}

/** `lockstitch run`: a command with a policy decision point beside it. */
export function addRunCommand(program: Command, { io, endWith }: CommandContext): void {
  const command = program
    .command('run')
    .summary('run a command with a policy decision point beside it')
    .description(
      'Starts a server, runs a command with `CERBOS_HTTP` and `CERBOS_GRPC` in its environment, and ' +
        'stops the server when the command ends. The exit code is that of the command.',
    )
    .argument('<command...>', 'the command and its arguments, behind `--`')
  addServerOptions(command)
    .option('--timeout <duration>', 'how long the server may take to start', '30s')
    .addHelpText('after', runExamples)
    .action(async (words: string[], options: ServeOptions) => {
      const { runBeside } = await import('../server/run-beside.ts')
      endWith(await runBeside(words, options, io))
    })
}

/** `lockstitch healthcheck`: asks a server how it is. */
export function addHealthcheckCommand(program: Command, { io, endWith }: CommandContext): void {
  program
    .command('healthcheck')
    .alias('hc')
    .summary('ask a server how it is')
    .description(
      'Ends with 0 when the server serves. The address is that of the configuration, or --host-port.',
    )
    .option('--config <file>', 'the configuration of the server')
    .addOption(new Option('--kind <kind>', 'what to ask').choices(['grpc', 'http']).default('grpc'))
    .option('--host-port <address>', 'the address of the server, such as `127.0.0.1:3593`')
    .option('--ca-cert <file>', 'whose certificates to trust')
    .option('--insecure', 'trust every certificate')
    .option('--no-tls', 'do not encrypt; with --host-port')
    .option('--timeout <duration>', 'how long to wait', '2s')
    .addHelpText('after', healthcheckExamples)
    .action(async (options: HealthcheckOptions) => {
      const { runHealthcheck } = await import('../server/run-healthcheck.ts')
      endWith(await runHealthcheck(options, io))
    })
}

function addServerOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration: `lockstitch.yaml`, or one of Cerbos')
    .option('--policies <dir>', 'the policy directory, for `storage.disk.directory`')
    .option('--set <name=value>', 'a setting that the configuration has otherwise', collect, [])
    .addOption(
      new Option('--log-level <level>', 'how much to log')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .addOption(new Option('--debug-listen-addr <address>').hideHelp().argParser(notHere))
    .addOption(new Option('--hub.deployment-id <id>').hideHelp().argParser(notHere))
    .addOption(new Option('--hub.playground-id <id>').hideHelp().argParser(notHere))
}

function collect(setting: string, settings: readonly string[]): readonly string[] {
  return [...settings, setting]
}

function notHere(): never {
  throw new InvalidArgumentError('It is of Cerbos alone.')
}

const serverExamples = `
Without --config it is $LOCKSTITCH_CONFIG, $CERBOS_CONFIG, or the first there is of lockstitch.yaml and
.cerbos.yaml. Without any, the policies are in \`policies\` and our defaults hold: errors in conditions
deny, and edits take effect at once. A configuration with another name is one of Cerbos, with its defaults.

Examples:
  $ lockstitch server
  $ lockstitch server --policies policies --set server.httpListenAddr=127.0.0.1:3592
  $ lockstitch server --config .cerbos.yaml --workers auto
`

const runExamples = `
Examples:
  $ lockstitch run --policies policies -- npm test
  $ lockstitch run --config .cerbos.yaml -- python app.py
`

const healthcheckExamples = `
Examples:
  $ lockstitch healthcheck --config .cerbos.yaml
  $ lockstitch healthcheck --kind http --host-port 127.0.0.1:3592 --no-tls
`
