import type { FastifyInstance } from 'fastify'

import { type Clock, systemClock } from './clock.ts'
import { defaultSeed } from './default-seed.ts'
import { type Emulation, emulationOf, type Project } from './emulation.ts'
import type { Message } from './entities.ts'
import { emailFactor } from './factors.ts'
import { createFaults, type Faults, type RateLimit } from './faults.ts'
import { type Ids, randomIds } from './ids.ts'
import { impersonate } from './impersonation.ts'
import { type SigningKey, type SignOptions, signClaims } from './keys.ts'
import { createOutbox } from './outbox.ts'
import { createProjects } from './projects.ts'
import { createRequestLog, type RequestRecord } from './request-log.ts'
import { plantProject, type Seed } from './seed.ts'
import { readSeed } from './seed-fields.ts'
import { createServer } from './server.ts'
import { type SessionOptions, showSignedIn, startSession } from './sessions.ts'
import { createKeeper } from './snapshot/keeper.ts'
import type { PersistedFile } from './snapshot/persisted-file.ts'
import { type Snapshot, takeSnapshot } from './snapshot/snapshot.ts'
import { hostname } from './steps/refuse-foreign-pages.ts'
import { createWebhooks } from './webhooks.ts'

/** How an emulator starts. */
export interface EmulatorOptions {
  /** Projects, organizations and members; two small organizations when left out. */
  readonly seed?: Seed | undefined
  /** Where the time comes from; the machine's clock when left out. */
  readonly clock?: Clock | undefined
  /** Where ids and tokens come from; `seededIds('…')` makes them the same in every run. */
  readonly ids?: Ids | undefined
  /**
   * Keys to sign with, the first for the first project; `new` makes some, which takes about 170 ms. When
   * left out, they are the test keys of this package.
   */
  readonly keys?: readonly SigningKey[] | 'new' | undefined
  /**
   * A file that keeps what the emulator holds; the next one with this file goes on from there instead of
   * beginning with the seed. What was answered is in it, however the process ends.
   */
  readonly persist?: string | undefined
  /** How many requests are answered, by path; as many as come when left out. */
  readonly rateLimits?: readonly (RateLimit & { readonly path: string })[] | undefined
  /** The port; a free one when left out or 0. */
  readonly port?: number | undefined
  /** The address to listen on; only this machine can reach the default, `127.0.0.1`. */
  readonly host?: string | undefined
  /** The URL that clients reach the emulator by, when it is not the one it listens on. */
  readonly publicUrl?: string | undefined
}

/** What an application needs to use a project. */
export interface ProjectCredentials {
  readonly projectId: string
  readonly secret: string
  readonly publicToken: string
}

/** A session made without a mail. */
export interface StartedSession {
  readonly member_id: string
  readonly member_session_id: string
  readonly session_token: string
  readonly session_jwt: string
}

/** A running emulator. */
export interface Emulator {
  /** The base URL, without a slash at the end; the SDK's `env` is this with one. */
  readonly url: string
  /** The first project. */
  readonly project: ProjectCredentials
  /** Every project, in the seed's order. */
  readonly projects: readonly ProjectCredentials[]
  /** The clock; `advance(milliseconds)` lets links and sessions expire. */
  readonly clock: Clock
  /** Failures to inject. */
  readonly faults: Faults
  /** The first project's signing key, to be passed to the next emulator. */
  readonly key: SigningKey
  /** Mails that were not sent, newest first. */
  messages(filter?: { readonly to?: string | undefined }): readonly Message[]
  /** Empties the inbox. */
  clearMessages(): void
  /** Signs a member of the first project in without a mail, as a magic link would have. */
  startSession(memberId: string, options?: SessionOptions): StartedSession
  /** A token that puts support staff in the place of a member or user, as Stytch's dashboard makes them. */
  impersonate(id: string, impersonatorEmailAddress: string): string
  /** Signs claims exactly as given with the first project's current key, to make tokens no honest issuer would. */
  sign(claims: object, options?: SignOptions): string
  /** Puts a new key in front of every project; the old ones stay in the JWKS. */
  rotateKeys(): Promise<void>
  /** Resolves when the webhooks of everything that has happened were sent, or could not be. */
  webhooksSent(): Promise<void>
  /** Goes back to the seed and to the clock's own time, without messages and faults. Keys stay. */
  reset(): void
  /** The latest requests to the API, newest first. */
  requests(): readonly RequestRecord[]
  /** Everything as it is now, as JSON; faults and requests are not in it. */
  snapshot(): Snapshot
  /** Goes back to a snapshot, of this emulator or of one with the same projects. */
  restore(snapshot: Snapshot): void
  /** Stops listening and closes every connection. */
  close(): Promise<void>
}

