import { monitorEventLoopDelay } from 'node:perf_hooks'

import type { Engine } from '@lockstitch/engine'

import type { AuditLog } from './audit/audit-log.ts'
import { MILLIS, SECONDS, SIZES } from './histogram-limits.ts'
import type { LoadedPolicies, ReloadCounts } from './store/loaded-policies.ts'

/** What the server counts about itself. */
export interface Metrics {
  /** A request over HTTP was answered, after so many milliseconds. */
  request(millis: number, method: string, status: number): void
  /** A method of the API was answered, over whatever, with a code of gRPC such as `OK`. */
  call(millis: number, method: string, code: string): void
  /** Decisions were made about so many inputs at once, or refused, in so many milliseconds. */
  check(millis: number, status: Outcome, inputs: number): void
  /** A plan was made or refused, in so many milliseconds. */
  plan(millis: number, status: Outcome): void
  /** All of it, for Prometheus. */
  text(): string
}

/** What became of something that was asked of the engine, in Cerbos's words. */
export type Outcome = 'success' | 'failure'

/** What the figures are of. */
interface Measured {
  readonly engine: Engine
  readonly policies: LoadedPolicies | undefined
  readonly audit: AuditLog | undefined
}

/** Counts in memory, under Cerbos's names where Cerbos has the figure. */
export function createMetrics({ engine, policies, audit }: Measured): Metrics {
  const requests = new HistogramPairs<number>(SECONDS, (method, status) =>
    labelText({
      http_request_method: method,
      http_response_status_code: status,
      network_protocol_name: 'http',
    }),
  )
  const calls = new HistogramPairs<string>(SECONDS, (method, code) =>
    labelText({ rpc_method: method, rpc_response_status_code: code, rpc_system_name: 'grpc' }),
  )
  const checks = new Histograms<Outcome>(MILLIS, (status) => labelText({ status }))
  const plans = new Histograms<Outcome>(MILLIS, (status) => labelText({ status }))
  const sizes = new Histogram(SIZES)
  const loopDelay = monitorEventLoopDelay({ resolution: 20 })
  loopDelay.enable()
  return {
    request(millis, method, status) {
      requests.of(method, status).add(millis / 1000)
    },
    call(millis, method, code) {
      calls.of(method, code).add(millis / 1000)
    },
    check(millis, status, inputs) {
      checks.of(status).add(millis)
      sizes.add(inputs)
    },
    plan(millis, status) {
      plans.of(status).add(millis)
    },
    text() {
      const { generation, policies: policyCount, lastReload } = engine.status
      const driver = `{driver="${policies?.contents.driver ?? 'disk'}"}`
      const { rss, heapUsed } = process.memoryUsage()
      const { user, system } = process.cpuUsage()
      return [
        ...family(
          'cerbos_dev_engine_check_latency_milliseconds',
          'histogram',
          'Time to decide about the inputs of a request',
          checks.lines('cerbos_dev_engine_check_latency_milliseconds'),
        ),
        ...family(
          'cerbos_dev_engine_plan_latency_milliseconds',
          'histogram',
          'Time to make a query plan',
          plans.lines('cerbos_dev_engine_plan_latency_milliseconds'),
        ),
        ...family(
          'cerbos_dev_engine_check_batch_size',
          'histogram',
          'Resources in a request',
          sizes.lines('cerbos_dev_engine_check_batch_size'),
        ),
        ...family('cerbos_dev_index_entry_count', 'gauge', 'Policies in force', [
          `cerbos_dev_index_entry_count ${policyCount}`,
        ]),
        ...(lastReload.ok
          ? family(
              'cerbos_dev_store_last_successful_refresh',
              'gauge',
              'When policies were last put in force',
              [`cerbos_dev_store_last_successful_refresh${driver} ${lastReload.at}`],
            )
          : []),
        ...(policies && policies.counts.reloads > 0 ? reloadLines(policies.counts, driver) : []),
        ...(audit ? auditLines(audit) : []),
        ...family(
          'lockstitch_policy_generation',
          'gauge',
          'Counts the policy sets that were put in force',
          [`lockstitch_policy_generation ${generation}`],
        ),
        ...family(
          'lockstitch_policy_last_reload_success',
          'gauge',
          'Whether the last change of the policies could be used',
          [`lockstitch_policy_last_reload_success ${lastReload.ok ? 1 : 0}`],
        ),
        ...family(
          'lockstitch_event_loop_delay_seconds',
          'gauge',
          'How late the process is, 99 of 100 times at most',
          [`lockstitch_event_loop_delay_seconds ${loopDelay.percentile(99) / 1e9}`],
        ),
        ...family(
          'http_server_request_duration_seconds',
          'histogram',
          'Time to answer a request over HTTP',
          requests.lines('http_server_request_duration_seconds'),
        ),
        ...family(
          'rpc_server_call_duration_seconds',
          'histogram',
          'Time to answer a call of the API, over HTTP and gRPC',
          calls.lines('rpc_server_call_duration_seconds'),
        ),
        ...family('process_cpu_seconds_total', 'counter', 'Time of processors', [
          `process_cpu_seconds_total ${(user + system) / 1e6}`,
        ]),
        ...family('process_start_time_seconds', 'gauge', 'When the process was started', [
          `process_start_time_seconds ${performance.timeOrigin / 1000}`,
        ]),
        ...family('process_resident_memory_bytes', 'gauge', 'Memory of the process', [
          `process_resident_memory_bytes ${rss}`,
        ]),
        ...family('nodejs_heap_size_used_bytes', 'gauge', 'Memory of JavaScript objects', [
          `nodejs_heap_size_used_bytes ${heapUsed}`,
        ]),
        '',
      ].join('\n')
    },
  }
}

