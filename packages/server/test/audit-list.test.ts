import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startCerbos } from '../../../tools/cerbos-server.ts'
import { type AuditLog, openAuditLog } from '../src/audit/audit-log.ts'
import { diskStore, loadPolicies, type RunningServer, startServer } from '../src/index.ts'
import { SILENT } from '../src/log.ts'
import { findCerbos, skippedWithoutCerbos } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-audit-list-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const DAY = 86_400_000
const HASH = Buffer.from(hashSync('open', 4)).toString('base64')
const ADMIN = `Basic ${Buffer.from('cerbos:open').toString('base64')}`

function open(directory: string, clock?: () => number, bufferSize = 100): AuditLog {
  return openAuditLog(
    {
      accessLogs: true,
      decisionLogs: true,
      filters: { ignoreAllowAll: false, ignoreAllPlans: false, ignoreAlwaysAllow: false },
      metadata: { include: [], exclude: [] },
      backend: { kind: 'local', directory, retention: DAY, flushInterval: 10_000, bufferSize },
      onFailure: 'count',
    },
    SILENT,
    { clock },
  )
}

function access(callId: string, time: number): Parameters<AuditLog['access']>[0] {
  return { callId, timestamp: new Date(time).toISOString(), method: '/test' }
}

async function idsOf(entries: ReturnType<NonNullable<AuditLog['list']>> = []): Promise<string[]> {
  const ids: string[] = []
  for await (const { callId } of entries) ids.push(String(callId))
  return ids
}

describe('the local backend', () => {
  const NOW = Date.UTC(2026, 0, 1)
  const between = (start: number, end: number) => ({ kind: 'between', start, end }) as const

  test('finds the last, those of a time and those of a call', async () => {
    const log = open(join(home, 'queries'), () => NOW, 3)
    for (let at = 0; at < 10; at += 1) log.access(access(`call-${at}`, NOW + at))
    expect(await idsOf(log.list?.({ kind: 'access', filter: { kind: 'tail', count: 2 } }))).toEqual(
      ['call-9', 'call-8'],
    )
    const some = { kind: 'access', filter: between(NOW + 2, NOW + 4) } as const
    expect(await idsOf(log.list?.(some))).toEqual(['call-2', 'call-3', 'call-4'])
    const single = { kind: 'access', filter: { kind: 'lookup', callId: 'call-5' } } as const
    expect(await idsOf(log.list?.(single))).toEqual(['call-5'])
    expect(await idsOf(log.list?.({ ...some, kind: 'decision' }))).toEqual([])
    log.close()
  })

  test('tells more entries than it keeps in memory', async () => {
    const log = open(join(home, 'many'), () => NOW)
    for (let at = 0; at < 1_234; at += 1) log.access(access(`call-${at}`, NOW))
    const found = await idsOf(log.list?.({ kind: 'access', filter: between(NOW, NOW) }))
    expect(found).toEqual(Array.from({ length: 1_234 }, (_, at) => `call-${at}`))
    log.close()
  })

  test('forgets what is older than it is to be kept', async () => {
    const directory = join(home, 'retention')
    let now = NOW
    const log = open(directory, () => now)
    log.access(access('old', NOW))
    now += DAY - 1
    log.access(access('young', now))
    const all = { kind: 'access', filter: { kind: 'tail', count: 10 } } as const
    expect(await idsOf(log.list?.(all))).toEqual(['young', 'old'])
    now += 2
    expect(await idsOf(log.list?.(all))).toEqual(['young'])
    log.close()
    const again = open(directory, () => now)
    expect(await idsOf(again.list?.(all))).toEqual(['young'])
    again.close()
  })

  test('has one process', async () => {
    const directory = join(home, 'twice')
    const log = open(directory)
    log.access(access('one', Date.now()))
    expect(await idsOf(log.list?.({ kind: 'access', filter: { kind: 'tail', count: 9 } }))).toEqual(
      ['one'],
    )
    expect(() => open(directory)).toThrow()
    log.close()
  })
})

interface Side {
  readonly url: string
  readonly grpcAddress: string
  stop(): Promise<void>
}

async function policyFolder(): Promise<string> {
  const folder = await mkdtemp(join(home, 'policies-'))
  await mkdir(join(folder, '_schemas'))
  for (const [path, text] of Object.entries(POLICIES)) await writeFile(join(folder, path), text)
  return folder
}

async function startOurs(): Promise<Side & { readonly server: RunningServer }> {
  const audit = open(join(home, 'ours'))
  const policies = await loadPolicies(diskStore(await policyFolder()), {
    compat: 'cerbos',
    planner: cerbosPlanner,
    strictEvaluation: false,
    onDecision: (record) => audit.decision(record),
  })
  const server = await startServer({
    engine: policies.engine,
    policies,
    audit,
    admin: { credentials: { username: 'cerbos', passwordHash: HASH } },
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
  })
  return {
    server,
    url: `http://${server.httpAddress}`,
    grpcAddress: server.grpcAddress ?? '',
    async stop() {
      await server.close()
      audit.close()
    },
  }
}

const found = findCerbos()

