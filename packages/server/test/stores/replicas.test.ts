import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { createGitRepository, type GitRepository } from './git-repository.ts'
import { healthOf, type PdpProcess, startProcess } from './pdp-process.ts'
import { type RoundRobin, roundRobin } from './round-robin.ts'
import { askingFor, policiesOf, versionOf } from './versioned-policies.ts'

// Three servers on one repository, behind a load balancer.

const PUSHES = 6
const CLIENTS = 4
const BODY = JSON.stringify(askingFor(PUSHES + 1))

let repository: GitRepository
let replicas: readonly PdpProcess[] = []
let balancer: RoundRobin

beforeAll(async () => {
  repository = await createGitRepository()
  await push(0)
  const { url } = repository
  const git = {
    protocol: 'file',
    url,
    branch: 'main',
    subDir: 'policies',
    updatePollInterval: '50ms',
  }
  replicas = await Promise.all(
    [1, 2, 3].map(() => startProcess({ storage: { driver: 'git', git } })),
  )
  balancer = await roundRobin(replicas.map((replica) => replica.url))
}, 120_000)
afterAll(async () => {
  await balancer.close()
  await Promise.all(replicas.map((replica) => replica.kill()))
  await repository.remove()
})

function push(version: number): Promise<string> {
  const entries = Object.entries(policiesOf(version))
  return repository.push(
    Object.fromEntries(entries.map(([path, file]) => [`policies/${path}`, JSON.stringify(file)])),
  )
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(`${url}/api/check/resources`, { method: 'POST', body: BODY })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`)
  return answer
}

async function untilAllHave(commit: string): Promise<void> {
  for (const { url, isRunning } of replicas) {
    if (!isRunning()) continue
    const hasIt = async () => expect((await healthOf(url)).lockstitch.revision).toBe(commit)
    await vi.waitFor(hasIt, { timeout: 60_000, interval: 50 })
  }
}

/** Asks through the load balancer as long as something goes on; once again where it fails. */
async function askWhile(work: () => Promise<void>) {
  let isWorking = true
  const versions = new Set<number>()
  let [asked, retried] = [0, 0]
  const client = async (): Promise<void> => {
    while (isWorking) {
      const answer = await ask(balancer.url).catch(() => {
        retried += 1
        return ask(balancer.url)
      })
      versions.add(versionOf(answer))
      asked += 1
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  await work().finally(() => {
    isWorking = false
  })
  await Promise.all(clients)
  return { versions, asked, retried }
}

test('all decide the same, by the same commit', async () => {
  const answers = await Promise.all(replicas.map(({ url }) => ask(url)))
  const results = answers.map((answer) => (answer as { readonly results: unknown }).results)
  expect(results[1]).toEqual(results[0])
  expect(results[2]).toEqual(results[0])
  const healths = await Promise.all(replicas.map(({ url }) => healthOf(url)))
  expect(new Set(healths.map(({ lockstitch }) => lockstitch.revision)).size).toBe(1)
})

test('while policies are pushed, each request is decided by one commit, and none fails', async () => {
  const { versions, retried } = await askWhile(async () => {
    for (let version = 1; version <= PUSHES; version += 1) await untilAllHave(await push(version))
  })
  expect([...versions].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(retried).toBe(0)
})

test('a commit that cannot be used leaves all at the one before, and says so', async () => {
  await repository.push({ 'policies/a.json': '{' })
  for (const { url } of replicas) {
    await vi.waitFor(
      async () => expect((await healthOf(url)).lockstitch.reloadError).toContain('a.json'),
      { timeout: 60_000, interval: 50 },
    )
    expect(await healthOf(url)).toMatchObject({ status: 'SERVING' })
    expect(versionOf(await ask(url))).toBe(PUSHES)
  }
  await untilAllHave(await push(PUSHES))
})

test('when one is killed, no request fails after its retry', async () => {
  const { asked, versions } = await askWhile(async () => {
    await Promise.all([replicas[1]?.kill(), push(0).then(untilAllHave)])
  })
  expect(replicas[1]?.isRunning()).toBe(false)
  expect(asked).toBeGreaterThan(0)
  expect([...versions].toSorted()).toEqual([0, PUSHES])
})
