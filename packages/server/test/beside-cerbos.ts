import { Engine, engineFromDirectory } from '@lockstitch/engine/node'

import { type CerbosServer, startCerbos } from '../../../tools/cerbos-server.ts'
import { type RunningServer, type ServerOptions, startServer } from '../src/index.ts'

export { findCerbos, skippedWithoutCerbos } from '../../../tools/cerbos-server.ts'

/** Our server and the real one, with the same policies and the same settings. */
export interface Pair {
  readonly ours: RunningServer
  readonly cerbos: CerbosServer
  readonly ourUrl: string
  stop(): Promise<void>
}

interface PairOptions {
  readonly policies: Readonly<Record<string, string>>
  readonly server?: Omit<ServerOptions, 'engine' | 'httpListenAddr'>
  /** Cerbos's `server` settings for the same. */
  readonly cerbosServer?: Readonly<Record<string, unknown>>
}

/** Settings that a test may use on both sides. */
const LIMITS = { maxActionsPerResource: 5, maxResourcesPerRequest: 5 }

/** Starts both. */
export async function startPair({ policies, server, cerbosServer }: PairOptions): Promise<Pair> {
  const ours = await startOurs(policies, { requestLimits: LIMITS, ...server })
  const cerbos = await startCerbos({
    policies,
    config: {
      server: { requestLimits: LIMITS, ...cerbosServer },
      schema: { enforcement: 'reject' },
    },
  })
  return {
    ours,
    cerbos,
    ourUrl: `http://${ours.httpAddress}`,
    async stop() {
      await Promise.all([ours.close(), cerbos.stop()])
    },
  }
}

/** Starts ours alone, on a free port, as Cerbos would decide. */
export async function startOurs(
  policies: Readonly<Record<string, string>> | string,
  options: Omit<ServerOptions, 'engine'> = {},
): Promise<RunningServer> {
  const settings = {
    compat: 'cerbos',
    strictEvaluation: false,
    lenientScopeSearch: false,
    schemaEnforcement: 'reject',
  } as const
  const engine =
    typeof policies === 'string'
      ? await engineFromDirectory(policies, settings)
      : Engine.fromFiles(
          Object.entries(policies).map(([path, text]) => ({ path, text })),
          settings,
        )
  return startServer({
    engine,
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
    ...options,
  })
}

/** An answer in a form in which two are compared. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Headers that say what an answer means. */
const COMPARED = [
  'content-type',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'www-authenticate',
]

/** Sends a request and reads the answer. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const headers = COMPARED.flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { status: response.status, headers: Object.fromEntries(headers), body: comparable(text) }
}

/** Ids of calls are any, and Go puts one of two spaces behind `proto:`. */
function comparable(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return JSON.parse(JSON.stringify(parsed), (key, value: unknown) => {
      if (key === 'cerbosCallId') return typeof value === 'string' && value.length === 26
      if (key === 'lockstitch') return undefined
      return typeof value === 'string' ? value.replaceAll('\u00a0', ' ') : value
    })
  } catch {
    return text
  }
}
