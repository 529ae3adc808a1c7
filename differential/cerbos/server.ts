import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { CERBOS_ENVIRONMENT, cerbosPath } from './binary.ts'

/** A running Cerbos. */
export interface CerbosServer {
  /** Posts to an endpoint. A refusal is an answer too. */
  post(path: string, body: object): Promise<Reply>
  stop(): Promise<void>
}

/** What the server answered. */
type Reply =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly message: string }

/** What a server decides by. */
export interface ServerOptions {
  /** For the configuration file. */
  readonly home: string
  readonly policies: string
  /** Cerbos's `engine` settings. */
  readonly engine?: Readonly<Record<string, unknown>>
  /** The file for its log of decisions, if one is wanted. */
  readonly decisionLog?: string
}

/** Starts the real Cerbos over a directory of policies, on free ports of the loopback interface. */
export async function startServer(options: ServerOptions): Promise<CerbosServer> {
  const [http, grpc] = await freePorts()
  const config = {
    server: { httpListenAddr: `127.0.0.1:${http}`, grpcListenAddr: `127.0.0.1:${grpc}` },
    storage: { driver: 'disk', disk: { directory: options.policies, watchForChanges: false } },
    auxData: { jwt: { disableVerification: true } },
    telemetry: { disabled: true },
    engine: options.engine ?? {},
    ...(options.decisionLog !== undefined && { audit: decisionLog(options.decisionLog) }),
  }
  const file = join(options.home, 'config.yaml')
  await writeFile(file, JSON.stringify(config))
  const child = spawn(cerbosPath(), ['server', '--log-level=error', '--config', file], {
    env: CERBOS_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = `http://127.0.0.1:${http}`
  try {
    await untilHealthy(child, url)
  } catch (error) {
    await stop(child)
    throw error
  }
  return { post: (path, body) => post(url + path, body), stop: () => stop(child) }
}

function decisionLog(path: string): object {
  return {
    enabled: true,
    accessLogsEnabled: false,
    decisionLogsEnabled: true,
    backend: 'file',
    file: { path },
  }
}

async function post(url: string, body: object): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  if (response.ok) return { ok: true, body: JSON.parse(text) }
  return { ok: false, status: response.status, message: text }
}

async function untilHealthy(child: ChildProcess, url: string): Promise<void> {
  let log = ''
  const keep = (text: Buffer): void => {
    log += text
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  for (let attempt = 0; attempt < 6000 && child.exitCode === null; attempt += 1) {
    const health = await fetch(`${url}/_cerbos/health`).catch(() => undefined)
    await health?.arrayBuffer()
    if (health?.ok) return
    await pause(20)
  }
  throw new Error(`Cerbos did not start:\n${log}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  // It has nothing to put in order, and waiting for its goodbye costs seconds.
  child.kill('SIGKILL')
  await ended
}

/** Held at the same time, so that they differ. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()]
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    ports.push(typeof address === 'object' && address !== null ? address.port : 0)
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [ports[0] ?? 0, ports[1] ?? 0]
}
