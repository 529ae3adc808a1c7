import { PolicyLoadError } from '@lockstitch/engine/node'
import { createEmulator, type Emulator, EmulatorError } from '@lockstitch/stytch-emulator'
import { B2BClient, envs } from 'stytch'

import {
  type DemoOptions,
  OptionError,
  readDemoOptions,
  type StytchCredentials,
  usage,
} from './demo-options.ts'
import { demoHints, demoSeed, homeProject } from './demo-seed.ts'
import { emulatorClient, homeClient, hostedPages } from './emulator-client.ts'
import { createHomeApp } from './home/app.ts'
import { listen, PortError, portInUse } from './listen.ts'
import { storeSeed } from './seed.ts'
import { type Served, type ServeOptions, serve } from './serve.ts'
import { createStore } from './store.ts'
import { welcome } from './welcome.ts'

/** Something that was started has to be stopped. */
type Stop = () => Promise<unknown>

const exitCode = await run().catch(reportFailure)
process.exit(exitCode)

async function run(): Promise<number> {
  const options = readDemoOptions(process.argv.slice(2), process.env)
  if (options === undefined) {
    process.stdout.write(usage)
    return 0
  }
  // Asked for before anything starts, so that Ctrl-C during the start stops cleanly as well.
  const stopped = stopSignal()
  const stops: Stop[] = []
  try {
    await start(options, stops)
    await stopped
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
  return 0
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function start(options: DemoOptions, stops: Stop[]): Promise<void> {
  const listener = await listen(options.port, '--port')
  stops.push(() => listener.close())
  const baseUrl = options.baseUrl ?? `http://127.0.0.1:${listener.port}`
  const emulator = options.stytch === undefined ? await startEmulator(options) : undefined
  if (emulator !== undefined) stops.push(() => emulator.close())
  const given = parts(options, emulator)
  stops.push(async () => given.store.close())
  const served = await serve({
    listener,
    baseUrl,
    ...given,
    decider: await deciderOf(options, stops),
    log: (message) => process.stderr.write(`${message}\n`),
  })
  stops.push(() => served.close())
  const homeUrl = emulator && (await startHome(options, stops, emulator.url, served))
  const { policies, cerbos } = options
  process.stdout.write(welcome({ baseUrl, homeUrl, emulatorUrl: emulator?.url, policies, cerbos }))
}

/** The application with a consumer project: the emulator has one, a project at Stytch is one or the other. */
async function startHome(
  { homePort }: DemoOptions,
  stops: Stop[],
  emulatorUrl: string,
  { decide }: Served,
): Promise<string> {
  const listener = await listen(homePort, '--home-port')
  stops.push(() => listener.close())
  const baseUrl = `http://localhost:${listener.port}`
  const app = createHomeApp({
    ...{ baseUrl, decide },
    stytch: homeClient(emulatorUrl),
    hosted: hostedPages(emulatorUrl, homeProject),
    inboxUrl: `${emulatorUrl}/inbox`,
  })
  listener.server.on('request', app)
  return baseUrl
}

async function startEmulator({ emulatorPort }: DemoOptions): Promise<Emulator> {
  try {
    return await createEmulator({ seed: demoSeed, port: emulatorPort })
  } catch (error) {
    const isTaken = error instanceof EmulatorError && error.code === 'port-in-use'
    throw isTaken ? portInUse(emulatorPort, '--emulator-port') : error
  }
}

/** What differs between the emulator, where everybody is known, and a project at Stytch. */
function parts(
  { stytch, production }: DemoOptions,
  emulator: Emulator | undefined,
): Pick<ServeOptions, 'stytch' | 'hosted' | 'store' | 'development'> {
  if (emulator === undefined)
    return {
      stytch: stytchClient(stytch),
      store: createStore({ organizations: [], people: [], documents: [] }),
      development: production ? undefined : {},
    }
  return {
    stytch: emulatorClient(emulator.url),
    hosted: hostedPages(emulator.url),
    store: createStore(storeSeed),
    development: production ? undefined : { inboxUrl: `${emulator.url}/inbox`, hints: demoHints },
  }
}

function stytchClient(credentials: StytchCredentials | undefined): B2BClient {
  if (credentials === undefined) throw new OptionError('STYTCH_PROJECT_ID is missing')
  const { projectId: project_id, secret, env } = credentials
  if (env === undefined) return new B2BClient({ project_id, secret })
  const known: Readonly<Record<string, string>> = { test: envs.test, live: envs.live }
  return new B2BClient({ project_id, secret, env: known[env] ?? env })
}

async function deciderOf(
  { policies, cerbos }: DemoOptions,
  stops: Stop[],
): Promise<ServeOptions['decider']> {
  if (cerbos === undefined) return { policies }
  const { GRPC } = await import('@cerbos/grpc')
  const client = new GRPC(cerbos, { tls: false })
  stops.push(async () => client.close())
  return { decide: client }
}

// What a person can put right is said in a sentence; anything else is a mistake of ours.
function reportFailure(error: unknown): number {
  const forPeople = [OptionError, PortError, EmulatorError, PolicyLoadError]
  const isForPeople = forPeople.some((type) => error instanceof type)
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  process.stderr.write(`${isForPeople ? message : stack}\n`)
  return 1
}
