import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const PROGRAM = new URL('pdp-program.ts', import.meta.url).pathname

/** A server in a process of its own. */
export interface PdpProcess {
  readonly url: string
  /** All that it has logged. */
  log(): string
  /** Whether it still runs. */
  isRunning(): boolean
  kill(): Promise<void>
}

/** What a server says of itself. */
export interface Health {
  readonly status: string
  readonly lockstitch: {
    readonly generation: number
    readonly revision: string
    readonly driver: string
    readonly reloadError?: string
  }
}

/** Starts a server on a free port. */
export async function startProcess(config: object): Promise<PdpProcess> {
  const settings = {
    ...config,
    server: {
      httpListenAddr: '127.0.0.1:0',
      grpcListenAddr: '127.0.0.1:0',
      ...('server' in config && (config.server as object)),
    },
  }
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@lockstitch/source', PROGRAM, JSON.stringify(settings)],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let logged = ''
  child.stderr.setEncoding('utf8').on('data', (line: string) => {
    logged += line
  })
  const address = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data').then(([line]) => String(line).trim()),
    once(child, 'exit').then(() => Promise.reject(new Error(`it did not start: ${logged}`))),
  ])
  return {
    url: `http://${address}`,
    log: () => logged,
    isRunning: () => isRunning(child),
    async kill() {
      if (!isRunning(child)) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** What a server says of itself. */
export async function healthOf(url: string): Promise<Health> {
  const response = await fetch(`${url}/_cerbos/health`)
  return (await response.json()) as Health
}
