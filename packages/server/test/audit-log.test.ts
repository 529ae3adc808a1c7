import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GRPC } from '@cerbos/grpc'
import { Engine } from '@lockstitch/engine/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startCerbos } from '../../../tools/cerbos-server.ts'
import type { AuditConfig } from '../src/audit/audit-config.ts'
import { type AuditLog, openAuditLog } from '../src/audit/audit-log.ts'
import { openLogFile } from '../src/audit/log-file.ts'
import { type RunningServer, startServer } from '../src/index.ts'
import { SILENT } from '../src/log.ts'
import { findCerbos, skippedWithoutCerbos } from './beside-cerbos.ts'
import { POLICIES as SHARED_POLICIES } from './policies.ts'

/** Some of which no plan can be made, as in Cerbos. */
const POLICIES: typeof SHARED_POLICIES = {
  ...SHARED_POLICIES,
  'plain.json': JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: 'plain',
      version: 'default',
      rules: [
        ['bind', 'cel.bind(x, R.attr.a, x == 1 && x != 2)'],
        ['optional', 'R.attr.?a.orValue(1) == 1'],
      ].map(([action, expr]) => ({
        actions: [action],
        roles: ['user'],
        effect: 'EFFECT_ALLOW',
        condition: { match: { expr } },
      })),
    },
  }),
}

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstitch-audit-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const KEPT = { maxFileSizeMB: 0, maxFileAgeDays: 0, maxFileCount: 0 }

type Settings = Partial<Omit<AuditConfig, 'backend'>>

function configOf(path: string, settings: Settings = {}): AuditConfig {
  return {
    accessLogs: true,
    decisionLogs: true,
    filters: { ignoreAllowAll: false, ignoreAllPlans: false, ignoreAlwaysAllow: false },
    metadata: { include: [], exclude: [] },
    backend: { kind: 'file', paths: [path], rotation: KEPT },
    onFailure: 'count',
    ...settings,
  }
}

interface Recorded {
  readonly server: RunningServer
  readonly audit: AuditLog
  stop(): Promise<void>
}

async function startRecorded(config: AuditConfig): Promise<Recorded> {
  const audit = openAuditLog(config, SILENT)
  const files = Object.entries(POLICIES).map(([name, text]) => ({ path: name, text }))
  const engine = Engine.fromFiles(files, {
    compat: 'cerbos',
    strictEvaluation: false,
    lenientScopeSearch: false,
    schemaEnforcement: 'reject',
    policySource: { disk: { directory: '/policies' } },
    onDecision: (record) => audit.decision(record),
  })
  const server = await startServer({
    engine,
    audit,
    auxData: { disableVerification: true },
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
  })
  return {
    server,
    audit,
    async stop() {
      await server.close()
      audit.close()
    },
  }
}

type Entry = Readonly<Record<string, unknown>>

async function entriesIn(path: string): Promise<readonly Entry[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('cerbos.audit'))
    .map((line) => JSON.parse(line))
}

const HEADERS = {
  'content-type': 'application/json',
  'x-tenant': 'acme',
  'x-other': 'other',
  'x-forwarded-for': '192.0.2.1',
  authorization: 'Bearer s3cret-token',
  cookie: 's3cret-cookie',
  'user-agent': 'tester',
}

