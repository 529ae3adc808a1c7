import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { bundleCli } from './build-packages.ts'
import { classicPolicies } from './classic/policies.ts'
import { classicRequests, DECISIONS_PER_REQUEST } from './classic/requests.ts'
import { type Figure, figure, shortfalls } from './engine/floors.ts'
import { timingsOf } from './measure.ts'
import { millisUntilInForce, nearestRank } from './server/edits.ts'
import { loadOverGrpc } from './server/grpc-load.ts'
import { type LoadResult, load } from './server/load.ts'
import { type Side, startOurs, startTheirs } from './server/sides.ts'

const COPIES = 100
const REQUESTS = 100
const SEED = 1
const CONNECTIONS = 16
const GRPC_CONNECTIONS = 4
const ROUNDS = 4
const MILLIS = 3_000
const PATH = '/api/check/resources'
const NAME_WIDTH = 16

/**
 * Our server beside the real Cerbos: the same policies, requests and answers, the client on the same
 * cores, the sides in turn. Cerbos uses all cores; ours has a worker for each, and then one alone.
 */
export async function benchServer(): Promise<boolean> {
  bundleCli()
  const directory = await writePolicies()
  const cores = availableParallelism()
  const sides: Side[] = []
  try {
    const started = async (start: Promise<Side>): Promise<Side> => {
      const side = await start
      sides.push(side)
      return side
    }
    const ours = await started(startOurs(directory, cores))
    const single = await started(startOurs(directory, 1))
    const theirs = await started(startTheirs(directory))
    print(
      `${COPIES} copies, ${REQUESTS} requests of ${DECISIONS_PER_REQUEST} decisions, ${CONNECTIONS} connections (${GRPC_CONNECTIONS} of gRPC), ${cores} cores; ${sides.map(({ name }) => name).join('; ')}`,
    )
    const bodies = requestBodies()
    await compareAnswers(sides, bodies)
    const http = await inTurns(sides, (side) =>
      load(new URL(PATH, side.url), bodies, { connections: CONNECTIONS, millis: MILLIS }),
    )
    const requests = bodies.map((body) => JSON.parse(body) as object)
    const grpc = await inTurns(sides, (side) =>
      loadOverGrpc(side.grpcAddress, requests, {
        connections: GRPC_CONNECTIONS,
        calls: CONNECTIONS,
        millis: MILLIS,
      }),
    )
    const measured = (side: Side): Measured => {
      const [overHttp, overGrpc] = [http.get(side), grpc.get(side)]
      if (!overHttp || !overGrpc) throw new Error(`${side.name} was not measured`)
      const { name, startSeconds } = side
      return { name, startSeconds, http: overHttp, grpc: overGrpc, bytes: side.memory() }
    }
    const [many, one, cerbos] = [measured(ours), measured(single), measured(theirs)]
    for (const side of [many, one, cerbos]) printSide(side)
    await Promise.all(sides.splice(0).map((side) => side.stop()))
    const edits = await measureEdits(cores)
    return report(many, one, cerbos, edits)
  } finally {
    await Promise.all(sides.map((side) => side.stop()))
    await rm(directory, { recursive: true, force: true })
  }
}

/** A side and what its load came to. */
interface Measured extends Pick<Side, 'name' | 'startSeconds'> {
  readonly http: LoadResult
  readonly grpc: LoadResult
  readonly bytes: number
}

/**
 * Ours alone, on a folder that it watches. Returns the milliseconds until edits were in force with one worker.
 */
async function measureEdits(cores: number): Promise<Float64Array> {
  const watching = { watchForChanges: true }
  const starts = [
    (directory: string) => startOurs(directory, cores, watching),
    (directory: string) => startOurs(directory, 1, watching),
  ]
  let millis: Float64Array = new Float64Array()
  for (const start of starts) {
    const directory = await writePolicies()
    const side = await start(directory)
    try {
      millis = await millisUntilInForce({ url: side.url, directory }, SEED)
      const [median, p95] = [0.5, 0.95].map((part) => nearestRank(millis, part).toFixed(0))
      print(
        `edit  ${side.name.padEnd(NAME_WIDTH)} in force: median ${median} ms, p95 ${p95} ms (${millis.length} edits)`,
      )
    } finally {
      await side.stop()
      await rm(directory, { recursive: true, force: true })
    }
  }
  return millis
}

