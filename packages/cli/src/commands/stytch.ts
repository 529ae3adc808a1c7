import { readFile } from 'node:fs/promises'
import {
  createEmulator,
  type Emulator,
  EmulatorError,
  readSeed,
  type Seed,
  SeedError,
} from '@lockstitch/stytch-emulator'
import { type Command, InvalidArgumentError } from 'commander'

import { CommandFailure, exitCodes } from '../exit-codes.ts'

interface StytchOptions {
  readonly port: number
  readonly host: string
  readonly seed?: string
  readonly publicUrl?: string
  readonly json?: true
}

/** `lockstitch stytch`: starts the emulator and runs it until it is interrupted. */
export function addStytchCommand(program: Command): void {
  program
    .command('stytch')
    .summary('run a local Stytch')
    .description(
      "Runs Stytch's B2B API on this machine, for development and tests. The official SDK works " +
        'against it unmodified; magic links arrive in an inbox page instead of by mail.',
    )
    .option('-p, --port <number>', 'the port to listen on; 0 for any free one', port, 4010)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('-s, --seed <file>', 'projects, organizations and members to start with (JSON)')
    .option(
      '--public-url <url>',
      'the URL clients reach it by, if it is not the one it listens on',
      httpUrl,
    )
    .option('--json', 'print one line of JSON instead of text')
    .addHelpText('after', examples)
    .action(runStytch)
}

const examples = `
Without --seed it starts with two organizations, Acme and Globex, and a few members.
Only this machine can reach it unless --host says otherwise.

Examples:
  $ lockstitch stytch
  $ lockstitch stytch --port 5000 --seed stytch.json
  $ lockstitch stytch --port 0 --json`

async function runStytch(options: StytchOptions): Promise<void> {
  const seed = options.seed === undefined ? undefined : await loadSeed(options.seed)
  const { port: portNumber, host, publicUrl } = options
  // Listened for before anything is printed: whoever waits for the first line may interrupt at once.
  const interrupted = interruption()
  const emulator = await start({ seed, port: portNumber, host, publicUrl }, options.seed)
  process.stdout.write(options.json === true ? asJson(emulator) : asText(emulator))
  if (!isLoopback(host))
    process.stderr.write(
      `lockstitch: other machines can reach ${host}: whoever does can read the inbox and sign in as anyone\n`,
    )
  await interrupted
  await emulator.close()
}

async function loadSeed(file: string): Promise<Seed> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(exitCodes.failed, `cannot read the seed \`${file}\`: ${reason(error)}`)
  })
  try {
    return readSeed(JSON.parse(text))
  } catch (error) {
    if (error instanceof SeedError) throw badSeed(file, error)
    throw new CommandFailure(exitCodes.usage, `the seed \`${file}\` is not JSON: ${reason(error)}`)
  }
}

async function start(
  options: Parameters<typeof createEmulator>[0],
  seedFile = 'seed',
): Promise<Emulator> {
  try {
    return await createEmulator(options)
  } catch (error) {
    if (error instanceof SeedError) throw badSeed(seedFile, error)
    if (error instanceof EmulatorError) throw new CommandFailure(exitCodes.failed, error.message)
    throw error
  }
}

function badSeed(file: string, { problems }: SeedError): CommandFailure {
  const lines = problems.map(({ path, problem }) => `  ${path}: ${problem}`)
  return new CommandFailure(
    exitCodes.usage,
    [`the seed \`${file}\` cannot be used:`, ...lines].join('\n'),
  )
}

function asText({ url, projects }: Emulator): string {
  const credentials = projects.map(
    ({ projectId, secret }) => `
  project_id  ${projectId}
  secret      ${secret}
  env         ${url}/
`,
  )
  return `Stytch emulator  ${url}
Inbox            ${url}/inbox

Point the official SDK at it, new B2BClient({ project_id, secret, env }):
${credentials.join('')}
Ctrl-C stops it.
`
}

function asJson({ url, projects }: Emulator): string {
  const shown = {
    url,
    inbox: `${url}/inbox`,
    env: `${url}/`,
    projects: projects.map(({ projectId, secret, publicToken }) => ({
      project_id: projectId,
      secret,
      public_token: publicToken,
    })),
  }
  return `${JSON.stringify(shown)}\n`
}

async function interruption(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.')
}

function httpUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError('Expected a URL such as `http://stytch.localhost:4010`.')
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