async function post(url: string, path: string, body: unknown): Promise<number> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${url}${path}`, { method: 'POST', headers: HEADERS, body: text })
  await response.arrayBuffer()
  return response.status
}

const ann = { id: 'ann', roles: ['user'], attr: { a: 1 } }
const doc = (id: string, more: object = {}) => ({ kind: 'doc', id, ...more })
const TOKEN = `${base64('{"alg":"HS256"}')}.${base64('{"sub":"ann"}')}.s3cretSignature`

function base64(text: string): string {
  return Buffer.from(text).toString('base64url')
}

const check = (requestId: string, more: object, resources: readonly object[]): Request => ({
  path: '/api/check/resources',
  body: { requestId, principal: ann, resources, ...more },
})
const plan = (requestId: string, more: object): Request => ({
  path: '/api/plan/resources',
  body: { requestId, principal: ann, resource: { kind: 'doc' }, ...more },
})

interface Request {
  readonly path: string
  readonly body: unknown
}

const one = (actions: readonly string[], resource: object = doc('1')) => [{ actions, resource }]

/** Each is put to both; the answers to some are refusals. */
const REQUESTS: readonly Request[] = [
  check('owner', {}, one(['view', 'edit'], doc('1', { attr: { owner: 'ann' } }))),
  check('error', { requestContext: { annotations: { page: 'list' } } }, one(['view'])),
  check('token', { auxData: { jwt: { token: TOKEN } } }, one(['claim'])),
  check('scoped', {}, [
    { actions: ['view'], resource: doc('1', { scope: 'acme', attr: { secret: true } }) },
    { actions: ['fly'], resource: doc('2') },
  ]),
  check('schema', {}, one(['view'], doc('1', { attr: { size: 'large' } }))),
  check('bad token', { auxData: { jwt: { token: 's3cretGarbage' } } }, one(['view'])),
  check('too many', {}, Array(60).fill({ actions: ['view'], resource: doc('1') })),
  check('no resources', {}, []),
  { path: '/api/check/resources', body: '{bad' },
  plan('all', { action: 'view', includeMeta: true }),
  plan('some', { actions: ['view', 'edit'], requestContext: { annotations: { page: 'list' } } }),
  plan('none', { action: 'nothing' }),
  plan('token', { action: 'claim', auxData: { jwt: { token: TOKEN } } }),
  plan('no token', { action: 'claim' }),
  plan('scope', { action: 'view', resource: { kind: 'doc', scope: 'acme', attr: { x: 1 } } }),
  plan('two', { actions: ['delete', 'edit'], resource: { kind: 'doc', scope: 'acme' } }),
  plan('schema', { action: 'view', resource: { kind: 'doc', attr: { size: 'large' } } }),
  plan('version', { action: 'view', resource: { kind: 'doc', policyVersion: 'v9' } }),
  plan('unknown', { action: 'view', resource: { kind: 'unknown' } }),
  plan('not a role', { action: 'view', principal: { id: 'bob', roles: ['guest'] } }),
  plan('no action', {}),
  ...['bind', 'optional'].map((action) =>
    plan(action, {
      action,
      principal: { id: 'ann', roles: ['user'] },
      resource: { kind: 'plain' },
    }),
  ),
  {
    path: '/api/check',
    body: { principal: ann, actions: ['view'], resource: { kind: 'doc', instances: { a: {} } } },
  },
  { path: '/api/check_resource_batch', body: { principal: ann, resources: one(['view']) } },
  {
    path: '/access/v1/evaluation',
    body: {
      subject: { type: 'user', id: 'ann' },
      action: { name: 'view' },
      resource: { type: 'doc', id: '1' },
    },
  },
  { path: '/api/nothing', body: {} },
]

async function send(url: string, grpcAddress: string): Promise<void> {
  for (const { path, body } of REQUESTS) await post(url, path, body)
  await fetch(`${url}/api/server_info`, { headers: HEADERS }).then((each) => each.text())
  await fetch(`${url}/_cerbos/health`, { headers: HEADERS }).then((each) => each.text())
  const grpc = new GRPC(grpcAddress, { tls: false, userAgent: 'tester' })
  await grpc.checkResources({ requestId: 'g', principal: ann, resources: one(['view']) as never })
  await grpc.planResources({
    requestId: 'h',
    principal: ann,
    action: 'edit',
    resource: { kind: 'doc' },
  } as never)
  await grpc.serverInfo()
  grpc.close()
}

const found = findCerbos()

describe.skipIf('missing' in found)(`beside Cerbos${skippedWithoutCerbos(found)}`, () => {
  /** What both write for all of the requests. */
  async function both(
    name: string,
    settings: Settings,
    audit: object,
  ): Promise<{
    readonly ours: readonly unknown[]
    readonly theirs: readonly unknown[]
  }> {
    const [ourFile, theirFile] = [join(home, `${name}-ours`), join(home, `${name}-theirs`)]
    const recorded = await startRecorded(configOf(ourFile, settings))
    await send(`http://${recorded.server.httpAddress}`, recorded.server.grpcAddress ?? '')
    await recorded.stop()
    const cerbos = await startCerbos({
      policies: POLICIES,
      config: {
        schema: { enforcement: 'reject' },
        auxData: { jwt: { disableVerification: true } },
        audit: { enabled: true, backend: 'file', file: { path: theirFile }, ...audit },
      },
    })
    await send(cerbos.httpUrl, cerbos.grpcAddress)
    const ours = await entriesIn(ourFile)
    await expect
      .poll(async () => (await entriesIn(theirFile)).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(ours.length)
    await cerbos.stop()
    return { ours: comparable(ours), theirs: comparable(await entriesIn(theirFile)) }
  }

  test('every entry is that of Cerbos, calls, checks and plans', async () => {
    const keys = ['x-tenant', 'authorization']
    const { ours, theirs } = await both(
      'all',
      { metadata: { include: keys, exclude: [] } },
      { includeMetadataKeys: keys },
    )
    expect(ours).toEqual(theirs)
    expect(ours.length).toBeGreaterThan(40)
  })

  test.each([
    [
      'checkResources.ignoreAllowAll',
      'ignoreAllowAll',
      { checkResources: { ignoreAllowAll: true } },
    ],
    ['planResources.ignoreAll', 'ignoreAllPlans', { planResources: { ignoreAll: true } }],
    [
      'planResources.ignoreAlwaysAllow',
      'ignoreAlwaysAllow',
      { planResources: { ignoreAlwaysAllow: true } },
    ],
  ])('%s leaves out what it leaves out in Cerbos', async (_name, filter, decisionLogFilters) => {
    const filters = { ignoreAllowAll: false, ignoreAllPlans: false, ignoreAlwaysAllow: false }
    const { ours, theirs } = await both(
      filter,
      { accessLogs: false, filters: { ...filters, [filter]: true } },
      { accessLogsEnabled: false, decisionLogFilters },
    )
    expect(ours).toEqual(theirs)
  })

  test('decisionLogsEnabled and accessLogsEnabled switch off what they switch off in Cerbos', async () => {
    const { ours, theirs } = await both(
      'access',
      { decisionLogs: false },
      { decisionLogsEnabled: false },
    )
    expect(ours).toEqual(theirs)
  })
})