function report(ours: Measured, single: Measured, theirs: Measured, edits: Float64Array): boolean {
  const ratio = (of: (side: Measured) => number, side = ours): number => of(side) / of(theirs)
  const httpRate = ({ http }: Measured): number => http.rate
  const grpcRate = ({ grpc }: Measured): number => grpc.rate
  const p99 = ({ http }: Measured): number => timingsOf(http.latencies).p99
  const start = ({ startSeconds }: Measured): number => startSeconds
  const memory = ({ bytes }: Measured): number => bytes
  const figures: readonly Figure[] = [
    { name: 'http-rps-vs-cerbos', value: ratio(httpRate), floor: { atLeast: 8 } },
    { name: 'http-p99-of-cerbos', value: ratio(p99), floor: { atMost: 1 / 3 } },
    { name: 'grpc-rps-vs-cerbos', value: ratio(grpcRate), floor: { atLeast: 2.5 } },
    { name: 'start-of-cerbos', value: ratio(start), floor: { atMost: 0.2 } },
    { name: 'memory-of-cerbos', value: ratio(memory), floor: undefined },
    { name: 'http-rps-vs-cerbos-one-worker', value: ratio(httpRate, single), floor: undefined },
    { name: 'http-p99-of-cerbos-one-worker', value: ratio(p99, single), floor: undefined },
    { name: 'grpc-rps-vs-cerbos-one-worker', value: ratio(grpcRate, single), floor: undefined },
    { name: 'start-of-cerbos-one-worker', value: ratio(start, single), floor: { atMost: 0.2 } },
    { name: 'memory-of-cerbos-one-worker', value: ratio(memory, single), floor: { atMost: 1 } },
    { name: 'edit-p95-of-200-ms', value: nearestRank(edits, 0.95) / 200, floor: { atMost: 1 } },
  ]
  const short = shortfalls(figures)
  for (const line of short) print(`short: ${line}`)
  for (const { name, value } of figures) print(`ratio ${name}: ${figure(value)}`)
  return short.length === 0
}

async function inTurns(
  sides: readonly Side[],
  measure: (side: Side) => Promise<LoadResult>,
): Promise<ReadonlyMap<Side, LoadResult>> {
  for (const side of sides) await measure(side)
  const rounds = new Map<Side, LoadResult[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of sides) rounds.get(side)?.push(await measure(side))
  }
  return new Map(
    [...rounds].map(([side, results]) => {
      const rates = results.map((each) => each.rate).sort((a, b) => a - b)
      const latencies = Float64Array.from(results.flatMap((each) => [...each.latencies]))
      return [side, { rate: rates[Math.floor(rates.length / 2)] ?? Number.NaN, latencies }]
    }),
  )
}

function printSide({ name, startSeconds, bytes, ...loads }: Measured): void {
  for (const transport of ['http', 'grpc'] as const) {
    const { rate, latencies } = loads[transport]
    const { median, p99 } = timingsOf(latencies)
    print(
      `${transport}  ${name.padEnd(NAME_WIDTH)} ${Math.round(rate)} requests/s, p50 ${(median / 1000).toFixed(2)} ms, p99 ${(p99 / 1000).toFixed(2)} ms`,
    )
  }
  const memory = `${Math.round(bytes / 2 ** 20)} MiB after the load`
  print(`      ${name.padEnd(NAME_WIDTH)} start ${startSeconds.toFixed(2)} s, ${memory}`)
}

function requestBodies(): readonly string[] {
  return classicRequests({ copies: COPIES, count: REQUESTS, seed: SEED }).map((request) =>
    JSON.stringify({ ...request, requestId: 'bench' }),
  )
}

async function compareAnswers(sides: readonly Side[], bodies: readonly string[]): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const answers = await Promise.all(sides.map((side) => effects(side, body)))
    if (new Set(answers).size > 1) throw new Error(`request ${index}: ${answers.join('; ')}`)
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

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
