import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '@lockstitch/engine/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startCerbos } from '../../../tools/cerbos-server.ts'
import { openDecisionLog } from '../src/audit/decision-log.ts'
import { openLogFile } from '../src/audit/log-file.ts'
import { startServer } from '../src/index.ts'
import { SILENT } from '../src/log.ts'
import { findCerbos, skippedWithoutCerbos } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-audit-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const KEPT = { maxFileSizeMB: 0, maxFileAgeDays: 0, maxFileCount: 0 }
const REQUEST = {
  requestId: 'r',
  principal: { id: 'ann', roles: ['user'], attr: { a: 1 } },
  resources: [
    { actions: ['view', 'edit'], resource: { kind: 'doc', id: '1', attr: { owner: 'ann' } } },
    { actions: ['fly'], resource: { kind: 'doc', id: '2', scope: 'acme' } },
  ],
}

async function decisionsOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8')
  return text
    .split('\n')
    .filter((line) => line.includes('"decision"'))
    .map((line) => JSON.parse(line))
}

async function writeWithOurs(path: string, ignoreAllowAll = false): Promise<void> {
  const log = openDecisionLog({ paths: [path], rotation: KEPT, ignoreAllowAll }, SILENT)
  const files = Object.entries(POLICIES).map(([name, text]) => ({ path: name, text }))
  const engine = Engine.fromFiles(files, {
    compat: 'cerbos',
    strictEvaluation: false,
    policySource: { disk: { directory: '/policies' } },
    onDecision: (record) => log.write(record),
  })
  const server = await startServer({ engine, httpListenAddr: '127.0.0.1:0', grpcListenAddr: null })
  for (const actions of [['view'], ['fly']]) {
    const resources =
      actions[0] === 'view' ? REQUEST.resources : [{ actions, resource: { kind: 'doc', id: '3' } }]
    await post(`http://${server.httpAddress}`, { ...REQUEST, resources })
  }
  const allowed = [{ actions: ['view'], resource: { kind: 'doc', id: '4' } }]
  await post(`http://${server.httpAddress}`, { ...REQUEST, resources: allowed })
  await server.close()
  log.close()
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/check/resources`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  await response.arrayBuffer()
}

test('every request is written down before it is answered', async () => {
  const path = join(home, 'all', 'decisions.log')
  await writeWithOurs(path)
  expect(await decisionsOf(path)).toMatchObject([
    { 'log.logger': 'cerbos.audit', checkResources: { inputs: [{ requestId: 'r' }, {}] } },
    {},
    {},
  ])
})

test('requests of which everything is allowed are left out where that is asked for', async () => {
  const path = join(home, 'denied.log')
  await writeWithOurs(path, true)
  expect(await decisionsOf(path)).toHaveLength(2)
})

const found = findCerbos()

test.skipIf('missing' in found)(
  `an entry is that of Cerbos${skippedWithoutCerbos(found)}`,
  async () => {
    const [ours, theirs] = [join(home, 'ours.log'), join(home, 'theirs.log')]
    await writeWithOurs(ours)
    const audit = {
      enabled: true,
      accessLogsEnabled: false,
      backend: 'file',
      file: { path: theirs },
    }
    const cerbos = await startCerbos({ policies: POLICIES, config: { audit } })
    await post(cerbos.httpUrl, REQUEST)
    await expect.poll(() => decisionsOf(theirs), { timeout: 20_000 }).toHaveLength(1)
    const [their] = await decisionsOf(theirs)
    await cerbos.stop()
    const [our] = await decisionsOf(ours)
    expect(comparable(our)).toEqual(comparable(their))
  },
)

/** Without what is of the call; who called and where the policies are is not of the decision. */
function comparable(entry: object = {}): unknown {
  const {
    callId,
    timestamp,
    '@timestamp': _at,
    'log.level': _level,
    generation: _g,
    peer,
    policySource,
    ...rest
  } = entry as Readonly<Record<string, unknown>>
  expect([typeof callId, typeof timestamp, typeof peer, typeof policySource]).toEqual([
    'string',
    'string',
    'object',
    'object',
  ])
  return JSON.parse(JSON.stringify(rest), (key, value: unknown) => {
    if (key === 'source' || key === 'driver') return undefined
    return key === 'effectiveDerivedRoles' && Array.isArray(value) ? value.sort() : value
  })
}

describe('a file', () => {
  test('is put aside when it would grow too large, and the oldest is removed', async () => {
    const folder = join(home, 'rotated')
    let time = Date.UTC(2026, 0, 1)
    const rotation = { maxFileSizeMB: 1, maxFileAgeDays: 0, maxFileCount: 2 }
    const file = openLogFile(join(folder, 'a.log'), rotation, () => time)
    for (let line = 0; line < 10; line += 1) {
      time += 1_000
      file.append(`${line}${'x'.repeat(600_000)}\n`)
    }
    file.close()
    const names = (await readdir(folder)).sort()
    expect(names).toEqual([
      'a-2026-01-01T00-00-09.000.log',
      'a-2026-01-01T00-00-10.000.log',
      'a.log',
    ])
    expect((await readFile(join(folder, 'a.log'), 'utf8')).slice(0, 1)).toBe('9')
  })

  test('that is put aside is removed when it is too old', async () => {
    const folder = join(home, 'aged')
    let time = Date.UTC(2026, 0, 1)
    const file = openLogFile(
      join(folder, 'a.log'),
      { maxFileSizeMB: 1, maxFileAgeDays: 1, maxFileCount: 0 },
      () => time,
    )
    for (let line = 0; line < 4; line += 1) {
      time += 20 * 3_600_000
      file.append('x'.repeat(600_000))
    }
    file.close()
    expect(await readdir(folder)).toHaveLength(3)
  })

  test('on a disk that is full is an error, and the decision stands', async () => {
    const isThere = (() => {
      try {
        closeSync(openSync('/dev/full', 'a'))
        return true
      } catch {
        return false
      }
    })()
    if (!isThere) return
    const log = openDecisionLog(
      { paths: ['/dev/full'], rotation: KEPT, ignoreAllowAll: false },
      SILENT,
    )
    const files = Object.entries(POLICIES).map(([path, text]) => ({ path, text }))
    const engine = Engine.fromFiles(files, { onDecision: (record) => log.write(record) })
    const input = { principal: { id: 'ann', roles: ['user'] }, resource: { kind: 'doc', id: '1' } }
    expect(engine.isAllowed({ ...input, action: 'view' })).toBe(true)
    expect(engine.isAllowed({ ...input, action: 'fly' })).toBe(false)
    expect(engine.status.decisionHookFailures).toBe(2)
    log.close()
  })
})
