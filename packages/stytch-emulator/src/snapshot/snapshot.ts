import { createPrivateKey } from 'node:crypto'

import type { Clock } from '../clock.ts'
import type { Project } from '../emulation.ts'
import type { Message } from '../entities.ts'
import { StytchFailure } from '../errors.ts'
import {
  type Fields,
  integer,
  jsonObject,
  listOf,
  object,
  type Reader,
  string,
  text,
} from '../fields.ts'
import type { Ids } from '../ids.ts'
import { describe, isObject, type Json } from '../json.ts'
import { type SigningKey, signingKeyOf } from '../keys.ts'
import type { Outbox } from '../outbox.ts'
import type { Store, TableName } from '../store.ts'
import { fromPlain, toPlain } from './plain.ts'

/** What an emulator holds. */
export interface State {
  readonly projects: readonly [Project, ...Project[]]
  readonly clock: Clock
  readonly ids: Ids
  readonly outbox: Outbox
}

/** Everything an emulator holds, as JSON: for `restore`, into this emulator or one with the same projects. */
export interface Snapshot {
  readonly version: 1
  /** How far the clock was advanced. */
  readonly clock_advanced_ms: number
  /** How many ids of each sort were given out, where they are seeded. */
  readonly id_counts: Readonly<Record<string, number>>
  readonly messages: readonly Message[]
  readonly projects: readonly ProjectSnapshot[]
}

/** What a project holds, and what it is asked by. */
export interface ProjectSnapshot {
  readonly project_id: string
  readonly secret: string
  readonly public_token: string
  /** The private keys, newest first, in PEM. */
  readonly keys: readonly string[]
  /** The rows of each table, in the order in which they came. */
  readonly tables: Readonly<Record<string, readonly Row[]>>
}

/** A row: its key and the entity. */
export type Row = readonly [key: string, entity: Json]

/** Everything as it is now. */
export function takeSnapshot({ projects, clock, ids, outbox }: State): Snapshot {
  return {
    version: 1,
    clock_advanced_ms: clock.advanced(),
    id_counts: ids.counts(),
    messages: outbox.messages(),
    projects: projects.map(({ settings, keys, store }) => ({
      project_id: settings.project_id,
      secret: settings.secret,
      public_token: settings.public_token,
      keys: keys.all().map(pemOf),
      tables: Object.fromEntries(
        Object.entries(store.tables).map(([name, table]) => [
          name,
          [...table].map(([key, entity]): Row => [key, toPlain(entity)]),
        ]),
      ),
    })),
  }
}

/** A snapshot that was read, to be put in place with one call that cannot fail. */
export interface ReadSnapshot {
  readonly clock_advanced_ms: number
  readonly id_counts: Readonly<Record<string, number>>
  readonly messages: readonly Message[]
  readonly projects: readonly {
    readonly keys: readonly [SigningKey, ...SigningKey[]]
    fill(store: Store): void
  }[]
}

/** Reads a snapshot of the same projects, whoever made it, before anything is changed. */
export function readSnapshot(value: unknown, projects: readonly Project[]): ReadSnapshot {
  const read = snapshot(value, 'snapshot')
  const [own, other] = [projects.map(({ settings }) => settings), read.projects].map((list) =>
    list.map(({ project_id }) => project_id).join(', '),
  )
  if (own !== other)
    throw new StytchFailure(
      'bad_request',
      `the snapshot is of ${other || 'no project'}, the emulator has ${own}`,
    )
  return { ...read, projects: read.projects.map(readProject) }
}

function keyOfPem(pem: string): SigningKey {
  try {
    return signingKeyOf(createPrivateKey(pem))
  } catch {
    throw new StytchFailure('bad_request', 'a key of the snapshot is no private key in PEM')
  }
}

/** A signing key as a snapshot has it. */
export function pemOf({ privateKey }: SigningKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const row: Reader<Row> = (value, name) => {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || value.length !== 2)
    throw new StytchFailure('bad_request', `${name}: expected a key and an entity`)
  // It was parsed from JSON, or made by `takeSnapshot`.
  return [value[0], value[1] as Json]
}

const tables: Reader<ReadonlyMap<string, readonly Row[]>> = (value, name) =>
  new Map(
    Object.entries(jsonObject(value, name)).map(([table, rows]) => [
      table,
      listOf(row)(rows, `${name}.${table}`),
    ]),
  )

const counts: Reader<Readonly<Record<string, number>>> = (value, name) => {
  const whole = integer(0, Number.MAX_SAFE_INTEGER)
  return Object.fromEntries(
    Object.entries(jsonObject(value, name)).map(([kind, count]) => [
      kind,
      whole(count, `${name}.${kind}`),
    ]),
  )
}

const message: Reader<Message> = (value, name) => {
  if (!isObject(value)) throw new StytchFailure('bad_request', `${name}: got ${describe(value)}`)
  object({ id: string, project_id: string, to: string, subject: text })(value, name)
  // Its other fields are shown and never decided by.
  return value as unknown as Message
}

const projectShape = { project_id: string, keys: listOf(string), tables }

const snapshot = object({
  version: integer(1, 1),
  clock_advanced_ms: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  id_counts: counts,
  messages: listOf(message),
  projects: listOf(object(projectShape)),
})

function readProject(project: Fields<typeof projectShape>): ReadSnapshot['projects'][number] {
  const [first, ...others] = project.keys.map(keyOfPem)
  if (first === undefined) throw new StytchFailure('bad_request', 'a project has no keys')
  const rows = [...project.tables].map(
    ([name, list]) => [name, list.map(([key, plain]) => [key, fromPlain(plain)] as const)] as const,
  )
  return {
    keys: [first, ...others],
    fill(store) {
      for (const [name, list] of rows) {
        // A table that this version does not know is one of a later version.
        const table = store.tables[name as TableName] as Map<string, unknown> | undefined
        for (const [key, entity] of list) table?.set(key, entity)
      }
    },
  }
}
