import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Settings } from '@lockstitch/engine'

import type { Oracle } from '../area.ts'
import { type CerbosServer, startServer } from '../cerbos/server.ts'
import { unsignedToken } from '../cerbos/token.ts'
import {
  answerFromCerbos,
  type CerbosError,
  type CerbosResult,
  type CheckAnswer,
} from './answer.ts'
import { type CheckCase, type PolicySet, textOf } from './policy-set.ts'

/** How many servers are asked at once, and how many requests of each are under way. */
const PARALLEL_SERVERS = 2
const PARALLEL_REQUESTS = 16

/** Asks the real Cerbos: one server for the cases that have policies and settings in common. */
export async function openCerbosOracle(): Promise<Oracle<CheckCase, CheckAnswer>> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-differential-'))
  let folders = 0
  return {
    async ask(cases) {
      const answers: CheckAnswer[] = Array.from({ length: cases.length })
      const waiting = groupsOf(cases)
      const worker = async (): Promise<void> => {
        for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
          folders += 1
          const folder = join(home, String(folders))
          await mkdir(join(folder, 'policies'), { recursive: true })
          const found = await askServer(group, folder)
          for (const [i, [index]] of group.entries()) answers[index] = found[i] as CheckAnswer
          await rm(folder, { recursive: true, force: true })
        }
      }
      await Promise.all(Array.from({ length: PARALLEL_SERVERS }, worker))
      return answers
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** Cases with their places among all, that one server can answer. */
type Group = (readonly [index: number, each: CheckCase])[]

function groupsOf(cases: readonly CheckCase[]): Group[] {
  const bySet = new Map<PolicySet, Map<string, Group>>()
  for (const [index, each] of cases.entries()) {
    const bySettings = bySet.get(each.policies) ?? new Map<string, Group>()
    bySet.set(each.policies, bySettings)
    const key = JSON.stringify(each.settings)
    const group = bySettings.get(key) ?? []
    bySettings.set(key, group)
    group.push([index, each])
  }
  return [...bySet.values()].flatMap((bySettings) => [...bySettings.values()])
}

async function askServer(group: Group, folder: string): Promise<readonly CheckAnswer[]> {
  const first = group[0]?.[1]
  if (first === undefined) return []
  const policies = join(folder, 'policies')
  for (const file of first.policies.files) await writeFile(join(policies, file.path), textOf(file))
  const decisionLog = join(folder, 'decisions.log')
  const engine = engineSettings(first.settings)
  let server: CerbosServer
  try {
    server = await startServer({ home: folder, policies, engine, decisionLog })
  } catch (error) {
    // Policies that do not compile are a finding, and the server says what is wrong with them.
    const reason = error instanceof Error ? error.message.slice(-2000) : String(error)
    return group.map(() => ({ kind: 'refused', reason }))
  }
  try {
    const replies = await inParallel(group, ([, each]) => check(server, each))
    const errors = await readErrors(decisionLog, replies.length)
    return replies.map(({ cerbosCallId, results: [result] }) =>
      answerFromCerbos(result, errors.get(cerbosCallId) ?? []),
    )
  } finally {
    await server.stop()
  }
}

function engineSettings(settings: Settings): Readonly<Record<string, unknown>> {
  const { strictEvaluation, lenientScopeSearch, defaultPolicyVersion, defaultScope, globals } =
    settings
  return { strictEvaluation, lenientScopeSearch, defaultPolicyVersion, defaultScope, globals }
}

interface CheckResponse {
  readonly cerbosCallId: string
  readonly results: readonly [CerbosResult]
}

async function check(server: CerbosServer, { input }: CheckCase): Promise<CheckResponse> {
  const { requestId, principal, resource, actions, auxData } = input
  const reply = await server.post('/api/check/resources', {
    requestId,
    includeMeta: true,
    principal,
    resources: [{ resource, actions }],
    ...(auxData?.jwt && { auxData: { jwt: { token: unsignedToken(auxData.jwt) } } }),
  })
  if (reply.ok) return reply.body as CheckResponse
  throw new Error(`Cerbos answered ${reply.status}: ${reply.message}\n${JSON.stringify(input)}`)
}

interface LogEntry {
  readonly callId: string
  readonly checkResources?: {
    readonly outputs?: readonly { readonly evaluationErrors?: readonly CerbosError[] }[]
  }
}

/** The errors of each call, from the log of decisions, which comes a little later. */
async function readErrors(
  path: string,
  calls: number,
): Promise<ReadonlyMap<string, readonly CerbosError[]>> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const text = await readFile(path, 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line) => line.startsWith('{'))
    if (lines.length >= calls && text.endsWith('\n')) {
      return new Map(
        lines.map((line) => {
          const { callId, checkResources } = JSON.parse(line) as LogEntry
          return [callId, checkResources?.outputs?.[0]?.evaluationErrors ?? []]
        }),
      )
    }
    await pause(20)
  }
  throw new Error(`the log of decisions does not have all of ${calls} calls`)
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = Array.from({ length: items.length })
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await work(items[index] as Item)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker))
  return results
}
