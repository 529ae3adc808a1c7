import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { startCerbos } from '../../../tools/cerbos-server.ts'
import { findCerbos, skippedWithoutCerbos } from '../../server/test/beside-cerbos.ts'
import { ANY_PORT, type Started, startIn, stopAll } from './server-process.ts'

const DOCUMENTS = new URL('fixtures/documents', import.meta.url).pathname

interface Received {
  readonly path: string
  readonly body: Buffer
}

/** Where traces and figures are sent. */
let collector: Server
let received: Received[] = []
beforeAll(async () => {
  collector = createServer((req, res) => {
    const chunks: Buffer[] = []
    req
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        received.push({ path: req.url ?? '', body: Buffer.concat(chunks) })
        res.setHeader('content-type', req.headers['content-type'] ?? '').end()
      })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  received = []
})
afterEach(stopAll)
afterAll(() => {
  collector.closeAllConnections()
  collector.close()
})

const endpoint = (): string => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`

const settings = (protocol: string): Readonly<Record<string, string>> => ({
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(),
  OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const principal = { id: 'maya', roles: ['editor'], attr: { secret: 's3cret' } }
const CHECK = {
  principal,
  resources: [{ actions: ['view'], resource: { kind: 'document', id: 'q3' } }],
}
const PLAN = { principal, action: 'view', resource: { kind: 'document' } }

async function ask(url: string, flags: string): Promise<void> {
  for (const [path, body] of [
    ['check', CHECK],
    ['plan', PLAN],
    ['check', {}],
  ] as const) {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-${flags}`, authorization: 'Bearer s3cret' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    await (await fetch(`${url}/api/${path}/resources`, init)).text()
  }
}

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly status: { readonly code: number; readonly message?: string }
}

function spans(): readonly Span[] {
  return received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((scope) => scope.spans)
}

const start = (
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Started> => startIn(env, '--policies', DOCUMENTS, ANY_PORT, ...args)

test('a trace that somebody has begun goes on, into the engine', async () => {
  const server = await start(settings('http/json'))
  await ask(server.url, '01')
  expect(await server.stop('SIGTERM')).toBe(0)
  const calls = spans().filter(({ parentSpanId }) => parentSpanId === SPAN)
  expect(calls).toMatchObject([
    { name: 'cerbos.svc.v1.CerbosService/CheckResources', traceId: TRACE, status: { code: 0 } },
    { name: 'cerbos.svc.v1.CerbosService/PlanResources', traceId: TRACE, status: { code: 0 } },
    {
      name: 'cerbos.svc.v1.CerbosService/CheckResources',
      status: { code: 2, message: 'invalid-argument' },
    },
  ])
  const inner = (name: string): unknown =>
    spans().find((span) => span.name === name && span.traceId === TRACE)?.parentSpanId
  expect(inner('engine.Check')).toBe(calls[0]?.spanId)
  expect(inner('engine.Plan')).toBe(calls[1]?.spanId)
  expect(received.some(({ body }) => body.includes('s3cret'))).toBe(false)
})

test('as in Cerbos, a trace that is not to be kept is not sent, and none is begun', async () => {
  const server = await start(settings('http/json'))
  await ask(server.url, '00')
  await server.stop('SIGTERM')
  expect(spans()).toEqual([])
})

test('each of several processes sends what it does', async () => {
  const always = { ...settings('http/json'), OTEL_TRACES_SAMPLER: 'always_on' }
  const server = await start(always, '--workers=2')
  await ask(server.url, '01')
  await server.stop('SIGTERM')
  expect(spans().filter(({ name }) => name === 'engine.Check')).toHaveLength(1)
})

const found = findCerbos()

test.skipIf('missing' in found)(
  `figures have the names of Cerbos's${skippedWithoutCerbos(found)}`,
  async () => {
    const server = await start(settings('http/protobuf'))
    await ask(server.url, '01')
    await server.stop('SIGTERM')
    const ours = names()
    received = []
    const env = { ...process.env }
    Object.assign(process.env, settings('http/protobuf'))
    const { CERBOS_ENVIRONMENT } = await import('../../../tools/cerbos-server.ts')
    Object.assign(CERBOS_ENVIRONMENT, settings('http/protobuf'))
    const cerbos = await startCerbos({ policies: DOCUMENTS })
    await ask(cerbos.httpUrl, '01')
    await expect
      .poll(() => names(), { timeout: 30_000 })
      .toContain('cerbos_dev_engine_plan_latency')
    await cerbos.stop()
    process.env = env
    expect(ours).toEqual([
      'cerbos_dev_engine_check_batch_size',
      'cerbos_dev_engine_check_latency',
      'cerbos_dev_engine_plan_latency',
      'cerbos_dev_index_entry_count',
      'cerbos_dev_store_last_successful_refresh',
      'http.server.request.duration',
    ])
    expect(ours.filter((name) => !names().includes(name))).toEqual([])
  },
)

/** The names are texts in protobuf's binary form. */
function names(): readonly string[] {
  const texts = received
    .filter(({ path }) => path === '/v1/metrics')
    .map(({ body }) => body.toString('latin1'))
  const matches = texts.join(' ').match(/cerbos_dev_[a-z_]+|http\.server\.request\.duration/g)
  return [...new Set(matches)].sort()
}