/** An emulator that cannot start, and why. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError'
  readonly code: 'port-in-use' | 'cannot-listen' | 'cannot-persist'

  constructor(code: EmulatorError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Starts Stytch's API on this machine. */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { clock = systemClock(), ids = randomIds() } = options
  const seed = readSeed(options.seed ?? defaultSeed)
  const outbox = createOutbox()
  const faults = createFaults(clock)
  const requests = createRequestLog()
  const file = options.persist === undefined ? undefined : await openFile(options.persist)
  const release = async (): Promise<void> => file?.close()
  let url = options.publicUrl?.replace(/\/+$/, '') ?? ''
  try {
    const { keys } = options
    const projects = await createProjects({ seed, ids, keys, held: file?.held }, () => url)
    const state = { projects, clock, ids, outbox }
    const emulation = (project: Project): Emulation =>
      emulationOf({ clock, ids, outbox, url: () => url }, project)
    const webhooks = projects.map((project) => createWebhooks(() => emulation(project)))
    const keeper = createKeeper(state, file, (index, write) => webhooks[index]?.note(write))
    const limitRates = (): void => {
      for (const { path, ...limit } of options.rateLimits ?? []) faults.add({ path, limit })
    }
    const plant = (): void =>
      keeper.replant((project, index) => {
        const path = `seed.projects[${index}]`
        plantProject(emulation(project), seed.projects[index] ?? {}, path)
      })
    const reset = (): void => {
      clock.reset()
      ids.reset()
      outbox.clear()
      faults.clear()
      requests.clear()
      limitRates()
      plant()
    }
    const restore = (snapshot: unknown): void => keeper.restore(snapshot)
    limitRates()
    if (file?.held === undefined) plant()
    else restore(file.held)

    const host = options.host ?? '127.0.0.1'
    const names = (): string[] => [hostname(host) ?? host, new URL(url).hostname]
    const server = createServer({
      ...{ ...state, faults, requests, names, reset, restore },
      settle: () => keeper.settle(),
      url: () => url,
    })
    const address = await listen(server, host, options.port ?? 0)
    url ||= address
    const [first] = projects

    return {
      url,
      project: credentialsOf(first),
      projects: projects.map(credentialsOf),
      clock,
      faults,
      key: first.keys.current(),
      messages: (filter) => outbox.messages(filter),
      clearMessages: () => outbox.clear(),
      startSession: (memberId, sessionOptions = {}) =>
        startMemberSession(emulation(first), memberId, sessionOptions),
      impersonate: (id, email) => impersonate(emulation(first), id, email),
      sign: (claims, signOptions) => signClaims(first.keys.current(), claims, signOptions),
      async rotateKeys() {
        await Promise.all(projects.map((project) => project.keys.rotate()))
      },
      async webhooksSent() {
        await Promise.all(webhooks.map((one) => one.sent()))
      },
      reset,
      requests: () => requests.all(),
      snapshot: () => structuredClone(takeSnapshot(state)),
      restore,
      async close() {
        await server.close()
        keeper.settle()
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

/** Loaded when it is asked for: the database takes longer than the rest of a start. */
async function openFile(file: string): Promise<PersistedFile> {
  const { openPersistedFile, UnusableFile } = await import('./snapshot/persisted-file.ts')
  try {
    return openPersistedFile(file)
  } catch (error) {
    if (error instanceof UnusableFile)
      throw new EmulatorError('cannot-persist', error.message, { cause: error })
    throw error
  }
}

function startMemberSession(
  emulation: Emulation,
  memberId: string,
  options: SessionOptions,
): StartedSession {
  const { organizations, members } = emulation.project.store
  const member = members.get(memberId)
  const organization = organizations.get(member?.organization_id ?? '')
  if (member === undefined || organization === undefined)
    throw new TypeError(`expected the id of a member, got \`${memberId}\``)
  const factor = emailFactor(emulation, 'magic_link', member)
  const session = startSession(emulation, member, [factor], options)
  const { session_jwt } = showSignedIn(emulation, { session, member, organization })
  const { member_session_id, session_token } = session
  return { member_id: memberId, member_session_id, session_token, session_jwt }
}

function credentialsOf({ settings }: Project): ProjectCredentials {
  const { project_id, secret, public_token } = settings
  return { projectId: project_id, secret, publicToken: public_token }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EADDRINUSE')
      throw new EmulatorError(
        'port-in-use',
        `port ${port} on ${host} is in use; stop what listens there or choose another port`,
        { cause: error },
      )
    throw new EmulatorError('cannot-listen', `cannot listen on ${host}:${port} (${code})`, {
      cause: error,
    })
  }
}
