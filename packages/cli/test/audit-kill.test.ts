import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { ANY_PORT, type Started, start, stopAll } from './server-process.ts'

const DOCUMENTS = new URL('fixtures/documents', import.meta.url).pathname
const ADMIN = `Basic ${Buffer.from('cerbos:cerbosAdmin').toString('base64')}`

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-kill-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(stopAll)

async function startWith(name: string, audit: object): Promise<Started> {
  const config = join(home, `${name}.yaml`)
  const settings = {
    server: { adminAPI: { enabled: true } },
    storage: { driver: 'disk', disk: { directory: DOCUMENTS } },
    audit: { enabled: true, ...audit },
  }
  await writeFile(config, JSON.stringify(settings))
  return start('--log-level=info', '--config', config, ANY_PORT)
}

const BODY = JSON.stringify({
  principal: { id: 'maya', roles: ['editor'] },
  resources: [{ actions: ['view'], resource: { kind: 'document', id: 'q3' } }],
})

/** Asks without end, and kills the server in the middle of it: the ids of the answers that came. */
async function askAndKill(server: Started, answers: number): Promise<ReadonlySet<string>> {
  const acknowledged = new Set<string>()
  let killed: Promise<unknown> | undefined
  const client = async (): Promise<void> => {
    for (;;) {
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
      if (acknowledged.size >= answers) killed ??= server.stop('SIGKILL')
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
  for (const kind of ['ACCESS', 'DECISION']) {
    const response = await fetch(`${server.url}/admin/auditlog/list/KIND_${kind}?since=1h`, {
      headers: { authorization: ADMIN },
    })
    const lines = (await response.text()).trim().split('\n')
    const entries = lines.map((line) => Object.values(JSON.parse(line).result)[0] as Entry)
    const ids = new Set(entries.map(({ callId }) => callId))
    expect(ids.size).toBe(entries.length)
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
  }
  const other = await startWith('local', audit).catch(String)
  expect(other).toMatch(/does not start/)
  expect(await server.stop('SIGTERM')).toBe(0)
})
