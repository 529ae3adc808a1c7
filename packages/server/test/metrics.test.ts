import { Engine } from '@lockstitch/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { startServer } from '../src/index.ts'
import { findCerbos, type Pair, send, skippedWithoutCerbos, startPair } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const found = findCerbos()

const PRINCIPAL = { id: 'ann', roles: ['user'] }
const entry = (id: string) => ({ actions: ['view', 'edit'], resource: { kind: 'doc', id } })
const check = (...ids: readonly string[]) => ({ principal: PRINCIPAL, resources: ids.map(entry) })
const evaluation = (id: string, name: string) => ({
  resource: { type: 'doc', id },
  action: { name },
})
const SUBJECT = { type: 'user', id: 'ann' }

/** Requests that are decided, and some that are refused before. */
const TRAFFIC: readonly (readonly [path: string, body: object])[] = [
  ['/api/check/resources', check('1')],
  ['/api/check/resources', check('1', '2', '3')],
  ['/api/check/resources', check('1', '2', '3', '4', '5')],
  ['/api/check/resources', check('1', '2', '3', '4', '5', '6')],
  ['/api/check/resources', {}],
  [
    '/api/check',
    { ...check(), actions: ['view'], resource: { kind: 'doc', instances: { a: {} } } },
  ],
  ['/api/check_resource_batch', check('1', '2')],
  ['/api/plan/resources', { principal: PRINCIPAL, resource: { kind: 'doc' }, action: 'edit' }],
  ['/api/plan/resources', {}],
  ['/access/v1/evaluation', { subject: SUBJECT, ...evaluation('1', 'view') }],
  [
    '/access/v1/evaluations',
    { subject: SUBJECT, evaluations: ['view', 'edit'].map((name) => evaluation('1', name)) },
  ],
]

/** What Cerbos counts and we do not: parts that we do not have. */
const NOT_HERE = new Set([
  'cerbos_dev_cache_access_count_total',
  'cerbos_dev_cache_live_objects',
  'cerbos_dev_cache_max_size',
  'cerbos_dev_compiler_compile_duration_milliseconds',
])

interface Family {
  readonly type: string
  readonly samples: ReadonlyMap<string, number>
}

/** What is counted of requests, in Cerbos by a library. */
const OF_REQUESTS = ['http_server_request_duration_seconds', 'rpc_server_call_duration_seconds']

/** Cerbos's families of a text for Prometheus. */
function familiesOf(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, { type: string; samples: Map<string, number> }>()
  let samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (name !== '') {
      samples = new Map()
      if (name.startsWith('cerbos_dev_') || OF_REQUESTS.includes(name))
        families.set(name, { type, samples })
    }
    const [, sample = '', value] = /^([^#\s]\S*) (\S+)$/.exec(line) ?? []
    // In Cerbos health asked for over HTTP is a call, too.
    if (sample !== '' && !sample.includes('grpc.health')) samples.set(sample, Number(value))
  }
  return families
}

describe.skipIf('missing' in found)(`the metrics${skippedWithoutCerbos(found)}`, () => {
  let pair: Pair
  let ours: ReadonlyMap<string, Family>
  let theirs: ReadonlyMap<string, Family>
  beforeAll(async () => {
    pair = await startPair({ policies: POLICIES })
    const metrics = async (url: string) => {
      for (const [path, body] of TRAFFIC) {
        const headers = { 'content-type': 'application/json' }
        await send(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
      }
      return familiesOf(await (await fetch(`${url}/_cerbos/metrics`)).text())
    }
    ours = await metrics(pair.ourUrl)
    theirs = await metrics(pair.cerbos.httpUrl)
  })
  afterAll(() => pair.stop())

  test('are those of Cerbos', () => {
    const expected = [...theirs.keys()].filter((name) => !NOT_HERE.has(name))
    expect([...ours.keys()].toSorted()).toEqual(expected.toSorted())
    expect([...NOT_HERE].filter((name) => !theirs.has(name))).toEqual([])
  })

  test('have the type, the labels and the limits that they have there', () => {
    for (const [name, { type, samples }] of ours) {
      const there = theirs.get(name)
      expect({ name, type, samples: [...samples.keys()].sort() }).toEqual({
        name,
        type: there?.type,
        samples: [...(there?.samples.keys() ?? [])].sort(),
      })
    }
  })

  test.each(OF_REQUESTS)('count requests as Cerbos does: %s', async (name) => {
    const counts = (of: typeof ours) => {
      const samples = [...(of.get(name)?.samples ?? [])]
      return Object.fromEntries(samples.filter(([sample]) => sample.includes('_count{')))
    }
    expect(Object.keys(counts(ours)).length).toBeGreaterThan(1)
    // Cerbos counts a call when it has been answered.
    await vi.waitFor(async () => {
      const text = await (await fetch(`${pair.cerbos.httpUrl}/_cerbos/metrics`)).text()
      expect(counts(ours)).toEqual(counts(familiesOf(text)))
    })
  })

  test('count as Cerbos counts', () => {
    const sizes = 'cerbos_dev_engine_check_batch_size'
    expect(ours.get(sizes)?.samples).toEqual(theirs.get(sizes)?.samples)
    for (const what of ['check', 'plan']) {
      const name = `cerbos_dev_engine_${what}_latency_milliseconds`
      const count = `${name}_count{status="success"}`
      expect(ours.get(name)?.samples.get(count)).toBe(theirs.get(name)?.samples.get(count))
    }
  })
})

test('what the engine refuses is counted as that', async () => {
  const engine = Engine.fromFiles([])
  const address = { httpListenAddr: '127.0.0.1:0', grpcListenAddr: null }
  const server = await startServer({ engine, ...address })
  try {
    const url = `http://${server.httpAddress}`
    engine.close()
    const body = JSON.stringify(check('1'))
    expect((await send(`${url}/api/check/resources`, { method: 'POST', body })).status).toBe(503)
    const text = await (await fetch(`${url}/_cerbos/metrics`)).text()
    expect(text).toContain('cerbos_dev_engine_check_latency_milliseconds_count{status="failure"} 1')
    expect(text).not.toContain('status="success"')
  } finally {
    await server.close()
  }
})
