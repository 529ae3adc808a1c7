import type { Metrics } from '../metrics.ts'

/** Tells OpenTelemetry what the server does. */
export interface Telemetry {
  /** Runs a part of the work as a span of the trace that it belongs to. */
  span<Answer>(span: SpanStart, run: () => Promise<Answer>): Promise<Answer>
  /** Counts what the metrics count, too. */
  counting(metrics: Metrics): Metrics
  /** Sends what has not been sent yet. */
  close(): Promise<void>
}

/** What a span says of itself. */
export interface SpanStart {
  readonly name: string
  readonly kind: 'server' | 'internal'
  readonly attributes?: Readonly<Record<string, string | number>>
  /** The headers of the request by which the trace goes on. */
  readonly parent?: TraceHeaders | undefined
}

/** @see https://www.w3.org/TR/trace-context/ */
export interface TraceHeaders {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether the environment asks for OpenTelemetry. As in Cerbos, nothing is sent anywhere unless an
 * exporter is named.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
 */
export function wantsTelemetry(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED === 'true') return false
  return [env.OTEL_TRACES_EXPORTER, env.OTEL_METRICS_EXPORTER].some(
    (exporter) => exporter !== undefined && exporter !== '' && exporter !== 'none',
  )
}
