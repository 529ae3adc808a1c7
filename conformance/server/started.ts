import { Engine, type EngineOptions } from '@lockstitch/engine'
import { type RunningServer, type ServerOptions, startServer } from '@lockstitch/server'

import { openStore } from '../engine/policy-store.ts'

/** How the server of a suite decides and answers. */
export interface ServerSetup {
  /** The directory of the policies. */
  readonly store: string
  readonly engine?: EngineOptions
  readonly server?: Omit<ServerOptions, 'engine'>
}

/** Runs something with a server that decides as Cerbos does, on free ports. */
export async function withServer<Result>(
  { store, engine, server }: ServerSetup,
  run: (running: RunningServer) => Promise<Result>,
): Promise<Result> {
  const running = await startServer({
    engine: new Engine(await openStore(store), {
      compat: 'cerbos',
      strictEvaluation: false,
      lenientScopeSearch: false,
      ...engine,
    }),
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
    ...server,
  })
  try {
    return await run(running)
  } finally {
    await running.close()
  }
}

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Nothing where the text is no JSON. */
  readonly body: unknown
}

/** Sends a request. */
export async function send(url: string, init: RequestInit): Promise<HttpAnswer> {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
