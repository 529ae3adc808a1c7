import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Settings } from '@lockstitch/engine'

import { type CerbosServer, startServer } from '../cerbos/server.ts'
import type { CerbosError } from './answer.ts'
import { type PolicyFile, type PolicySet, textOf } from './policy-set.ts'

/** Servers with the policies that cases are about. */
export interface ServerPool {
  /** Works with a server of these settings that has these policies. */
  use<Result>(
    settings: Settings,
    policies: PolicySet,
    work: (server: LoadedServer) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

/** A server with the policies of a case, or why it does not take them. */
interface LoadedServer {
  readonly refusal: string | undefined
  readonly server: CerbosServer
  /** The errors of calls, by their ids; in a call a list for each resource. */
  readErrors(callIds: readonly string[]): Promise<ErrorsOfCalls>
}

type ErrorsOfCalls = ReadonlyMap<string, readonly (readonly CerbosError[])[]>

/** Up to so many files a server that is there reads them anew, which is faster than a new server. */
const MOST_RELOADED = 60
/** How many servers work at once. */
const MOST_AT_ONCE = 2

export async function openServerPool(): Promise<ServerPool> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-differential-'))
  const kept = new Map<string, Member>()
  const slots = Array.from({ length: MOST_AT_ONCE }, () => Promise.resolve())
  const running = new Set<Member>()
  let started = 0
  let turns = 0
  let isClosed = false

  const startNew = async (settings: Settings, policies: PolicySet): Promise<Member> => {
    started += 1
    const member = await startMember(join(home, String(started)), settings, policies)
    running.add(member)
    return member
  }

  const stopMember = async (member: Member): Promise<void> => {
    running.delete(member)
    await removeMember(member)
  }

  const serve = async <Result>(
    settings: Settings,
    policies: PolicySet,
    work: (server: LoadedServer) => Promise<Result>,
  ): Promise<Result> => {
    if (isClosed) throw new Error('the servers are stopped')
    const key = JSON.stringify(settings)
    const old = kept.get(key)
    kept.delete(key)
    const reloaded = old && (await reload(old, policies))
    if (old && !reloaded) await stopMember(old)
    const member = reloaded ? old : await startNew(settings, policies)
    const { refusal, server } = member
    if (server === undefined) {
      await stopMember(member)
      return work({ refusal, server: NO_SERVER, readErrors: async () => new Map() })
    }
    try {
      return await work({ refusal, server, readErrors: (ids) => readErrors(member, ids) })
    } finally {
      if (policies.files.length > MOST_RELOADED || kept.has(key)) await stopMember(member)
      else kept.set(key, member)
    }
  }

  return {
    use(settings, policies, work) {
      const slot = turns % MOST_AT_ONCE
      turns += 1
      const turn = (slots[slot] ?? Promise.resolve()).then(() => serve(settings, policies, work))
      slots[slot] = turn.then(
        () => undefined,
        () => undefined,
      )
      return turn
    },
    async close() {
      isClosed = true
      // What is still asked of them fails, and nothing new is asked.
      await Promise.all([...running].map(stopMember))
      await Promise.all(slots)
      await Promise.all([...running].map(stopMember))
      // When a question failed, others may still be on their way: what went wrong is told, not this.
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

interface Member {
  readonly folder: string
  readonly server: CerbosServer | undefined
  /** Why it did not start. */
  readonly refusal: string | undefined
  loads: number
  /** How much of the log of decisions has been read. */
  logRead: number
}

const NO_SERVER: CerbosServer = {
  post: async () => ({ ok: false, status: 0, message: 'there is no server' }),
  reload: async () => ({ ok: false, status: 0, message: 'there is no server' }),
  stop: async () => undefined,
}

async function startMember(
  folder: string,
  settings: Settings,
  policySet: PolicySet,
): Promise<Member> {
  const { schemaEnforcement, ...engine } = settings
  const policies = join(folder, 'policies')
  await mkdir(policies, { recursive: true })
  await writePolicies(policies, policySet)
  const decisionLog = join(folder, 'decisions.log')
  const options = { home: folder, policies, engine, schemaEnforcement, decisionLog }
  try {
    const server = await startServer(options)
    return { folder, server, refusal: undefined, loads: 0, logRead: 0 }
  } catch (error) {
    // Policies that Cerbos does not take are a finding, and it says what is wrong with them.
    const refusal = error instanceof Error ? error.message.slice(0, 2000) : String(error)
    return { folder, server: undefined, refusal, loads: 0, logRead: 0 }
  }
}

async function removeMember({ folder, server }: Member): Promise<void> {
  await server?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

async function writePolicies(directory: string, { files }: PolicySet): Promise<void> {
  for (const file of files) {
    const path = join(directory, file.path)
    if (file.kind === 'schema') await mkdir(dirname(path), { recursive: true })
    await writeFile(path, textOf(file))
  }
}

/** Has a server decide by other policies, if it can. */
async function reload(member: Member, policies: PolicySet): Promise<boolean> {
  const { server, folder } = member
  if (server === undefined || policies.files.length > MOST_RELOADED) return false
  const directory = join(folder, 'policies')
  for (const name of await readdir(directory)) {
    await rm(join(directory, name), { recursive: true, force: true })
  }
  member.loads += 1
  const sentinel = sentinelOf(member.loads)
  await writePolicies(directory, { files: [...policies.files, sentinel] })
  const reply = await server.reload()
  return reply.ok && (await isInForce(server, sentinel.version))
}

/** A policy of a version of its own, by which one sees that the policies beside it are in force. */
function sentinelOf(load: number): PolicyFile {
  const version = `sentinel_${load}`
  const rules = [{ actions: ['see'], roles: ['*'], effect: 'EFFECT_ALLOW' }]
  const content = { resource: 'sentinel', version, rules }
  return { path: 'sentinel.json', kind: 'resourcePolicy', version, head: {}, content }
}

/** Cerbos answers the reload before it decides by the new policies. */
async function isInForce(server: CerbosServer, policyVersion: string): Promise<boolean> {
  const resource = { kind: 'sentinel', id: 's', policyVersion }
  const principal = { id: 's', roles: ['s'] }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const reply = await server.post('/api/check/resources', {
      principal,
      resources: [{ resource, actions: ['see'] }],
    })
    if (reply.ok && JSON.stringify(reply.body).includes('EFFECT_ALLOW')) return true
    await pause(10)
  }
  return false
}

interface LogEntry {
  readonly callId: string
  readonly checkResources?: { readonly outputs?: readonly LoggedOutput[] }
  readonly planResources?: { readonly output?: LoggedOutput }
}

interface LoggedOutput {
  readonly evaluationErrors?: readonly CerbosError[]
}

/** The log of decisions comes a little later than the answers. */
async function readErrors(member: Member, callIds: readonly string[]): Promise<ErrorsOfCalls> {
  const path = join(member.folder, 'decisions.log')
  const errors = new Map<string, readonly (readonly CerbosError[])[]>()
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const whole = await readFile(path).catch(() => Buffer.alloc(0))
    const end = whole.lastIndexOf('\n') + 1
    const lines = whole.subarray(member.logRead, end).toString().split('\n')
    member.logRead = Math.max(end, member.logRead)
    for (const line of lines) {
      if (!line.startsWith('{')) continue
      const { callId, checkResources, planResources } = JSON.parse(line) as LogEntry
      const planned = planResources?.output
      const outputs = checkResources?.outputs ?? (planned === undefined ? [] : [planned])
      errors.set(
        callId,
        outputs.map(({ evaluationErrors = [] }) => evaluationErrors),
      )
    }
    if (callIds.every((callId) => errors.has(callId))) return errors
    await pause(20)
  }
  throw new Error(`the log of decisions lacks some of ${callIds.length} calls`)
}