/** As in Cerbos, there once a store has been looked at again. */
function reloadLines({ reloads, failures }: ReloadCounts, labels: string): readonly string[] {
  const polls = 'cerbos_dev_store_poll_count_total'
  const errors = 'cerbos_dev_store_sync_error_count_total'
  return [
    ...family(polls, 'counter', 'How often the store was looked at again', [
      `${polls}${labels} ${reloads}`,
    ]),
    ...family(errors, 'counter', 'How often what the store has could not be used', [
      `${errors}${labels} ${failures}`,
    ]),
  ]
}

function auditLines({ counts }: AuditLog): readonly string[] {
  const lines = (name: string, of: 'written' | 'failed'): readonly string[] =>
    Object.entries(counts).map(([kind, count]) => `${name}{kind="${kind}"} ${count[of]}`)
  const failed = 'cerbos_dev_audit_error_count_total'
  const written = 'lockstitch_audit_entry_count_total'
  return [
    ...family(failed, 'counter', 'Audit entries that were lost', lines(failed, 'failed')),
    ...family(written, 'counter', 'Audit entries that were written', lines(written, 'written')),
  ]
}

function family(
  name: string,
  type: string,
  help: string,
  lines: readonly string[],
): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

/** `a="1",b="2"`: none of the values has signs that would have to be escaped. */
function labelText(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value}"`)
    .join()
}

/** A histogram for each value of a label. */
class Histograms<Value extends string | number> {
  readonly #limits: readonly number[]
  readonly #labelOf: (value: Value) => string
  readonly #byValue = new Map<Value, Histogram>()

  constructor(limits: readonly number[], labelOf: (value: Value) => string) {
    this.#limits = limits
    this.#labelOf = labelOf
  }

  of(value: Value): Histogram {
    let histogram = this.#byValue.get(value)
    if (histogram === undefined) {
      histogram = new Histogram(this.#limits)
      this.#byValue.set(value, histogram)
    }
    return histogram
  }

  lines(name: string): readonly string[] {
    return [...this.#byValue].flatMap(([value, each]) => each.lines(name, this.#labelOf(value)))
  }
}

/** A histogram for each pair of values of two labels. */
class HistogramPairs<Second extends string | number> {
  readonly #limits: readonly number[]
  readonly #labelsOf: (first: string, second: Second) => string
  readonly #byFirst = new Map<string, Histograms<Second>>()

  constructor(limits: readonly number[], labelsOf: (first: string, second: Second) => string) {
    this.#limits = limits
    this.#labelsOf = labelsOf
  }

  of(first: string, second: Second): Histogram {
    let histograms = this.#byFirst.get(first)
    if (histograms === undefined) {
      histograms = new Histograms(this.#limits, (value) => this.#labelsOf(first, value))
      this.#byFirst.set(first, histograms)
    }
    return histograms.of(second)
  }

  lines(name: string): readonly string[] {
    return [...this.#byFirst.values()].flatMap((histograms) => histograms.lines(name))
  }
}

/** How often values came up to each of some limits. */
class Histogram {
  readonly #limits: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(limits: readonly number[]) {
    this.#limits = limits
    this.#counts = new Array<number>(limits.length + 1).fill(0)
  }

  add(value: number): void {
    let index = 0
    while (index < this.#limits.length && value > (this.#limits[index] ?? 0)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
  }

  lines(name: string, label = ''): readonly string[] {
    const prefix = label === '' ? '' : `${label},`
    let total = 0
    const buckets = this.#counts.map((count, index) => {
      total += count
      return `${name}_bucket{${prefix}le="${this.#limits[index] ?? '+Inf'}"} ${total}`
    })
    const labels = label === '' ? '' : `{${label}}`
    return [...buckets, `${name}_sum${labels} ${this.#sum}`, `${name}_count${labels} ${total}`]
  }
}
