import { Engine, type EngineOptions } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import {
  diskStore,
  filesInForce,
  type RunningServer,
  type ServerOptions,
  sqliteStore,
  startServer,
} from '@lockstitch/server'

import { openStore } from '../engine/policy-store.ts'

/** How the server of a suite decides and answers. */
export interface ServerSetup {
  /** The directory of the policies. */
  readonly store: string
  readonly engine?: EngineOptions
  readonly server?: Omit<ServerOptions, 'engine' | 'admin'>
  /** Where the policies are that the admin API is about: those of the directory, or an empty database. */
  readonly adminOf?: 'directory' | 'database'
}

/** The user of the tests of Cerbos; the password is `cerbosAdmin`. */
const CREDENTIALS = {
  username: 'cerbos',
  passwordHash: 'JDJiJDA0JHA0clE1VmE3Smw4bVM5bFlhZXZkenVwVGx5bDFER1BIN1NHR1plenY5dFdyTzlIZEF3Ni5x',
}

/** Runs something with a server that decides as Cerbos does, on free ports. */
export async function withServer<Result>(
  { store, engine, server, adminOf }: ServerSetup,
  run: (running: RunningServer) => Promise<Result>,
): Promise<Result> {
  const settings = {
    compat: 'cerbos',
    planner: cerbosPlanner,
    strictEvaluation: false,
    lenientScopeSearch: false,
    ...engine,
  } as const
  const kept = adminOf === 'database' ? sqliteStore(':memory:') : diskStore(store)
  const running = await startServer({
    engine:
      adminOf === 'database'
        ? Engine.fromFiles(await filesInForce(kept), settings)
        : new Engine(await openStore(store), settings),
    ...(adminOf && { admin: { store: kept, credentials: CREDENTIALS, compile: settings } }),
    httpListenAddr: '127.0.0.1:0',
    grpcListenAddr: '127.0.0.1:0',
    ...server,
  })
  try {
    return await run(running)
  } finally {
    await running.close()
    kept.close()
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
