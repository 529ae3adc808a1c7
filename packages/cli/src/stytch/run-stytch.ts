import { readFile } from 'node:fs/promises'
import {
  createEmulator,
  type Emulator,
  EmulatorError,
  type EmulatorOptions,
  readSeedText,
  SeedError,
  type SeedText,
} from '@lockstitch/stytch-emulator'

import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** What `lockstitch stytch` is told. */
export interface StytchOptions {
  readonly port: number
  readonly host: string
  readonly seed?: string
  readonly persist?: string
  readonly publicUrl?: string
  readonly json?: true
}

/** Starts the emulator and runs it until it is interrupted. */
export async function runStytch(options: StytchOptions, io: Io): Promise<void> {
  const { port: portNumber, host, publicUrl, persist, seed: file } = options
  const text = file === undefined ? undefined : await loadSeed(file)
  // Listened for before anything is printed: whoever waits for the first line may interrupt at once.
  const interrupted = io.interrupted()
  const emulator = await start({ port: portNumber, host, publicUrl, persist }, file, text)
  io.stdout.write(options.json === true ? asJson(emulator) : asText(emulator, persist))
  if (!isLoopback(host))
    io.stderr.write(
      `lockstitch: other machines can reach ${host}: whoever does can read the inbox and sign in as anyone\n`,
    )
  await interrupted
  await emulator.close()
}

async function loadSeed(file: string): Promise<SeedText> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(
      exitCodes.failed,
      `cannot read the seed \`${file}\`: ${reasonOf(error)}`,
    )
  })
  try {
    return readSeedText(text)
  } catch (error) {
    throw error instanceof SeedError ? badSeed(file, error) : error
  }
}

async function start(
  options: EmulatorOptions,
  file: string | undefined,
  text: SeedText | undefined,
): Promise<Emulator> {
  try {
    return await createEmulator({ ...options, seed: text?.seed })
  } catch (error) {
    if (error instanceof SeedError) throw badSeed(file ?? 'seed', text?.locate(error) ?? error)
    if (error instanceof EmulatorError) throw new CommandFailure(exitCodes.failed, error.message)
    throw error
  }
}

function badSeed(file: string, { problems }: SeedError): CommandFailure {
  const lines = problems.map(({ path, problem, position }) => {
    const place = position && `${file}:${position.line}:${position.column}: `
    return `  ${place ?? ''}${path}: ${problem}`
  })
  return new CommandFailure(
    exitCodes.usage,
    [`the seed \`${file}\` cannot be used:`, ...lines].join('\n'),
  )
}

function asText({ url, projects }: Emulator, persist: string | undefined): string {
  const credentials = projects.map(
    ({ projectId, secret }) => `
  project_id  ${projectId}
  secret      ${secret}
  env         ${url}/
`,
  )
  return `Stytch emulator  ${url}
Inbox            ${url}/inbox
${persist === undefined ? '' : `Kept in          ${persist}\n`}
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
