import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { Agent, type RequestOptions, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { freePorts } from '../../tools/free-ports.ts'
import { CERBOS_ENVIRONMENT, cerbosPath } from './binary.ts'

/** A running Cerbos. */
export interface CerbosServer {
  /** Posts to an endpoint. A refusal is an answer too. */
  post(path: string, body: object): Promise<Reply>
  /** Reads the directory of policies anew. */
  reload(): Promise<Reply>
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
  /** What is done about attributes that do not fit their schemas. */
  readonly schemaEnforcement?: string
  /** The file for its log of decisions, if one is wanted. */
  readonly decisionLog?: string
}

const ATTEMPTS = 5

/** Starts the real Cerbos over a directory of policies, on free ports of the loopback interface. */
export async function startServer(options: ServerOptions): Promise<CerbosServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToStart(options)
    } catch (error) {
      // Between finding a port and using it somebody else may have taken it.
      const wasTaken = String(error).includes('address already in use')
      if (!wasTaken || attempt === ATTEMPTS) throw error
    }
  }
}

async function tryToStart(options: ServerOptions): Promise<CerbosServer> {
  const [http, grpc] = await freePorts(2)
  const config = {
    server: {
      httpListenAddr: `127.0.0.1:${http}`,
      grpcListenAddr: `127.0.0.1:${grpc}`,
      // For `reload` alone, with the name and the password that Cerbos has for nobody to use.
      adminAPI: { enabled: true },
    },
    storage: { driver: 'disk', disk: { directory: options.policies, watchForChanges: false } },
    auxData: { jwt: { disableVerification: true } },
    telemetry: { disabled: true },
    engine: options.engine ?? {},
    schema: { enforcement: options.schemaEnforcement ?? 'none' },
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
  return {
    post: (path, body) => ask(url + path, { method: 'POST' }, JSON.stringify(body)),
    reload: () => ask(`${url}/admin/store/reload?wait=true`, { headers: ADMIN }),
    stop: () => stop(child),
  }
}

const ADMIN = { authorization: `Basic ${btoa('cerbos:cerbosAdmin')}` }

function decisionLog(path: string): object {
  return {
    enabled: true,
    accessLogsEnabled: false,
    decisionLogsEnabled: true,
    backend: 'file',
    file: { path },
  }
}

/** `fetch` would cost more than Cerbos needs for its answer. */
const agent = new Agent({ keepAlive: true })

function ask(url: string, options: RequestOptions, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const { statusCode: status = 0 } = response
        if (status === 200) resolve({ ok: true, body: JSON.parse(text) })
        else resolve({ ok: false, status, message: text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
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
