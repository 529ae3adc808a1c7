import type { IncomingMessage } from 'node:http'

import type { Engine, Peer } from '@lockstitch/engine'

import type { AuxDataConfig } from './auxdata/config.ts'
import { createAuxDataExtractor } from './auxdata/extract.ts'
import { callIds } from './call-ids.ts'
import type { Call } from './commands/command.ts'
import { type CorsOptions, createCors } from './http/cors.ts'
import { httpHandler } from './http/handler.ts'
import { ROUTES } from './http/routes.ts'
import { parseAddress } from './listen/address.ts'
import { close, createHttp, DEFAULT_TIMEOUTS, type HttpTimeouts, listen } from './listen/http.ts'
import { type Log, SILENT } from './log.ts'
import { createMetrics } from './metrics.ts'
import { DEFAULT_LIMITS, type Pdp, type RequestLimits } from './pdp.ts'

/** What a server decides with, where it listens, and how it answers. */
export interface ServerOptions {
  readonly engine: Engine
  /** `:3592` unless given. Port 0 stands for any that is free; `unix:/path` for a socket. */
  readonly httpListenAddr?: string
  /** How the tokens of requests are verified. A request with one is refused where there are no keys. */
  readonly auxData?: AuxDataConfig
  readonly requestLimits?: Partial<RequestLimits>
  readonly cors?: CorsOptions
  readonly timeouts?: Partial<HttpTimeouts>
  /** Whether `/_cerbos/metrics` is there; yes unless it says otherwise. */
  readonly metricsEnabled?: boolean
  /** 4 MiB unless given. */
  readonly maxRequestBytes?: number
  readonly log?: Log
  readonly clock?: () => number
}

/** A server that answers. */
export interface RunningServer {
  /** Where HTTP is: `127.0.0.1:3592`. */
  readonly httpAddress: string
  /**
   * Says that it serves no more, answers what has been asked, and stops. The engine is whoever's it was.
   */
  close(options?: { readonly withinMillis?: number }): Promise<void>
}

/** Starts a policy decision point: Cerbos's API on an engine of this process. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { engine, log = SILENT, clock = Date.now, maxRequestBytes = 4 * 1024 * 1024 } = options
  const httpAddress = parseAddress(options.httpListenAddr ?? ':3592')
  if (httpAddress === undefined) {
    throw new TypeError(`\`httpListenAddr\` must be \`host:port\` or \`unix:/path\``)
  }
  let serving = true
  const pdp: Pdp = {
    engine,
    auxData: await createAuxDataExtractor(options.auxData ?? {}),
    limits: { ...DEFAULT_LIMITS, ...options.requestLimits },
    log,
    clock,
    newCallId: callIds(clock),
    isServing: () => serving,
  }
  const handler = httpHandler({
    pdp,
    routes: ROUTES,
    services: SERVICES,
    cors: createCors(options.cors),
    metrics: createMetrics(engine),
    showsMetrics: options.metricsEnabled ?? true,
    maxBodyBytes: maxRequestBytes,
    callOf,
  })
  const http = createHttp(handler, { ...DEFAULT_TIMEOUTS, ...options.timeouts })
  const boundTo = await listen(http, httpAddress)
  return {
    httpAddress: boundTo,
    async close({ withinMillis = 30_000 } = {}) {
      serving = false
      await close(http, withinMillis)
    },
  }
}

const SERVICES: ReadonlySet<string> = new Set(['cerbos.svc.v1.CerbosService'])

function callOf(req: IncomingMessage): Call {
  const { socket, headers } = req
  const userAgent = headers['user-agent']
  const forwardedFor = headers['x-forwarded-for']
  const address = socket.remoteAddress
  const peer: Peer = {
    ...(address !== undefined && { address: `${address}:${socket.remotePort}` }),
    ...(userAgent !== undefined && { userAgent }),
    ...(typeof forwardedFor === 'string' && { forwardedFor }),
  }
  return { peer }
}
