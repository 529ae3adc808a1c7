import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GRPC } from '@cerbos/grpc'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { CERBOS_ENVIRONMENT, startCerbos } from '../../../tools/cerbos-server.ts'
import { findCerbos, skippedWithoutCerbos } from '../../server/test/beside-cerbos.ts'
import { type Figure, figuresOf } from './otlp.ts'
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

/** What Cerbos tells, and we do not. */
const NOT_HERE = [
  /^go\./,
  /^cerbos_dev_compiler_compile_duration$/,
  /^http\.server\.re(quest|sponse)\.body\.size$/,
  /^rpc\.client\./,
]

test.skipIf('missing' in found)(
  `figures have the names, units, limits and labels of Cerbos's${skippedWithoutCerbos(found)}`,
  async () => {
    const server = await start(settings('http/protobuf'))
    await askOverBoth(server.url, server.grpc)
    await server.stop('SIGTERM')
    const ours = exported()
    received = []
    Object.assign(CERBOS_ENVIRONMENT, settings('http/protobuf'))
    const cerbos = await startCerbos({ policies: DOCUMENTS })
    await askOverBoth(cerbos.httpUrl, cerbos.grpcAddress)
    await expect
      .poll(() => exported(), { timeout: 30_000 })
      .toHaveProperty('cerbos_dev_engine_plan_latency')
    await cerbos.stop()
    const theirs = Object.entries(exported()).filter(
      ([name]) => !NOT_HERE.some((pattern) => pattern.test(name)),
    )
    expect(ours).toEqual(Object.fromEntries(theirs))
    expect(Object.keys(ours)).toHaveLength(7)
  },
)

async function askOverBoth(url: string, address: string): Promise<void> {
  await ask(url, '01')
  const grpc = new GRPC(address, { tls: false })
  await grpc.checkResources(CHECK)
  await grpc.planResources(PLAN)
  grpc.close()
}

/** The figures that were sent, by their names. */
function exported(): Readonly<Record<string, Figure>> {
  const bodies = received.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body)
  const figures: Record<string, Figure> = {}
  for (const figure of bodies.flatMap(figuresOf)) {
    const before = figures[figure.name]
    const labels = new Set([...(before?.labels ?? []), ...figure.labels])
    // Whether it is well, Cerbos asks itself.
    const kept = [...labels].filter((label) => !label.includes('grpc.health'))
    figures[figure.name] = { ...figure, labels: kept.sort() }
  }
  return figures
}
