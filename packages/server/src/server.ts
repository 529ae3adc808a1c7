import { setTimeout as pause } from 'node:timers/promises'
import type { Server as TlsServer } from 'node:tls'

import type { Engine } from '@lockstitch/engine'

import type { AuditLog } from './audit/audit-log.ts'
import type { AuxDataConfig } from './auxdata/config.ts'
import { createAuxDataExtractor } from './auxdata/extract.ts'
import { callIds } from './call-ids.ts'
import { callsOf } from './calls.ts'
import type { CandidateSources } from './candidates/candidate-source.ts'
import { type Admin, type AdminCredentials, authenticator } from './commands/admin/admin.ts'
import { LIST_AUDIT_LOG } from './commands/admin/audit-log.ts'
import {
  ADMIN_SERVICE,
  disabledCommands,
  type OptionalService,
  PLAYGROUND_SERVICE,
} from './commands/disabled.ts'
import { createGrpc } from './grpc/server.ts'
import { type CorsOptions, createCors } from './http/cors.ts'
import { httpHandler } from './http/handler.ts'
import {
  ADMIN_ROUTES,
  AUTHZEN_ROUTES,
  EXPLAIN_ROUTES,
  PLAYGROUND_ROUTES,
  ROUTES,
  type Route,
} from './http/routes.ts'
import { type Address, parseAddress } from './listen/address.ts'
import { close, createHttp, DEFAULT_TIMEOUTS, type HttpTimeouts, listen } from './listen/http.ts'
import { createHttp2Port, handOverHttp2 } from './listen/http2.ts'
import { type TlsFiles, watchTls } from './listen/tls.ts'
import { type Log, SILENT } from './log.ts'
import { createMetrics } from './metrics.ts'
import { DEFAULT_LIMITS, type Pdp, type RequestLimits } from './pdp.ts'
import type { LoadedPolicies } from './store/loaded-policies.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** What a server decides with, where it listens, and how it answers. */
export interface ServerOptions {
  readonly engine: Engine
  /** How the policies of the engine are loaded, for health, metrics and the admin API. */
  readonly policies?: LoadedPolicies
  /** `:3592` unless given. Port 0 stands for any that is free; `unix:/path` for a socket. */
  readonly httpListenAddr?: string
  /** `:3593` unless given; `null` leaves gRPC to the HTTP port, which speaks it too. */
  readonly grpcListenAddr?: string | null
  /** Read again when the files change. Without it, connections are not encrypted. */
  readonly tls?: TlsFiles | undefined
  /** How the tokens of requests are verified. A request with one is refused where there are no keys. */
  readonly auxData?: AuxDataConfig
  readonly requestLimits?: Partial<RequestLimits>
  /**
   * Whether there is Cerbos's playground; no unless it says otherwise. Whoever may call it may keep the
   * server busy.
   */
  readonly playgroundEnabled?: boolean
  /**
   * Whether `POST /lockstitch/v1/explain` is there; no unless it says otherwise. Explanations show what is
   * in the policies, and take longer than decisions.
   */
  readonly explainEnabled?: boolean
  /** Cerbos's admin API of the `policies`, which is switched off without it. */
  readonly admin?: AdminOptions
  /** What searches of AuthZEN look through; without a source there is no such search. */
  readonly candidates?: CandidateSources
  readonly cors?: CorsOptions
  readonly timeouts?: Partial<HttpTimeouts>
  /** Whether there is a page at `/` on which the API is tried; yes unless it says otherwise. */
  readonly apiExplorerEnabled?: boolean
  /** Whether `/_cerbos/metrics` is there; yes unless it says otherwise. */
  readonly metricsEnabled?: boolean
  /** What is there, where it is not the figures of this server alone. */
  readonly metricsText?: (() => Promise<string>) | undefined
  /**
   * How long it goes on to answer when it stops, in milliseconds, while its health says that it serves
   * no more; 0 unless given. Load balancers look at the health every few seconds.
   */
  readonly drainDelay?: number
  /** 4 MiB unless given. */
  readonly maxRequestBytes?: number
  readonly maxConcurrentStreams?: number
  /** In milliseconds: gRPC clients connect again then. */
  readonly maxConnectionAge?: number
  /** Where calls and plans are written down; decisions are the engine's `onDecision`. */
  readonly audit?: AuditLog | undefined
  /** Who is told what takes how long. */
  readonly telemetry?: Telemetry | undefined
  readonly log?: Log
  readonly clock?: () => number
}

/** Who may change the policies, and what is changed. */
export interface AdminOptions {
  readonly credentials: AdminCredentials
  /**
   * Whether policies are stored untried, as in Cerbos: what does not compile is then not in force. They
   * are refused unless it says otherwise.
   */
  readonly storesUntried?: boolean
}

/** A server that answers. */
export interface RunningServer {
  /** Where HTTP is: `127.0.0.1:3592`. */
  readonly httpAddress: string
  /** Where gRPC is, if it has an address of its own. */
  readonly grpcAddress: string | undefined
  /** The figures of this server, for Prometheus. */
  metricsText(): string
  /**
   * Says that it serves no more, answers what has been asked, and stops. The engine is whoever's it was.
   */
  close(options?: { readonly withinMillis?: number }): Promise<void>
}

