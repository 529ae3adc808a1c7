import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { ValidationError } from '../src/request.ts'

/** The settings of a Cerbos server that a test may choose. */
export interface CerbosSettings {
  readonly strictEvaluation?: boolean
  readonly lenientScopeSearch?: boolean
  readonly defaultScope?: string
  readonly globals?: Readonly<Record<string, unknown>>
  readonly schemaEnforcement?: 'none' | 'warn' | 'reject'
}

/** A real Cerbos server on free ports of the loopback interface. */
export interface CerbosServer {
  readonly httpUrl: string
  readonly grpcAddress: string
  /** The parsed answer of `/api/check/resources`. */
  checkResources(request: object): Promise<CerbosAnswer>
  stop(): Promise<void>
}

export interface CerbosAnswer {
  readonly results: readonly CerbosResult[]
}

export interface CerbosResult {
  readonly actions: Readonly<Record<string, string>>
  readonly meta?: {
    readonly actions?: Readonly<Record<string, { matchedPolicy?: string; matchedScope?: string }>>
    readonly effectiveDerivedRoles?: readonly string[]
  }
  readonly outputs?: readonly unknown[]
  readonly validationErrors?: readonly Partial<ValidationError>[]
}

/** The path of the Cerbos binary, or why there is none. */
export function findCerbos(): { readonly path: string } | { readonly missing: string } {
  const name = `@cerbos/cerbos-${process.platform}-${process.arch}`
  if (process.env.CERBOS_IN_TESTS === 'off') return { missing: 'switched off by CERBOS_IN_TESTS' }
  try {
    const require = createRequire(import.meta.url)
    const directory = dirname(require.resolve(`${name}/package.json`))
    return { path: join(directory, name.slice('@cerbos/'.length)) }
  } catch {
    return { missing: `${name} is not installed` }
  }
}

/** Starts Cerbos on policy files, given by name and text, or on a directory of them. */
export async function startCerbos(
  policies: Readonly<Record<string, string>> | string,
  { schemaEnforcement = 'none', ...settings }: CerbosSettings = {},
): Promise<CerbosServer> {
  const found = findCerbos()
  if ('missing' in found) throw new Error(found.missing)
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-cerbos-'))
  const directory = typeof policies === 'string' ? policies : await writePolicies(home, policies)
  const [httpPort, grpcPort] = await freePorts()
  const httpListenAddr = `127.0.0.1:${httpPort}`
  const grpcListenAddr = `127.0.0.1:${grpcPort}`
  const config = {
    server: {
      httpListenAddr,
      grpcListenAddr,
      requestLimits: { maxActionsPerResource: 500, maxResourcesPerRequest: 500 },
    },
    storage: { driver: 'disk', disk: { directory, watchForChanges: false } },
    engine: settings,
    schema: { enforcement: schemaEnforcement },
  }
  const configFile = join(home, 'config.yaml')
  await writeFile(configFile, JSON.stringify(config))
  const child = spawn(found.path, ['server', '--config', configFile], {
    env: { ...process.env, CERBOS_NO_TELEMETRY: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const httpUrl = `http://${httpListenAddr}`
  const stop = async (): Promise<void> => {
    await ended(child)
    await rm(home, { recursive: true, force: true })
  }
  try {
    await untilReady(child, httpUrl)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    httpUrl,
    grpcAddress: grpcListenAddr,
    checkResources: (request) => post(`${httpUrl}/api/check/resources`, request),
    stop,
  }
}

async function writePolicies(
  home: string,
  policies: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = join(home, 'policies')
  await mkdir(directory)
  for (const [name, text] of Object.entries(policies)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  return directory
}

/** Two at once, so that they differ. */
async function freePorts(): Promise<readonly number[]> {
  const servers = [createServer(), createServer()]
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(typeof address === 'object' && address ? address.port : 0)
          })
        }),
    ),
  )
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return ports
}

async function untilReady(child: ChildProcess, httpUrl: string): Promise<void> {
  let log = ''
  child.once('error', (error) => (log += error.message))
  child.stdout?.on('data', (text) => (log += text))
  child.stderr?.on('data', (text) => (log += text))
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null || child.pid === undefined) break
    const health = await fetch(`${httpUrl}/_cerbos/health`).catch(() => undefined)
    if (health?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Cerbos did not start:\n${log}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await exit
}

async function post(url: string, body: object): Promise<CerbosAnswer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`Cerbos answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as CerbosAnswer
}
