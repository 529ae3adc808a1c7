import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { GRPC } from '@cerbos/grpc'

/** A running Cerbos PDP and the official client for it. */
export interface Cerbos {
  readonly client: GRPC
  close(): Promise<void>
}

/** Starts the real Cerbos with the configuration that fits our defaults. */
export async function startCerbos(policies: string): Promise<Cerbos> {
  const [grpcPort, httpPort] = [await freePort(), await freePort()]
  const settings = [
    `server.grpcListenAddr=127.0.0.1:${grpcPort}`,
    `server.httpListenAddr=127.0.0.1:${httpPort}`,
    'storage.driver=disk',
    `storage.disk.directory=${policies}`,
    'storage.disk.watchForChanges=false',
    'engine.lenientScopeSearch=true',
    'engine.strictEvaluation=true',
    'telemetry.disabled=true',
  ]
  const server = spawn(
    createRequire(import.meta.url).resolve('@cerbos/cerbos-linux-x64/cerbos-linux-x64'),
    ['server', '--log-level=ERROR', ...settings.map((setting) => `--set=${setting}`)],
    { env: { ...process.env, CERBOS_NO_TELEMETRY: '1' }, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  await healthy(server, `http://127.0.0.1:${httpPort}/_cerbos/health`)
  const client = new GRPC(`127.0.0.1:${grpcPort}`, { tls: false })
  return {
    client,
    close() {
      client.close()
      const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
      server.kill()
      return ended
    },
  }
}

async function healthy(server: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (server.exitCode !== null) throw new Error(`Cerbos ended with code ${server.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('Cerbos did not start')
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
