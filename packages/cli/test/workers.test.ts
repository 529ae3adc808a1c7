import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { GRPC } from '@cerbos/grpc'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { childrenOf } from '../../../tools/process-memory.ts'
import { runCommand } from './command-line.ts'
import { ANY_PORT, type Started, start, stopAll } from './server-process.ts'

const DOCUMENTS = new URL('fixtures/documents', import.meta.url).pathname

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-workers-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(stopAll)

const BODY = JSON.stringify({
  principal: { id: 'maya', roles: ['editor'] },
  resources: [{ actions: ['view'], resource: { kind: 'document', id: 'q3' } }],
})

interface Answer {
  readonly status: number | undefined
  readonly text: string
}

/** On a connection of its own, so that the workers are asked in turn. */
function ask(url: string, path = '/api/check/resources', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const req = request(`${url}${path}`, { method, agent: new Agent() }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      res.on('end', () => resolve({ status: res.statusCode, text })).on('error', reject)
    })
    req.on('error', reject).end(body)
  })
}

async function mayView(url: string): Promise<string> {
  const { text } = await ask(url, '/api/check/resources', BODY)
  return (JSON.parse(text) as { results: { actions: { view: string } }[] }).results[0]?.actions
    .view as string
}

/** Starts it and waits for all that are to serve. */
async function startAll(...args: readonly string[]): Promise<Started> {
  const server = await start(...args)
  await server.line('all workers serve')
  return server
}

/** The processes that serve; whoever else runs under it is a tool of the tests. */
async function workersOf(server: Started): Promise<readonly number[]> {
  const { text } = await ask(server.url, '/_cerbos/metrics')
  const numbers = [...text.matchAll(/^process_cpu_seconds_total\{worker="(\d+)"\}/gm)]
  return numbers.map(([, number]) => Number(number))
}

test('it serves with one until the others have started', async () => {
  const server = await start('--policies', DOCUMENTS, ANY_PORT, '--workers=2')
  const { text } = await ask(server.url, '/_cerbos/health')
  expect(JSON.parse(text)).toMatchObject({ status: 'SERVING' })
  expect(await mayView(server.url)).toBe('EFFECT_ALLOW')
  // Whoever has not got as far as serving is replaced as well.
  const victim = childrenOf(server.pid).find((pid) => numberOf(pid) === 2) ?? 0
  process.kill(victim, 'SIGKILL')
  await server.line('a worker ended and is replaced')
  expect(await mayView(server.url)).toBe('EFFECT_ALLOW')
  await server.line('a worker serves again')
  while ((await workersOf(server)).length < 2) await pause(20)
  expect(await server.stop('SIGTERM')).toBe(0)
})

test('it stops while they start', async () => {
  const server = await start('--policies', DOCUMENTS, ANY_PORT, '--workers=2')
  const children = childrenOf(server.pid).filter(isNode)
  expect(await server.stop('SIGTERM')).toBe(0)
  expect(children.filter(isNode)).toEqual([])
  expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([])
})

