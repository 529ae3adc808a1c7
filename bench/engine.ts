import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { CheckResourcesRequest, CheckResourcesResponse } from '../packages/engine/src/index.ts'
import type { SourceFile } from '../packages/policy/src/index.ts'
import {
  classicPolicies,
  DECIDING_POLICIES_PER_COPY,
  POLICIES_PER_COPY,
} from './classic/policies.ts'
import { classicRequests, DECISIONS_PER_REQUEST, singleChecks } from './classic/requests.ts'
import { type BuiltEngine, buildEngine, type MakeEngine } from './engine/built.ts'
import { type CerbosClient, startCerbosOn } from './engine/cerbos.ts'
import { type Figure, figure, shortfalls } from './engine/floors.ts'
import { type Loading, loadInProcess } from './engine/loading.ts'
import { peers, QUESTIONS } from './engine/peers.ts'
import { timeInTurns } from './engine/turns.ts'
import { microseconds, type Timings } from './measure.ts'

const SEED = 1
const REQUESTS = 100
const WITH_CERBOS = [100, 1000]
const ALONE = [100, 10_000] as const
/** Loading is measured where Cerbos needs most of a minute. */
const LOADED = 1000
const LOADS = 3

type Part = (makeEngine: MakeEngine) => Promise<readonly Figure[]>

/** What can be measured by itself; all of it unless parts are named. */
const PARTS: Readonly<Record<string, Part>> = {
  cerbos: (makeEngine) => besideCerbos(makeEngine, WITH_CERBOS),
  'cerbos-100': (makeEngine) => besideCerbos(makeEngine, [100]),
  alone,
  libraries: besideLibraries,
}
const ALL_PARTS = ['cerbos', 'alone', 'libraries']

/**
 * The engine beside the real Cerbos, on many policies, and beside other libraries, on a small one.
 * Both sides of each comparison answer the same questions in this run, and equally.
 */
export async function benchEngine(names: readonly string[]): Promise<boolean> {
  const parts = (names.length === 0 ? ALL_PARTS : names).map(partOf)
  const makeEngine = await buildEngine()
  try {
    const figures: Figure[] = []
    for (const part of parts) figures.push(...(await part(makeEngine)))
    const short = shortfalls(figures)
    for (const line of short) print(`short: ${line}`)
    for (const { name, value } of figures) {
      if (isRatio(name)) print(`ratio ${name}: ${figure(value)}`)
    }
    return short.length === 0
  } catch (error) {
    if (!(error instanceof DifferentAnswers)) throw error
    print(`the answers differ, nothing more was measured: ${error.message}`)
    return false
  }
}

function partOf(name: string): Part {
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined
  if (part) return part
  throw new Error(`expected one of ${Object.keys(PARTS).join(', ')}; got \`${name}\``)
}

class DifferentAnswers extends Error {}

/** Names of ratios are single words. */
function isRatio(name: string): boolean {
  return !name.includes(' ')
}

async function besideCerbos(
  makeEngine: MakeEngine,
  numbersOfCopies: readonly number[],
): Promise<readonly Figure[]> {
  const rows: Row[] = []
  const loads: Figure[] = []
  for (const copies of numbersOfCopies) {
    const files = classicPolicies(copies, SEED)
    await inDirectory(files, async (directory) => {
      const ours = copies === LOADED ? await loadRepeatedly(directory, copies) : undefined
      const cerbos = await startCerbosOn(directory)
      try {
        if (ours) loads.push(...reportLoading(ours, cerbos.loading, copies))
        const engine = makeEngine(files)
        rows.push(await compareWith(cerbos, engine, copies))
        engine.close()
      } finally {
        await cerbos.stop()
      }
    })
  }
  const least = (ratio: (row: Row) => number): number => Math.min(...rows.map(ratio))
  const request = Math.max(...rows.map((row) => row.request.ours.median))
  return [
    {
      name: `a request of ${DECISIONS_PER_REQUEST} decisions (µs)`,
      value: request,
      floor: { atMost: 10 },
    },
    ...loads,
    {
      name: 'engine-vs-cerbos-grpc',
      value: least(({ request: { ours, grpc } }) => grpc.median / ours.median),
      floor: { atLeast: 100 },
    },
    {
      name: 'engine-single-vs-cerbos-grpc',
      value: least(({ single: { ours, grpc } }) => grpc.median / ours.median),
      floor: { atLeast: 300 },
    },
    {
      name: 'engine-vs-cerbos-http',
      value: least(({ request: { ours, http } }) => http.median / ours.median),
      floor: undefined,
    },
    {
      name: 'engine-single-vs-cerbos-http',
      value: least(({ single: { ours, http } }) => http.median / ours.median),
      floor: undefined,
    },
  ]
}

interface Row {
  readonly request: Compared
  readonly single: Compared
}

interface Compared {
  readonly ours: Timings
  readonly grpc: Timings
  readonly http: Timings
}

interface Clients {
  readonly grpc: CerbosClient
  readonly http: CerbosClient
}