describe.skipIf('missing' in found)(
  `the admin API beside Cerbos${skippedWithoutCerbos(found)}`,
  () => {
    let ours: Side
    let theirs: Side
    let start = ''
    beforeAll(async () => {
      const cerbos = await startCerbos({
        policies: POLICIES,
        config: {
          server: {
            adminAPI: {
              enabled: true,
              adminCredentials: { username: 'cerbos', passwordHash: HASH },
            },
          },
          audit: {
            enabled: true,
            backend: 'local',
            local: { storagePath: join(home, 'theirs'), advanced: { flushInterval: '1s' } },
          },
        },
      })
      theirs = { url: cerbos.httpUrl, grpcAddress: cerbos.grpcAddress, stop: () => cerbos.stop() }
      ours = await startOurs()
      start = new Date().toISOString()
      for (const { url } of [ours, theirs]) {
        for (const [path, body] of REQUESTS) {
          const response = await fetch(`${url}${path}`, {
            method: 'POST',
            body: JSON.stringify(body),
          })
          await response.text()
        }
      }
      // Cerbos writes entries when it comes to it.
      while ((await list(theirs, 'KIND_DECISION?tail=100')).entries.length < 4) await pause(100)
    })
    afterAll(() => Promise.all([ours.stop(), theirs.stop()]))

    const ann = { id: 'ann', roles: ['user'] }
    const REQUESTS: readonly (readonly [string, object])[] = [
      [
        '/api/check/resources',
        { principal: ann, resources: [{ actions: ['view'], resource: { kind: 'doc', id: '1' } }] },
      ],
      [
        '/api/plan/resources',
        { requestId: 'one', principal: ann, action: 'edit', resource: { kind: 'doc' } },
      ],
      [
        '/api/plan/resources',
        { requestId: 'two', principal: ann, actions: ['claim'], resource: { kind: 'doc' } },
      ],
      [
        '/api/check/resources',
        {
          requestId: 'last',
          principal: ann,
          resources: [{ actions: ['fly'], resource: { kind: 'doc', id: '1' } }],
        },
      ],
    ]

    test.each([
      'KIND_ACCESS?tail=2',
      'KIND_DECISION?tail=2',
      'KIND_DECISION?tail=1000',
      '2?tail=1&pretty',
      'KIND_DECISION?since=1h',
      'KIND_DECISION?since=0s',
      'KIND_DECISION?since=-1m',
      'KIND_ACCESS?between.start=START&between.end=2999-01-01T00:00:00Z',
      'KIND_ACCESS?between.start=2999-01-01T00:00:00Z&between.end=START',
      'KIND_ACCESS?lookup=01M8JZWRDE66RMH1PPRFPMD94B',
      'KIND_DECISION?tail=1&other=1',
      // Refusals.
      'KIND_DECISION',
      'KIND_UNSPECIFIED?tail=1',
      'nothing?tail=1',
      'KIND_DECISION?tail=0',
      'KIND_DECISION?tail=1001',
      'KIND_DECISION?between.start=START',
      'KIND_DECISION?lookup=short',
      'KIND_DECISION?tail=1&since=1m',
    ])('%s is answered as in Cerbos', async (query) => {
      const [our, their] = await Promise.all([ours, theirs].map((side) => list(side, query)))
      expect(our).toEqual(their)
    })

    test('nobody is told without the password', async () => {
      const [our, their] = await Promise.all(
        [ours, theirs].map((side) => list(side, 'KIND_ACCESS?tail=1', '')),
      )
      expect(our).toEqual(their)
      expect(our?.status).toBe(401)
    })

    test('cerbosctl lists ours over gRPC as it lists theirs', async () => {
      for (const args of [
        ['--kind=decision', '--tail=10'],
        ['--kind=access', '--since=1h'],
      ]) {
        const [our, their] = await Promise.all([ours, theirs].map((side) => cerbosctl(side, args)))
        expect(our).toEqual(their)
        expect(our).toHaveLength(4)
      }
    })

    interface Listed {
      readonly status: number
      readonly type: string | null
      readonly entries: readonly unknown[]
    }

    async function list(side: Side, query: string, authorization = ADMIN): Promise<Listed> {
      const path = query.replaceAll('START', start)
      const response = await fetch(`${side.url}/admin/auditlog/list/${path}`, {
        headers: authorization === '' ? {} : { authorization },
      })
      const text = await response.text()
      const entries =
        text.trim() === ''
          ? []
          : text
              .trim()
              .split(/\n(?=\{)/)
              .map((each) => comparable(JSON.parse(each)))
      // Cerbos says nothing of the type of nothing.
      const type = entries.length === 0 ? null : response.headers.get('content-type')
      return { status: response.status, type, entries }
    }

    async function cerbosctl(
      { grpcAddress }: Side,
      args: readonly string[],
    ): Promise<readonly unknown[]> {
      const name = 'cerbosctl-linux-x64'
      const folder = dirname(createRequire(import.meta.url).resolve(`@cerbos/${name}/package.json`))
      const server = [
        '--server',
        grpcAddress,
        '--plaintext',
        '--username=cerbos',
        '--password=open',
      ]
      const run = promisify(execFile)
      const { stdout } = await run(join(folder, name), [...server, 'audit', ...args, '--raw'])
      return stdout
        .trim()
        .split('\n')
        .map((line) => comparable(JSON.parse(line)))
    }

    /** Without what is of the call. */
    function comparable(entry: unknown): unknown {
      return JSON.parse(JSON.stringify(entry), (key, value: unknown) => {
        const isOfCall = [
          'callId',
          'timestamp',
          'address',
          'driver',
          'source',
          'directory',
        ].includes(key)
        if (isOfCall && typeof value === 'string') return undefined
        return typeof value === 'string' ? value.replaceAll('\u00a0', ' ') : value
      })
    }
  },
)

test('a server without such a log says so', async () => {
  const policies = await loadPolicies(diskStore(await policyFolder()))
  const server = await startServer({
    engine: policies.engine,
    policies,
    admin: { credentials: { username: 'cerbos', passwordHash: HASH } },
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: null,
  })
  const response = await fetch(
    `http://${server.httpAddress}/admin/auditlog/list/KIND_ACCESS?tail=1`,
    {
      headers: { authorization: ADMIN },
    },
  )
  expect([response.status, await response.json()]).toEqual([
    501,
    { error: { code: 12, message: 'Audit log backend does not support querying' } },
  ])
  await server.close()
})
