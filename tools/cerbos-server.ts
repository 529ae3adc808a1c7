import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { freePorts } from './free-ports.ts'
import { childrenOf, residentMemory } from './process-memory.ts'

// For tests, benches and comparisons: the real Cerbos PDP, started on this machine.

/** The path of the real Cerbos, or why there is none on this machine. */
export type FoundCerbos = { readonly path: string } | { readonly missing: string }

/**
 * Finds the real Cerbos. Its package is for Linux on x64 only: there it has to be installed, so that
 * no test is skipped by accident. `CERBOS_IN_TESTS=off` does without, for tests that are run very
 * often. @throws where it should be and is not.
 */
export function findCerbos(): FoundCerbos {
  if (process.env.CERBOS_IN_TESTS === 'off') return { missing: 'switched off by CERBOS_IN_TESTS' }
  const machine = `${process.platform}-${process.arch}`
  const name = `cerbos-${machine}`
  try {
    const directory = dirname(
      createRequire(import.meta.url).resolve(`@cerbos/${name}/package.json`),
    )
    return { path: join(directory, name) }
  } catch (cause) {
    if (machine === 'linux-x64')
      throw new Error(`@cerbos/${name} is not installed: run \`npm ci\``, { cause })
    return { missing: `the real Cerbos is there for linux-x64 only, this is ${machine}` }
  }
}

/** The path of the real Cerbos. @throws where there is none. */
export function cerbosPath(): string {
  const found = findCerbos()
  if ('missing' in found) throw new Error(found.missing)
  return found.path
}

/** What stands behind the title of tests that need Cerbos: nothing, or why they are skipped. */
export function skippedWithoutCerbos(found: FoundCerbos = findCerbos()): string {
  return 'missing' in found ? ` (skipped: ${found.missing})` : ''
}

/** Nothing is to leave this machine. */
export const CERBOS_ENVIRONMENT: NodeJS.ProcessEnv = { ...process.env, CERBOS_NO_TELEMETRY: '1' }

/** What a server decides by, and how. */
export interface CerbosOptions {
  /** The directory of the policies, or their texts by file name. */
  readonly policies: string | Readonly<Record<string, string>>
  /** Cerbos's `engine` settings; its own defaults otherwise. */
  readonly engine?: Readonly<Record<string, unknown>>
  /** Other top-level settings; they replace ours, `server`'s addresses apart. */
  readonly config?: Readonly<Record<string, object>>
  /** How many seconds loading the policies may take; a minute unless given. */
  readonly startWithin?: number
}

/** A running Cerbos on free ports of the loopback interface. */
export interface CerbosServer {
  readonly httpUrl: string
  readonly grpcAddress: string
  /** Posts to an endpoint of the HTTP API. A refusal is an answer, too. */
  post(path: string, body: object): Promise<CerbosReply>
  /** How much memory it has, in bytes. Linux only, like the binary. */
  residentMemory(): number
  stop(): Promise<void>
}

/** What Cerbos answered. */
export type CerbosReply =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly message: string }

const attempts = 5

/** Starts the real Cerbos. It ends with {@link CerbosServer.stop}, or with this process however that ends. */
export async function startCerbos(options: CerbosOptions): Promise<CerbosServer> {
  const path = cerbosPath()
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-cerbos-'))
  try {
    const policies = await policyDirectory(home, options.policies)
    for (let attempt = 1; ; attempt += 1) {
      const server = await tryToStart(path, home, policies, options)
      if ('httpUrl' in server) return server
      // Between finding a port and using it somebody else may have taken it.
      const wasTaken = server.log.includes('address already in use')
      if (!wasTaken || attempt === attempts)
        throw new Error(`Cerbos did not start:\n${server.log || '(it said nothing)'}`)
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true })
    throw error
  }
}

async function tryToStart(
  path: string,
  home: string,
  directory: string,
  { engine = {}, config = {}, startWithin = 60 }: CerbosOptions,
): Promise<CerbosServer | { readonly log: string }> {
  const [http, grpc] = await freePorts(2)
  const [httpListenAddr, grpcListenAddr] = [`127.0.0.1:${http}`, `127.0.0.1:${grpc}`]
  const file = join(home, 'config.yaml')
  const settings = {
    storage: { driver: 'disk', disk: { directory, watchForChanges: false } },
    telemetry: { disabled: true },
    engine,
    ...config,
    server: { ...config.server, httpListenAddr, grpcListenAddr },
  }
  await writeFile(file, JSON.stringify(settings))
  const child = startWatched(path, ['server', '--log-level=error', '--config', file])
  const httpUrl = `http://${httpListenAddr}`
  const log = collect(child)
  if (!(await isHealthy(child, httpUrl, startWithin))) {
    await stop(child)
    return { log: log() }
  }
  return {
    httpUrl,
    grpcAddress: grpcListenAddr,
    post: (endpoint, body) => post(`${httpUrl}${endpoint}`, body),
    residentMemory: () => Math.max(...childrenOf(child.pid).map(residentMemory)),
    async stop() {
      await stop(child)
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function policyDirectory(home: string, policies: CerbosOptions['policies']): Promise<string> {
  if (typeof policies === 'string') return policies
  const directory = join(home, 'policies')
  for (const [name, text] of Object.entries(policies)) {
    const file = join(directory, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return directory
}

// The shell waits for the end of its input, too, which comes when this process ends, even if it is
// killed: a Cerbos that nobody stops would run for ever. It has nothing to put in order, and waiting
// for its goodbye costs seconds.
const watched = `
exec 3<&0
"$0" "$@" 3<&- &
server=$!
{ read -r _ <&3; kill -9 $server 2>/dev/null; } &
exec 3<&-
wait $server`

function startWatched(path: string, args: readonly string[]): ChildProcess {
  const child = spawn('/bin/sh', ['-c', watched, path, ...args], {
    env: CERBOS_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // It may have ended by itself when its input is closed.
  child.stdin.on('error', () => {})
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.stdin?.end()
  await ended
}

function collect(child: ChildProcess): () => string {
  let log = ''
  const keep = (text: unknown): void => {
    log += String(text)
  }
  child.once('error', keep)
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => log.trim()
}

async function isHealthy(child: ChildProcess, httpUrl: string, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000
  while (child.exitCode === null && child.pid !== undefined && Date.now() < end) {
    const health = await fetch(`${httpUrl}/_cerbos/health`).catch(() => undefined)
    await health?.arrayBuffer()
    if (health?.ok === true) return true
    await pause(20)
  }
  return false
}

async function post(url: string, body: object): Promise<CerbosReply> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  if (response.ok) return { ok: true, body: JSON.parse(text) }
  return { ok: false, status: response.status, message: text }
}