async function compareWith(
  { grpc, http }: Clients,
  engine: BuiltEngine,
  copies: number,
): Promise<Row> {
  const requests = classicRequests({ copies, count: REQUESTS, seed: SEED })
  const singles = singleChecks(requests)
  let allowed = 0
  for (const [index, request] of requests.entries()) {
    const ours = effectsOf(request, await engine.checkResources(request))
    for (const [name, client] of Object.entries({ grpc, http })) {
      const theirs = await client.request(request)
      if (theirs.join() === ours.join()) continue
      const both = `${ours.join()}, Cerbos over ${name} ${theirs.join()}`
      throw new DifferentAnswers(`${copies} copies, request ${index + 1}: ${both}`)
    }
    allowed += ours.filter((effect) => effect === 'EFFECT_ALLOW').length
  }
  const total = requests.length * DECISIONS_PER_REQUEST
  print(
    `${copies} copies  ${copies * POLICIES_PER_COPY} policies, ${requests.length} requests of ${DECISIONS_PER_REQUEST} decisions: equal answers, ${allowed} of ${total} allowed`,
  )
  const request = await compare(
    (index) => engine.checkResources(at(requests, index)),
    (index) => grpc.request(at(requests, index)),
    (index) => http.request(at(requests, index)),
  )
  const single = await compare(
    (index) => engine.check(at(singles, index)),
    (index) => grpc.single(at(singles, index)),
    (index) => http.single(at(singles, index)),
  )
  printCompared('request', request)
  printCompared('single check', single)
  return { request, single }
}

type Call = (index: number) => unknown

async function compare(ours: Call, grpc: Call, http: Call): Promise<Compared> {
  const times = await timeInTurns([
    { name: 'ours', calls: 10_000, call: ours },
    { name: 'grpc', calls: 300, call: grpc },
    { name: 'http', calls: 300, call: http },
  ])
  return { ours: timeOf(times, 'ours'), grpc: timeOf(times, 'grpc'), http: timeOf(times, 'http') }
}

function timeOf(times: ReadonlyMap<string, Timings>, name: string): Timings {
  return times.get(name) ?? { median: Number.NaN, p99: Number.NaN }
}

function printCompared(what: string, { ours, grpc, http }: Compared): void {
  const sides = { 'in-process': ours, 'cerbos grpc': grpc, 'cerbos http': http }
  for (const [name, { median, p99 }] of Object.entries(sides)) {
    print(
      `  ${what.padEnd(13)} ${name.padEnd(12)} median ${microseconds(median)}  p99 ${microseconds(p99)}`,
    )
  }
}

/** Effects in the order in which they were asked for. */
function effectsOf(
  request: CheckResourcesRequest,
  { results }: CheckResourcesResponse,
): readonly string[] {
  return request.resources.flatMap(({ actions }, index) =>
    actions.map((action) => String(results[index]?.actions[action])),
  )
}

async function inDirectory(
  files: readonly SourceFile[],
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstitch-bench-'))
  try {
    for (const { path, text } of files) {
      const file = join(directory, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Several times, since it does not take long; Cerbos starts once. */
async function loadRepeatedly(directory: string, copies: number): Promise<readonly Loading[]> {
  const loads: Loading[] = []
  for (let load = 0; load < LOADS; load += 1) {
    loads.push(await loadInProcess(directory, copies * DECIDING_POLICIES_PER_COPY))
  }
  return loads
}

function reportLoading(
  ours: readonly Loading[],
  cerbos: Loading,
  copies: number,
): readonly Figure[] {
  const seconds = middle(ours.map((load) => load.seconds))
  const memory = Math.max(...ours.map((load) => load.memory))
  print(`loading ${copies} copies, the start of the process included:`)
  print(`  in-process    ${seconds.toFixed(1)} s, then ${megabytes(memory)}`)
  print(`  cerbos        ${cerbos.seconds.toFixed(1)} s, then ${megabytes(cerbos.memory)}`)
  return [
    { name: 'load-vs-cerbos', value: cerbos.seconds / seconds, floor: { atLeast: 5 } },
    { name: 'memory-vs-cerbos', value: cerbos.memory / memory, floor: { atLeast: 1 } },
  ]
}

async function alone(makeEngine: MakeEngine): Promise<readonly Figure[]> {
  const [few, many] = ALONE
  const sides = ALONE.map((copies) => {
    const engine = makeEngine(classicPolicies(copies, SEED))
    // Equally many distinct requests, so that the caches have the same to hold.
    const requests = classicRequests({ copies, count: REQUESTS, seed: SEED })
    return {
      name: String(copies),
      calls: 10_000,
      call: (index: number) => engine.checkResources(at(requests, index)),
    }
  })
  const times = await timeInTurns(sides)
  const [fewer, more] = [timeOf(times, String(few)), timeOf(times, String(many))]
  print(`${many} copies  ${many * POLICIES_PER_COPY} policies, in-process alone`)
  print(
    `  request       median ${microseconds(more.median)}, with ${few} copies ${microseconds(fewer.median)}`,
  )
  const name = `engine-${many}-vs-${few}-copies`
  return [{ name, value: more.median / fewer.median, floor: { atMost: 1.5 } }]
}

async function besideLibraries(makeEngine: MakeEngine): Promise<readonly Figure[]> {
  const [engine, ...others] = await peers(makeEngine)
  for (const [index, { user, doc, action }] of QUESTIONS.entries()) {
    for (const other of others) {
      if (other.ask(index) === engine.ask(index)) continue
      const question = `${user.id} ${action} ${doc.id}`
      throw new DifferentAnswers(`${question}: ${engine.ask(index)}, ${other.name} does not agree`)
    }
  }
  const allowed = QUESTIONS.filter((_, index) => engine.ask(index)).length
  print(`a small policy  ${QUESTIONS.length} questions, equal answers, ${allowed} allowed`)
  const sides = [engine, ...others].map((peer) => ({
    name: peer.name,
    calls: 2_000,
    call: (index: number) => peer.ask(index),
  }))
  const times = await timeInTurns(sides)
  for (const [name, { median, p99 }] of times) {
    print(`  ${name.padEnd(21)} median ${microseconds(median)}  p99 ${microseconds(p99)}`)
  }
  const ours = timeOf(times, engine.name).median
  return others.map(({ name }) => ({
    name: `engine-vs-${name}`,
    value: timeOf(times, name).median / ours,
    floor: undefined,
  }))
}

function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T // The remainder is within the list, which is not empty.
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
