import type { EngineOptions } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import {
  diskStore,
  type LoadedPolicies,
  loadPolicies,
  type RunningServer,
  type ServerOptions,
  sqliteStore,
  startServer,
} from '@lockstitch/server'
import { parse } from 'yaml'

/** How the server of a suite decides and answers. */
export interface ServerSetup {
  /** The directory of the policies. */
  readonly store: string
  readonly engine?: EngineOptions
  readonly server?: Omit<ServerOptions, 'engine' | 'admin' | 'policies'>
  /**
   * Where the policies are; in the directory unless given. The database has been given them by the admin
   * API, the empty one has none. The admin API is there with the empty one, and where it is asked for.
   */
  readonly kept?: 'directory' | 'database' | 'empty-database'
  readonly hasAdmin?: boolean
}

/** The user of the tests of Cerbos; the password is `cerbosAdmin`. */
const CREDENTIALS = {
  username: 'cerbos',
  passwordHash: 'JDJiJDA0JHA0clE1VmE3Smw4bVM5bFlhZXZkenVwVGx5bDFER1BIN1NHR1plenY5dFdyTzlIZEF3Ni5x',
}

/** Runs something with a server that decides as Cerbos does, on free ports. */
export async function withServer<Result>(
  setup: ServerSetup,
  run: (running: RunningServer) => Promise<Result>,
): Promise<Result> {
  const { server, kept, hasAdmin = kept === 'empty-database' } = setup
  const policies = await policiesOf(setup)
  const running = await startServer({
    engine: policies.engine,
    policies,
    ...(hasAdmin && { admin: { credentials: CREDENTIALS, storesUntried: true } }),
    ...ON_FREE_PORTS,
    ...server,
  })
  try {
    return await run(running)
  } finally {
    await running.close()
  }
}

const ON_FREE_PORTS = { httpListenAddr: '127.0.0.1:0', grpcListenAddr: '127.0.0.1:0' }

const loaded = new Map<string, Promise<LoadedPolicies>>()

/** Loaded once for all cases that change nothing. */
function policiesOf({ store, engine, kept = 'directory' }: ServerSetup): Promise<LoadedPolicies> {
  const settings = {
    compat: 'cerbos',
    planner: cerbosPlanner,
    strictEvaluation: false,
    lenientScopeSearch: false,
    ...engine,
  } as const
  if (kept === 'empty-database') return loadPolicies(sqliteStore(':memory:'), settings)
  const key = JSON.stringify([store, engine, kept])
  const found =
    loaded.get(key) ??
    (kept === 'directory'
      ? loadPolicies(diskStore(store), settings)
      : filledDatabase(store, settings))
  loaded.set(key, found)
  return found
}

/** A database that has been given the policies of a directory, by the admin API. */
async function filledDatabase(directory: string, settings: EngineOptions): Promise<LoadedPolicies> {
  const { policies: stored, schemas } = await diskStore(directory).read()
  const policies = await loadPolicies(sqliteStore(':memory:'), settings)
  const admin = { credentials: CREDENTIALS, storesUntried: true }
  const { engine } = policies
  const running = await startServer({ engine, policies, admin, ...ON_FREE_PORTS })
  const put = async (path: string, body: object): Promise<void> => {
    const { status, text } = await send(`http://${running.httpAddress}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Basic ${btoa('cerbos:cerbosAdmin')}` },
    })
    if (status !== 200) throw new Error(`${path}: ${status}: ${text}`)
  }
  try {
    // The API takes none that is no JSON; of those the store of the upstream tests has some.
    const sound = schemas.filter(({ text }) => isJson(text))
    if (sound.length > 0) {
      await put('/admin/schema', {
        schemas: sound.map(({ id, text }) => ({
          id,
          definition: Buffer.from(text).toString('base64'),
        })),
      })
    }
    const texts = stored.map(({ file }) => parse(file.text) as object)
    for (let start = 0; start < texts.length; start += 100)
      await put('/admin/policy', { policies: texts.slice(start, start + 100) })
  } finally {
    await running.close()
  }
  return policies
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

function isJson(text: string): boolean {
  return parsed(text) !== undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
