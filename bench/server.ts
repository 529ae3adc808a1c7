import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

import { startCerbos } from '../tools/cerbos-server.ts'
import { residentMemory } from '../tools/process-memory.ts'
import { buildPackages } from './build-packages.ts'
import { classicPolicies } from './classic/policies.ts'
import { classicRequests, DECISIONS_PER_REQUEST } from './classic/requests.ts'
import { type Figure, figure, shortfalls } from './engine/floors.ts'
import { SETTINGS } from './engine/settings.ts'
import { timingsOf } from './measure.ts'
import { loadOverGrpc } from './server/grpc-load.ts'
import { type LoadResult, load } from './server/load.ts'

const COPIES = 100
const REQUESTS = 100
const SEED = 1
const CONNECTIONS = 16
const GRPC_CONNECTIONS = 4
const ROUNDS = 4
const MILLIS = 3_000
const PATH = '/api/check/resources'

/** One of the servers that are compared. */
interface Side {
  readonly name: string
  readonly url: URL
  readonly grpcAddress: string
  readonly startSeconds: number
  memory(): number
  stop(): Promise<void>
}

/**
 * Our server beside the real Cerbos: the same policies, requests and answers, the client on the same
 * cores, the sides in turn. One process on our side.
 */
export async function benchServer(): Promise<boolean> {
  buildPackages('packages/server')
  const directory = await writePolicies()
  const sides: Side[] = []
  try {
    sides.push(await startOurs(directory), await startTheirs(directory))
    const [ours, theirs] = sides as [Side, Side]
    print(
      `${COPIES} copies, ${REQUESTS} requests of ${DECISIONS_PER_REQUEST} decisions, ${CONNECTIONS} connections, ${cpus().length} cores, one process of ours`,
    )
    const bodies = requestBodies()
    await compareAnswers(ours, theirs, bodies)
    const http = await inTurns([ours, theirs], (side) =>
      load(new URL(PATH, side.url), bodies, { connections: CONNECTIONS, millis: MILLIS }),
    )
    const requests = bodies.map((body) => JSON.parse(body) as object)
    const grpc = await inTurns([ours, theirs], (side) =>
      loadOverGrpc(side.grpcAddress, requests, {
        connections: GRPC_CONNECTIONS,
        calls: CONNECTIONS,
        millis: MILLIS,
      }),
    )
    for (const [transport, results] of Object.entries({ http, grpc })) {
      for (const side of sides) printRow(transport, side, results.get(side.name))
    }
    for (const { name, startSeconds, memory } of sides) {
      print(
        `${name}  start ${startSeconds.toFixed(2)} s, ${Math.round(memory() / 2 ** 20)} MiB after the load`,
      )
    }
    return report(ours, theirs, http, grpc)
  } finally {
    await Promise.all(sides.map((side) => side.stop()))
    await rm(directory, { recursive: true, force: true })
  }
}

type Results = ReadonlyMap<string, LoadResult>

function report(ours: Side, theirs: Side, http: Results, grpc: Results): boolean {
  const ratio = (results: Results): number => rate(results, ours) / rate(results, theirs)
  const p99 = (side: Side): number =>
    timingsOf(http.get(side.name)?.latencies ?? new Float64Array()).p99
  const figures: readonly Figure[] = [
    { name: 'http-rps-vs-cerbos', value: ratio(http), floor: { atLeast: 8 } },
    { name: 'http-p99-of-cerbos', value: p99(ours) / p99(theirs), floor: { atMost: 1 / 3 } },
    { name: 'grpc-rps-vs-cerbos', value: ratio(grpc), floor: { atLeast: 2.5 } },
    {
      name: 'start-of-cerbos',
      value: ours.startSeconds / theirs.startSeconds,
      floor: { atMost: 0.2 },
    },
    { name: 'memory-of-cerbos', value: ours.memory() / theirs.memory(), floor: { atMost: 1 } },
  ]
  const short = shortfalls(figures)
  for (const line of short) print(`short: ${line}`)
  for (const { name, value } of figures) print(`ratio ${name}: ${figure(value)}`)
  return short.length === 0
}

function rate(results: Results, { name }: Side): number {
  return results.get(name)?.rate ?? Number.NaN
}

async function inTurns(
  sides: readonly Side[],
  measure: (side: Side) => Promise<LoadResult>,
): Promise<Results> {
  for (const side of sides) await measure(side)
  const rounds = new Map<string, LoadResult[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of sides) rounds.get(side.name)?.push(await measure(side))
  }
  return new Map(
    [...rounds].map(([name, results]) => {
      const rates = results.map((each) => each.rate).sort((a, b) => a - b)
      const latencies = Float64Array.from(results.flatMap((each) => [...each.latencies]))
      return [name, { rate: rates[Math.floor(rates.length / 2)] ?? Number.NaN, latencies }]
    }),
  )
}

function printRow(transport: string, { name }: Side, result: LoadResult | undefined): void {
  if (result === undefined) return
  const { median, p99 } = timingsOf(result.latencies)
  print(
    `${transport}  ${name.padEnd(7)} ${Math.round(result.rate)} requests/s, p50 ${(median / 1000).toFixed(2)} ms, p99 ${(p99 / 1000).toFixed(2)} ms`,
  )
}

function requestBodies(): readonly string[] {
  return classicRequests({ copies: COPIES, count: REQUESTS, seed: SEED }).map((request) =>
    JSON.stringify({ ...request, requestId: 'bench' }),
  )
}

async function compareAnswers(ours: Side, theirs: Side, bodies: readonly string[]): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const [our, their] = await Promise.all([ours, theirs].map((side) => effects(side, body)))
    if (our !== their) throw new Error(`request ${index}: ${our}, Cerbos ${their}`)
  }
}

async function effects({ url }: Side, body: string): Promise<string> {
  const response = await fetch(new URL(PATH, url), { method: 'POST', body })
  const { results } = (await response.json()) as {
    readonly results: readonly { readonly actions: Readonly<Record<string, string>> }[]
  }
  return results.map(({ actions }) => JSON.stringify(Object.entries(actions).sort())).join()
}

async function writePolicies(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstitch-bench-'))
  for (const { path, text } of classicPolicies(COPIES, SEED)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  return directory
}

async function startOurs(directory: string): Promise<Side> {
  const started = performance.now()
  const file = new URL('./server/run-ours.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [file, directory], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const startSeconds = (performance.now() - started) / 1000
  const { http, grpc } = JSON.parse(String(line)) as {
    readonly http: string
    readonly grpc: string
  }
  return {
    name: 'ours',
    url: new URL(`http://${http}`),
    grpcAddress: grpc,
    startSeconds,
    memory: () => residentMemory(child.pid ?? 0),
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

async function startTheirs(directory: string): Promise<Side> {
  const started = performance.now()
  const server = await startCerbos({ policies: directory, engine: SETTINGS })
  const startSeconds = (performance.now() - started) / 1000
  return {
    name: 'cerbos',
    url: new URL(server.httpUrl),
    grpcAddress: server.grpcAddress,
    startSeconds,
    memory: () => server.residentMemory(),
    async stop() {
      await server.stop()
    },
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
