import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

import { GRPC } from '@cerbos/grpc'

/** A Cerbos that decides by the example's policies. */
export interface RunningCerbos {
  readonly client: GRPC
  stop(): Promise<void>
}

/** Starts the real Cerbos on this machine. It is there on Linux with x64 only. */
export async function startCerbos(): Promise<RunningCerbos> {
  const binary = createRequire(import.meta.url).resolve('@cerbos/cerbos-linux-x64/cerbos-linux-x64')
  const [grpc, http] = [await freePort(), await freePort()]
  const policies = fileURLToPath(new URL('../policies', import.meta.url))
  const settings = [
    `server.grpcListenAddr=127.0.0.1:${grpc}`,
    `server.httpListenAddr=127.0.0.1:${http}`,
    'storage.driver=disk',
    `storage.disk.directory=${policies}`,
    'telemetry.disabled=true',
  ]
  const child = spawn(
    binary,
    ['server', '--log-level=error', ...settings.map((each) => `--set=${each}`)],
    {
      stdio: 'ignore',
      env: { ...process.env, CERBOS_NO_TELEMETRY: '1' },
    },
  )
  await untilHealthy(child, `http://127.0.0.1:${http}/_cerbos/health`)
  const client = new GRPC(`127.0.0.1:${grpc}`, { tls: false })
  return {
    client,
    async stop() {
      client.close()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

async function untilHealthy(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`Cerbos ended with code ${child.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('Cerbos did not start within ten seconds')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
