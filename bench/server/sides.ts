import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { startCerbos } from '../../tools/cerbos-server.ts'
import { childrenOf, residentMemory } from '../../tools/process-memory.ts'
import { SETTINGS } from '../engine/settings.ts'

/** One of the servers that are compared. */
export interface Side {
  readonly name: string
  readonly url: URL
  readonly grpcAddress: string
  readonly startSeconds: number
  /** In bytes, of all its processes. */
  memory(): number
  stop(): Promise<void>
}

/** How a side is started. */
export interface StartOptions {
  /** Whether edits of the policies are seen. */
  readonly watchForChanges?: boolean
}

const COMMAND = fileURLToPath(new URL('../../packages/cli/bundle/main.js', import.meta.url))

/** Our server, as users start it: `lockstitch server` with a configuration of Cerbos's. */
export async function startOurs(
  directory: string,
  workers: number,
  { watchForChanges = false }: StartOptions = {},
): Promise<Side> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-bench-'))
  const config = join(home, '.cerbos.yaml')
  const settings = {
    server: { httpListenAddr: '127.0.0.1:0', grpcListenAddr: '127.0.0.1:0' },
    engine: SETTINGS,
    storage: { driver: 'disk', disk: { directory, watchForChanges } },
  }
  await writeFile(config, JSON.stringify(settings))
  const started = performance.now()
  const args = ['server', '--config', config, '--workers', String(workers)]
  const child = spawn(COMMAND, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Whatever ends this process, the server does not stay.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const { http, grpc } = await served(createInterface(child.stdout))
  const startSeconds = (performance.now() - started) / 1000
  return {
    name: workers === 1 ? 'ours, one worker' : `ours, ${workers} workers`,
    url: new URL(`http://${http}`),
    grpcAddress: grpc,
    startSeconds,
    memory: () =>
      [child.pid ?? 0, ...childrenOf(child.pid)]
        .map(residentMemory)
        .reduce((sum, one) => sum + one),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      process.off('exit', kill)
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Where a server says that it serves. @throws where it ends without having said so */
async function served(
  lines: AsyncIterable<string>,
): Promise<{ readonly http: string; readonly grpc: string }> {
  for await (const line of lines) {
    const { http, grpc } = JSON.parse(line) as { readonly http?: string; readonly grpc?: string }
    if (http !== undefined && grpc !== undefined) return { http, grpc }
  }
  throw new Error('our server did not start')
}

/** The real Cerbos, which uses as many cores as there are. */
export async function startTheirs(directory: string): Promise<Side> {
  const started = performance.now()
  const server = await startCerbos({ policies: directory, engine: SETTINGS })
  const startSeconds = (performance.now() - started) / 1000
  return {
    name: 'cerbos',
    url: new URL(server.httpUrl),
    grpcAddress: server.grpcAddress,
    startSeconds,
    memory: () => server.residentMemory(),
    stop: () => server.stop(),
  }
}
