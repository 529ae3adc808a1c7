import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

/** Lets the system choose the ports. */
export const ANY_PORT = '--set=server.httpListenAddr=127.0.0.1:0,server.grpcListenAddr=127.0.0.1:0'

const running = new Set<Started>()

/** Ends whatever a test has left running. */
export async function stopAll(): Promise<void> {
  for (const each of running) await each.stop('SIGKILL')
  running.clear()
}

/** A server that runs. */
export interface Started {
  readonly pid: number
  readonly url: string
  readonly grpc: string
  readonly log: readonly Line[]
  line(message: string): Promise<Line>
  stop(signal: NodeJS.Signals): Promise<number | null>
}

/** A line of its log. */
export type Line = Readonly<Record<string, unknown>>

/** Starts `lockstitch server` as a process of its own. */
export async function start(...args: readonly string[]): Promise<Started> {
  return startIn({}, ...args)
}

/** The same with more in its environment. */
export async function startIn(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Started> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@lockstitch/source', MAIN, 'server', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ...env } },
  )
  const log: Line[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    log.push(...lines.map((each) => JSON.parse(each) as Line))
    for (const look of waiting) look()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const line = (message: string): Promise<Line> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = log.find((each) => each.message === message)
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      child.once('exit', () => reject(new Error(`it ended: ${errors}`)))
      look()
    })
  const { http, grpc } = await line('serving')
  const started: Started = {
    pid: child.pid ?? 0,
    url: `http://${http}`,
    grpc: String(grpc),
    log,
    line,
    async stop(signal) {
      running.delete(started)
      if (child.exitCode !== null) return child.exitCode
      child.kill(signal)
      const [code] = await once(child, 'exit')
      return code
    },
  }
  running.add(started)
  return started
}
