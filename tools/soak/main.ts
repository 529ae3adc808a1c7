// `npm run soak -- --minutes 10`: people's traffic and hostile traffic at once, for as long as is asked. It
// prints the memory of the server over time, and says whether it grows. It ends with 1 where it does, or where
// an answer was not what it has to be.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { repositoryRoot } from '../architecture.ts'
import { freePorts } from '../free-ports.ts'
import { residentMemory } from '../process-memory.ts'
import { growthOf, type MemorySample } from './growth.ts'
import { type Target, TRAFFIC, type Traffic } from './traffic.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    audit: { type: 'boolean', default: true },
  },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error('expected --minutes, a number')

const principal = { id: 'maya', roles: ['editor'] }
const bodyOf = (actions: readonly string[], roles: readonly string[]): string =>
  JSON.stringify({
    principal: { ...principal, roles },
    resources: [{ actions, resource: { kind: 'document', id: 'q3' } }],
  })

const [http = 0, grpc = 0] = await freePorts(2)
const target: Target = {
  http: `127.0.0.1:${http}`,
  grpc: `127.0.0.1:${grpc}`,
  allowed: bodyOf(['view'], ['editor']),
  denied: bodyOf(['view'], ['nobody']),
}
const server = startServer()
let isOver = false
const counts = new Map<string, number>()
const failures = new Map<string, { count: number; first: string }>()
try {
  await serving()
  const clients = TRAFFIC.flatMap((traffic) =>
    Array.from({ length: traffic.clients }, () => run(traffic)),
  )
  const samples = await watch()
  isOver = true
  await Promise.race([Promise.all(clients), pause(25_000)])
  report(samples)
} finally {
  isOver = true
  server.kill('SIGKILL')
}
// Whoever is still half open is not waited for.
process.exit()

function startServer(): ChildProcess {
  const policies = join(repositoryRoot, 'packages/cli/test/fixtures/documents')
  const settings = [
    `server.httpListenAddr=127.0.0.1:${http}`,
    `server.grpcListenAddr=127.0.0.1:${grpc}`,
    ...(values.audit
      ? ['audit.enabled=true', 'audit.backend=file', 'audit.file.path=/dev/null']
      : []),
  ]
  const main = join(repositoryRoot, 'packages/cli/src/main.ts')
  const args = ['--import', 'tsx', '--conditions=@lockstitch/source', main, 'server']
  const options = ['--log-level=error', '--policies', policies, `--set=${settings.join(',')}`]
  return spawn(process.execPath, [...args, ...options], { stdio: 'inherit' })
}

async function serving(): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error('the server does not start')
    const response = await fetch(`http://${target.http}/_cerbos/health`).catch(() => undefined)
    if (response?.ok) return
    await pause(200)
  }
}

async function run(traffic: Traffic): Promise<void> {
  while (!isOver) {
    try {
      await traffic.send(target)
      counts.set(traffic.name, (counts.get(traffic.name) ?? 0) + 1)
    } catch (error) {
      if (isOver) return
      const known = failures.get(traffic.name) ?? { count: 0, first: String(error) }
      failures.set(traffic.name, { ...known, count: known.count + 1 })
      await pause(100)
    }
  }
}

async function watch(): Promise<readonly MemorySample[]> {
  const samples: MemorySample[] = []
  const started = Date.now()
  const seconds = minutes * 60
  let printed = 0
  for (let at = 0; at < seconds; at = (Date.now() - started) / 1000) {
    const megabytes = residentMemory(server.pid ?? 0) / 1024 / 1024
    samples.push({ seconds: at, megabytes })
    if (at >= printed) {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
      process.stdout.write(
        `${at.toFixed(0).padStart(5)} s  ${megabytes.toFixed(1).padStart(7)} MiB  ${total} exchanges\n`,
      )
      printed += Math.max(10, seconds / 20)
    }
    await pause(1_000)
  }
  return samples
}

function report(samples: readonly MemorySample[]): void {
  for (const { name } of TRAFFIC) {
    const failure = failures.get(name)
    const told = failure ? `  ${failure.count} wrong, such as: ${failure.first}` : ''
    process.stdout.write(`${String(counts.get(name) ?? 0).padStart(8)}  ${name}${told}\n`)
  }
  const growth = growthOf(samples)
  const { earlier, later, grows } = growth
  process.stdout.write(
    `memory: ${earlier.toFixed(1)} MiB in the middle, ${later.toFixed(1)} MiB at the end: ${grows ? 'it grows' : 'it does not grow'}\n`,
  )
  const isServing = server.exitCode === null
  process.stdout.write(isServing ? 'the server still answers\n' : 'the server has ended\n')
  process.exitCode = grows || failures.size > 0 || !isServing ? 1 : 0
}