/** Starts a policy decision point: Cerbos's API on an engine of this process. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { engine, policies, audit, telemetry, tls, log = SILENT, clock = Date.now } = options
  const metrics = createMetrics({ engine, policies, audit })
  const admin = adminOf(options)
  const maxBytes = options.maxRequestBytes ?? 4 * 1024 * 1024
  const httpAddress = addressFrom('httpListenAddr', options.httpListenAddr ?? ':3592')
  const grpcAddress =
    options.grpcListenAddr === null
      ? undefined
      : addressFrom('grpcListenAddr', options.grpcListenAddr ?? ':3593')
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  let serving = true
  const pdp: Pdp = {
    engine,
    auxData: await createAuxDataExtractor(options.auxData ?? {}),
    limits: { ...DEFAULT_LIMITS, ...options.requestLimits },
    candidates: options.candidates ?? {},
    ...(audit && { audit }),
    ...(admin && { admin }),
    ...(policies && { policies }),
    metrics: telemetry ? telemetry.counting(metrics) : metrics,
    ...(telemetry && { telemetry }),
    log,
    clock,
    isServing: () => serving,
  }
  const calls = callsOf(callIds(clock), audit?.metadata)
  const services = servicesOf(options)
  const handler = httpHandler({
    pdp,
    ...services,
    routes: options.explainEnabled ? [...services.routes, ...EXPLAIN_ROUTES] : services.routes,
    cors: createCors(options.cors),
    metricsText:
      (options.metricsEnabled ?? true)
        ? (options.metricsText ?? (async () => pdp.metrics.text()))
        : undefined,
    maxBodyBytes: maxBytes,
    hasExplorer: options.apiExplorerEnabled ?? true,
    hasAuditLogList: options.admin !== undefined,
    callOf: calls.http,
  })
  const grpc = createGrpc({
    pdp,
    commands: [...new Set(services.routes.map(({ command }) => command))],
    streams: options.admin ? [LIST_AUDIT_LOG] : [],
    disabled: services.disabled.flatMap(disabledCommands),
    services: services.services,
    maxMessageBytes: maxBytes,
    maxConcurrentStreams: options.maxConcurrentStreams ?? 1024,
    maxConnectionAge: options.maxConnectionAge ?? 600_000,
    callOf: calls.grpc,
  })
  const http = createHttp(handler, timeouts, tls)
  handOverHttp2(http, grpc.handle, {
    tls: tls !== undefined,
    withinMillis: timeouts.readHeaderTimeout,
  })
  const grpcPort = createHttp2Port(grpc.handle, tls)
  const boundHttp = await listen(http, httpAddress)
  const boundGrpc =
    grpcAddress &&
    (await listen(grpcPort, grpcAddress).catch(async (error: unknown) => {
      await close(http, 0)
      throw error
    }))
  const servers = [http, grpcPort] as readonly TlsServer[]
  const stopWatching = tls && watchTls(tls, servers, log)
  return {
    httpAddress: boundHttp,
    grpcAddress: boundGrpc,
    metricsText: () => pdp.metrics.text(),
    async close({ withinMillis = 30_000 } = {}) {
      serving = false
      if (options.drainDelay) await pause(options.drainDelay)
      stopWatching?.()
      grpcPort.close()
      await Promise.all([close(http, withinMillis), grpc.close(withinMillis)])
    },
  }
}

/** What is there and what is switched off. */
function servicesOf({ admin, playgroundEnabled = false }: ServerOptions): {
  readonly routes: readonly Route[]
  readonly disabled: readonly OptionalService[]
  /** The names that health checks may ask for. */
  readonly services: ReadonlySet<string>
} {
  const optional = [
    { service: ADMIN_SERVICE, routes: ADMIN_ROUTES, isThere: admin !== undefined },
    { service: PLAYGROUND_SERVICE, routes: PLAYGROUND_ROUTES, isThere: playgroundEnabled },
  ]
  const there = optional.filter(({ isThere }) => isThere)
  return {
    routes: [...ROUTES, ...AUTHZEN_ROUTES, ...there.flatMap(({ routes }) => routes)],
    disabled: optional.filter(({ isThere }) => !isThere).map(({ service }) => service),
    services: new Set([
      'cerbos.svc.v1.CerbosService',
      'authzen.authorization.v1.AuthorizationService',
      ...there.map(({ service }) => service.name),
    ]),
  }
}

/** The admin API of the policies that the engine decides by. */
function adminOf({ admin, policies, engine }: ServerOptions): Admin | undefined {
  if (policies && policies.engine !== engine)
    throw new TypeError('`policies` must be those of `engine`')
  if (admin === undefined) return undefined
  if (policies === undefined) throw new TypeError('`admin` needs `policies`')
  const { credentials, storesUntried = false } = admin
  return { policies, storesUntried, authenticate: authenticator(credentials) }
}

function addressFrom(name: string, text: string): Address {
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new TypeError(`\`${name}\` must be \`host:port\` or \`unix:/path\`, got \`${text}\``)
}
