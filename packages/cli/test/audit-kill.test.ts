import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { childrenOf } from '../../../tools/process-memory.ts'
import { ANY_PORT, type Started, start, stopAll } from './server-process.ts'

const DOCUMENTS = new URL('fixtures/documents', import.meta.url).pathname
const ADMIN = `Basic ${Buffer.from('cerbos:cerbosAdmin').toString('base64')}`

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-kill-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(stopAll)

async function startWith(name: string, audit: object, workers = 1): Promise<Started> {
  const config = join(home, `${name}.yaml`)
  const settings = {
    server: { adminAPI: { enabled: true } },
    storage: { driver: 'disk', disk: { directory: DOCUMENTS } },
    audit: { enabled: true, ...audit },
  }
  await writeFile(config, JSON.stringify(settings))
  const server = await start('--config', config, ANY_PORT, `--workers=${workers}`)
  if (workers > 1) await server.line('all workers serve')
  return server
}

const BODY = JSON.stringify({
  principal: { id: 'maya', roles: ['editor'] },
  resources: [{ actions: ['view'], resource: { kind: 'document', id: 'q3' } }],
})

/** Asks without end, and kills a process in the middle of it: the ids of the answers that came. */
async function askAndKill(
  server: Started,
  answers: number,
  kill: () => Promise<unknown> = () => server.stop('SIGKILL'),
): Promise<ReadonlySet<string>> {
  const acknowledged = new Set<string>()
  let killed: Promise<unknown> | undefined
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  const client = async (): Promise<void> => {
    while (!isOver) {
      try {
        const response = await fetch(`${server.url}/api/check/resources`, {
          method: 'POST',
          body: BODY,
        })
        const { cerbosCallId } = (await response.json()) as { readonly cerbosCallId: string }
        acknowledged.add(cerbosCallId)
      } catch {
        return
      }
      if (acknowledged.size >= answers) killed ??= kill().then(end)
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  await killed
  return acknowledged
}

interface Entry {
  readonly callId: string
}

test('a file has all that was answered before the process was killed', async () => {
  const folder = join(home, 'file')
  const file = { path: join(folder, 'audit.log'), logRotation: { maxFileSizeMB: 1 } }
  const server = await startWith('file', { backend: 'file', file })
  const acknowledged = await askAndKill(server, 1_500)
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  const entries = texts.flatMap((text) => text.split('\n').filter((line) => line.endsWith('}')))
  for (const kind of ['access', 'decision']) {
    const ids = entries
      .map((line) => JSON.parse(line) as Entry & { readonly 'log.kind': string })
      .filter((entry) => entry['log.kind'] === kind)
      .map(({ callId }) => callId)
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([])
  }
  expect(texts.length).toBeGreaterThan(1)
})

/** The ids of the entries that the admin API lists. Each is there once. */
async function listed(server: Started, kind: 'ACCESS' | 'DECISION'): Promise<ReadonlySet<string>> {
  const url = `${server.url}/admin/auditlog/list/KIND_${kind}?since=1h`
  const response = await fetch(url, { headers: { authorization: ADMIN } })
  const lines = (await response.text()).trim().split('\n')
  const entries = lines.map((line) => Object.values(JSON.parse(line).result)[0] as Entry)
  const ids = new Set(entries.map(({ callId }) => callId))
  expect(ids.size).toBe(entries.length)
  return ids
}

async function expectAll(server: Started, acknowledged: Iterable<string>): Promise<void> {
  for (const kind of ['ACCESS', 'DECISION'] as const) {
    const ids = await listed(server, kind)
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
  }
}

test('the database has all that was answered before the process was killed', async () => {
  const local = {
    storagePath: join(home, 'local'),
    advanced: { bufferSize: 25, flushInterval: '1s' },
  }
  const audit = { backend: 'local', local }
  const acknowledged = new Set<string>()
  // Three times, because each time it is killed elsewhere.
  for (const answers of [200, 333, 500]) {
    const server = await startWith('local', audit)
    for (const id of await askAndKill(server, answers)) acknowledged.add(id)
  }
  const server = await startWith('local', audit)
  await expectAll(server, acknowledged)
  const other = await startWith('local', audit).catch(String)
  expect(other).toMatch(/does not start/)
  expect(await server.stop('SIGTERM')).toBe(0)
  expect(await spoolsIn(local.storagePath)).toEqual([])
})

describe('of several processes the database has all that was answered', () => {
  const shared = (name: string): object => ({
    backend: 'local',
    local: { storagePath: join(home, name), advanced: { bufferSize: 25, flushInterval: '1s' } },
  })

  test('when one is killed, whichever is asked', async () => {
    const server = await startWith('worker', shared('worker'), 2)
    const [victim = 0] = childrenOf(server.pid)
    const acknowledged = await askAndKill(server, 150, async () => {
      process.kill(victim, 'SIGKILL')
      await server.line('a worker ended and is replaced')
    })
    await server.line('a worker serves again')
    // At once, so that each asks on a connection of its own.
    await Promise.all(Array.from({ length: 4 }, () => expectAll(server, acknowledged)))
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(await spoolsIn(join(home, 'worker'))).toEqual([])
  })

  test('when the one that has it is killed', async () => {
    const server = await startWith('owner', shared('owner'), 2)
    const acknowledged = await askAndKill(server, 150)
    await expectAll(await startWith('owner', shared('owner')), acknowledged)
  })
})

async function spoolsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('spool'))
}