/**
 * In an order of their own, because Cerbos writes from several threads, and without what is of the
 * call: its id, its time, the port that it came from and where the policies are.
 */
function comparable(entries: readonly Entry[]): readonly unknown[] {
  return entries
    .map(comparableEntry)
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function comparableEntry({ callId, timestamp, generation: _, peer, ...rest }: Entry): unknown {
  expect(callId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  expect(Date.parse(String(timestamp))).toBeGreaterThan(0)
  const { address, userAgent, ...others } = peer as Readonly<Record<string, string>>
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  const known = { ...rest, peer: { ...others, userAgent: userAgent?.split(' ')[0] } }
  return JSON.parse(JSON.stringify(known), (key, value: unknown) => {
    if (key === 'source' || key === 'driver' || key === 'directory') return undefined
    // Why a plan cannot be made is told in words of our own.
    if (key === 'error') return typeof value
    if (key === 'effectiveDerivedRoles' && Array.isArray(value)) return value.sort()
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  })
}

describe('what is written down', () => {
  test('the entries of a call have the id of its answer', async () => {
    const path = join(home, 'deep', 'ids.log')
    const { server, stop } = await startRecorded(configOf(path))
    const response = await fetch(`http://${server.httpAddress}/api/check/resources`, {
      method: 'POST',
      body: JSON.stringify(check('r', {}, one(['view'])).body),
    })
    const { cerbosCallId } = (await response.json()) as { readonly cerbosCallId: string }
    const entries = await entriesIn(path)
    await stop()
    expect(entries).toMatchObject([
      { 'log.logger': 'cerbos.audit', 'log.kind': 'decision', callId: cerbosCallId },
      { 'log.logger': 'cerbos.audit', 'log.kind': 'access', callId: cerbosCallId },
    ])
  })

  test('never has tokens, passwords or cookies, even if all headers are asked for', async () => {
    const path = join(home, 'secrets.log')
    const all = { include: [], exclude: ['x-other'] }
    const { server, stop } = await startRecorded(configOf(path, { metadata: all }))
    await send(`http://${server.httpAddress}`, server.grpcAddress ?? '')
    await stop()
    const text = await readFile(path, 'utf8')
    expect(text).toContain('"x-tenant":{"values":["acme"]}')
    expect(text).not.toMatch(/s3cret|x-other/)
  })
})

/** A file that takes nothing, where the system has one. */
const hasFull = (() => {
  try {
    closeSync(openSync('/dev/full', 'a'))
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasFull)('a disk that is full', () => {
  const ask = (server: RunningServer, { path, body }: Request): Promise<number> =>
    post(`http://${server.httpAddress}`, path, body)

  test('is counted, and the answer stands', async () => {
    const { server, audit, stop } = await startRecorded(configOf('/dev/full'))
    expect(await ask(server, check('r', {}, one(['view'])))).toBe(200)
    expect(await ask(server, plan('r', { action: 'view' }))).toBe(200)
    const metrics = await fetch(`http://${server.httpAddress}/_cerbos/metrics`)
    expect(await metrics.text()).toContain('cerbos_dev_audit_error_count_total{kind="decision"} 2')
    await stop()
    expect(audit.counts).toEqual({
      access: { written: 0, failed: 2 },
      decision: { written: 0, failed: 2 },
    })
  })

  test('refuses every call where that is configured', async () => {
    const { server, stop } = await startRecorded(configOf('/dev/full', { onFailure: 'refuse' }))
    expect(await ask(server, check('r', {}, one(['view'])))).toBe(503)
    expect(await ask(server, plan('r', { action: 'view' }))).toBe(503)
    const grpc = new GRPC(server.grpcAddress ?? '', { tls: false })
    const request = { principal: ann, resources: one(['view']) } as never
    await expect(grpc.checkResources(request)).rejects.toThrow('the audit log cannot be written')
    grpc.close()
    await stop()
  })
})

describe('a file', () => {
  const sized = { maxFileSizeMB: 1, maxFileAgeDays: 0, maxFileCount: 0 }

  test('is put aside when it would grow too large, and the oldest is removed', async () => {
    const folder = join(home, 'rotated')
    let time = Date.UTC(2026, 0, 1)
    const rotation = { ...sized, maxFileCount: 2 }
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
    const file = openLogFile(join(folder, 'a.log'), { ...sized, maxFileAgeDays: 1 }, () => time)
    for (let line = 0; line < 4; line += 1) {
      time += 20 * 3_600_000
      file.append('x'.repeat(600_000))
    }
    file.close()
    expect(await readdir(folder)).toHaveLength(3)
  })

  test('of several processes is put aside once, and no line is lost', async () => {
    const folder = join(home, 'shared')
    let time = Date.UTC(2026, 0, 1)
    const files = [1, 2, 3].map(() => openLogFile(join(folder, 'a.log'), sized, () => (time += 1)))
    for (let line = 0; line < 30; line += 1)
      files[line % 3]?.append(`${line} ${'x'.repeat(200_000)}\n`)
    for (const file of files) file.close()
    const names = await readdir(folder)
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    const lines = texts.flatMap((text) =>
      text
        .trim()
        .split('\n')
        .map((line) => Number.parseInt(line, 10)),
    )
    expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, line) => line))
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(1.1 * 1024 * 1024)
  })
})
