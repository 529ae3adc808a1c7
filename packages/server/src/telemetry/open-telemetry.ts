import {
  context,
  type Histogram,
  type Meter,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

import { MILLIS, SECONDS, SIZES } from '../histogram-limits.ts'
import type { Metrics } from '../metrics.ts'
import type { SpanStart, Telemetry } from './telemetry.ts'

/** The engine and what it has in force, for the figures that are looked up when they are sent. */
export interface Observed {
  readonly policies: () => number
  /** In milliseconds since 1970. */
  readonly lastRefresh: () => number
  readonly driver: string
}

/**
 * Starts OpenTelemetry's own library, which reads the standard variables: exporters, endpoints, headers,
 * intervals, samplers, resources. It takes longer to load than the rest of the server, so it is imported
 * where it is wanted.
 */
export function openTelemetry(observed: Observed): Telemetry {
  // Cerbos: traces are nobody's business unless somebody who calls has begun one or the sampler says so.
  process.env.OTEL_TRACES_SAMPLER ??= 'parentbased_always_off'
  process.env.OTEL_SERVICE_NAME ??= 'lockstitch'
  // What is not named is not sent.
  for (const name of ['TRACES', 'METRICS', 'LOGS']) process.env[`OTEL_${name}_EXPORTER`] ??= 'none'
  const sdk = new NodeSDK({ instrumentations: [] })
  sdk.start()
  const tracer = trace.getTracer('lockstitch')
  const meter = metrics.getMeter('lockstitch')
  observe(meter, observed)
  return {
    span: (start, run) => inSpan(tracer, start, run),
    counting: (counted) => counting(meter, counted),
    close: () => sdk.shutdown(),
  }
}

function inSpan<Answer>(
  tracer: Tracer,
  { name, kind, attributes = {}, parent }: SpanStart,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const from = parent ? propagation.extract(context.active(), parent) : context.active()
  const options = {
    kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
    attributes,
  }
  return tracer.startActiveSpan(name, options, from, async (span) => {
    try {
      return await run()
    } catch (error) {
      // The message may quote the request.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal'
      span.setStatus({ code: SpanStatusCode.ERROR, message: code })
      throw error
    } finally {
      span.end()
    }
  })
}

/** The figures of Cerbos, under its names. */
function counting(meter: Meter, inner: Metrics): Metrics {
  const histogram = (
    name: string,
    description: string,
    unit: string,
    explicitBucketBoundaries: readonly number[],
  ): Histogram =>
    meter.createHistogram(name, {
      description,
      unit,
      advice: { explicitBucketBoundaries: [...explicitBucketBoundaries] },
    })
  // biome-ignore format: table
  const [checks, plans, sizes, requests, calls] = [
    histogram('cerbos_dev_engine_check_latency', 'Time to decide about the inputs of a request', 'ms', MILLIS),
    histogram('cerbos_dev_engine_plan_latency', 'Time to make a query plan', 'ms', MILLIS),
    histogram('cerbos_dev_engine_check_batch_size', 'Resources in a request', '1', SIZES),
    histogram('http.server.request.duration', 'Time to answer a request over HTTP', 's', SECONDS),
    histogram('rpc.server.call.duration', 'Time to answer a call of the API, over HTTP and gRPC', 's', SECONDS),
  ]
  return {
    request(duration, method, status) {
      inner.request(duration, method, status)
      requests.record(duration / 1000, {
        'http.request.method': method,
        'http.response.status_code': status,
        'network.protocol.name': 'http',
      })
    },
    call(duration, method, code) {
      inner.call(duration, method, code)
      calls.record(duration / 1000, {
        'rpc.method': method,
        'rpc.response.status_code': code,
        'rpc.system.name': 'grpc',
      })
    },
    check(duration, status, inputs) {
      inner.check(duration, status, inputs)
      checks.record(duration, { status })
      sizes.record(inputs)
    },
    plan(duration, status) {
      inner.plan(duration, status)
      plans.record(duration, { status })
    },
    text: () => inner.text(),
  }
}

function observe(meter: Meter, { policies, lastRefresh, driver }: Observed): void {
  meter
    .createObservableUpDownCounter('cerbos_dev_index_entry_count', {
      description: 'Policies in force',
    })
    .addCallback((result) => result.observe(policies()))
  meter
    .createObservableGauge('cerbos_dev_store_last_successful_refresh', {
      description: 'When policies were last put in force',
    })
    .addCallback((result) => result.observe(lastRefresh(), { driver }))
}