test('several processes serve at one address, and their figures are told together', async () => {
  const server = await startAll('--policies', DOCUMENTS, ANY_PORT, '--workers=2')
  expect(await server.line('serving')).toMatchObject({ workers: 2, policies: expect.any(Number) })
  const answers = await Promise.all(Array.from({ length: 20 }, () => mayView(server.url)))
  expect(new Set(answers)).toEqual(new Set(['EFFECT_ALLOW']))
  const grpc = new GRPC(server.grpc, { tls: false })
  const { results } = await grpc.checkResources(JSON.parse(BODY))
  grpc.close()
  expect(results[0]?.isAllowed('view')).toBe(true)
  const { text } = await ask(server.url, '/_cerbos/metrics')
  const name = 'cerbos_dev_engine_check_batch_size_count'
  const counts = [...text.matchAll(new RegExp(`^${name}\\{worker="(\\d+)"\\} (\\d+)$`, 'gm'))]
  expect(counts.map(([, worker]) => worker)).toEqual(['1', '2'])
  expect(counts.map(([, , count]) => Number(count))).toSatisfy(
    ([one = 0, two = 0]) => one > 0 && two > 0 && one + two === 21,
  )
  expect(text.match(/^# TYPE process_cpu_seconds_total counter$/gm)).toHaveLength(1)
  expect(await server.stop('SIGTERM')).toBe(0)
})

test('an edit is put in force by all of them', async () => {
  const policies = join(home, 'policies')
  await cp(DOCUMENTS, policies, { recursive: true })
  const server = await startAll('--policies', policies, ANY_PORT, '--workers=2')
  expect(await mayView(server.url)).toBe('EFFECT_ALLOW')
  const rules = [{ resource: 'document', actions: [{ action: 'view', effect: 'EFFECT_DENY' }] }]
  const principalPolicy = { principal: 'maya', version: 'default', rules }
  const denial = { apiVersion: 'api.cerbos.dev/v1', principalPolicy }
  await writeFile(join(policies, 'extra.json'), JSON.stringify(denial))
  const reloads = (): number =>
    new Set(
      server.log
        .filter(({ message }) => message === 'the policies were read again')
        .map(({ worker }) => worker),
    ).size
  while (reloads() < 2) await pause(20)
  const answers = await Promise.all(Array.from({ length: 20 }, () => mayView(server.url)))
  expect(new Set(answers)).toEqual(new Set(['EFFECT_DENY']))
})

test('one that is killed is replaced, and the others go on', async () => {
  const server = await startAll('--policies', DOCUMENTS, ANY_PORT, '--workers=2')
  const before = await workersOf(server)
  const [victim = 0] = childrenOf(server.pid).filter(isNode)
  process.kill(victim, 'SIGKILL')
  // A request that the dead one had is asked again; none is refused.
  for (let each = 0; each < 50; each += 1) {
    expect(await mayView(server.url).catch(() => mayView(server.url))).toBe('EFFECT_ALLOW')
  }
  await server.line('a worker serves again')
  const after = await workersOf(server)
  expect(after).toHaveLength(2)
  expect(after.some((number) => !before.includes(number))).toBe(true)
  expect(await server.stop('SIGTERM')).toBe(0)
})

test('they stop together, and answer what was under way', async () => {
  const server = await startAll('--policies', DOCUMENTS, ANY_PORT, '--workers=2')
  const children = childrenOf(server.pid).filter(isNode)
  expect(children).toHaveLength(2)
  const slow = Array.from({ length: 4 }, () =>
    fetch(`${server.url}/api/check/resources`, {
      method: 'POST',
      duplex: 'half',
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode(BODY.slice(0, 10)))
          await server.line('stopping')
          await pause(50)
          controller.enqueue(new TextEncoder().encode(BODY.slice(10)))
          controller.close()
        },
      }),
    } as RequestInit),
  )
  await pause(300)
  const stopped = server.stop('SIGTERM')
  for (const answer of await Promise.all(slow)) expect(answer.status).toBe(200)
  expect(await stopped).toBe(0)
  expect(children.filter(isNode)).toEqual([])
})

test.each([1, 2])(
  'with %i of them, the health goes first and requests are still answered',
  async (workers) => {
    const delay = '--set=lockstitch.drainDelay=4s'
    const server = await start('--policies', DOCUMENTS, ANY_PORT, delay, `--workers=${workers}`)
    const args = ['healthcheck', `--host-port=${server.grpc}`, '--no-tls', '--timeout=30s']
    expect(await runCommand(args)).toMatchObject({ code: 0, stdout: 'SERVING\n' })
    const stopped = server.stop('SIGTERM')
    await server.line('stopping')
    while ((await ask(server.url, '/_cerbos/health')).status === 200) await pause(20)
    expect(await mayView(server.url)).toBe('EFFECT_ALLOW')
    expect(await runCommand(args)).toMatchObject({ code: 1, stdout: 'NOT_SERVING\n' })
    expect(await stopped).toBe(0)
    await expect(ask(server.url, '/_cerbos/health')).rejects.toThrow(/ECONNREFUSED/)
  },
)

test.each([
  [
    'policies that do not compile',
    ['--policies', new URL('fixtures/broken', import.meta.url).pathname, ANY_PORT],
    /document\.yaml/,
  ],
  [
    'a setting that there is not',
    ['--policies', DOCUMENTS, '--set=server.htpListenAddr=:1'],
    /did you mean/,
  ],
  ['no number', ['--policies', DOCUMENTS, '--workers=many'], /lockstitch\.workers.*whole number/],
  ['none', ['--policies', DOCUMENTS, '--workers=0'], /lockstitch\.workers.*whole number/],
])('they do not start with %s', async (_, args, message) => {
  await expect(start('--workers=2', ...args)).rejects.toThrow(message)
})

/** That of a worker is in its environment. */
function numberOf(pid: number): number {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
  return Number(/(?:^|\0)NODE_UNIQUE_ID=(\d+)/.exec(environment)?.[1])
}

function isNode(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
