import { readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

import type { Message } from '../entities.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Write } from '../store.ts'
import { toPlain } from './plain.ts'
import { pemOf, type Row, type Snapshot, type State, takeSnapshot } from './snapshot.ts'

// A CommonJS package whose names `import` does not see.
const { Database } = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')
type Connection = InstanceType<typeof Database>

/** A database that follows what an emulator holds. */
export interface PersistedFile {
  /** What it held when it was opened, if it is not new. */
  readonly held: Snapshot | undefined
  /** Puts everything in the place of all that it holds. */
  rewrite(state: State): void
  /** Notes that something of a project was written. */
  note(project: number, write: Write): void
  /** Writes down everything that has changed, as one transaction: all of it is there afterwards, or an exception is thrown. */
  flush(state: State): void
  close(): void
}

/** A file that cannot be used, in words for whoever chose it. */
export class UnusableFile extends Error {}

/**
 * Opens a file, or makes it. The system keeps what was committed when the process is killed; waiting
 * for the disk as well would only matter when the machine fails, and takes a thousand times as long.
 */
export function openPersistedFile(file: string): PersistedFile {
  const release = claim(file)
  try {
    const database = open(file)
    return { ...following(database), close: () => [database.close(), release()] }
  } catch (error) {
    release()
    throw error
  }
}

const tables = `
  CREATE TABLE parts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE messages (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
  CREATE TABLE entities (
    place INTEGER PRIMARY KEY, project INTEGER NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, UNIQUE (project, type, key));`

/** `LOCKSTCH`, shortened: what a file of another application does not have. */
const applicationId = 0x4c535443

function open(file: string): Connection {
  let database: Connection
  try {
    database = new Database(file)
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA journal_mode = TRUNCATE',
    )
    const { application_id } = database.get('PRAGMA application_id') ?? {}
    const { count } = database.get('SELECT count(*) AS count FROM sqlite_schema') ?? {}
    if (Number(count) === 0)
      database.exec(`BEGIN; PRAGMA application_id = ${applicationId}; ${tables} COMMIT`)
    else if (Number(application_id) !== applicationId)
      throw new Error('it is of another application')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UnusableFile(`cannot keep the state in \`${file}\`: ${reason}`, { cause })
  }
  return database
}

/** What changes without being noted: each with what tells that it did, and what is written then. */
interface Part {
  readonly name: string
  readonly stamp: (state: State) => unknown
  readonly value: (state: State) => Json
}

function partsOf({ projects }: State): readonly Part[] {
  return [
    { name: 'version', stamp: () => 1, value: () => 1 },
    {
      name: 'clock_advanced_ms',
      stamp: ({ clock }) => clock.advanced(),
      value: ({ clock }) => clock.advanced(),
    },
    {
      name: 'id_counts',
      stamp: ({ ids }) => JSON.stringify(ids.counts()),
      value: ({ ids }) => ids.counts(),
    },
    ...projects.map(({ settings, keys }, index): Part => {
      const { project_id, secret, public_token } = settings
      return {
        name: `projects ${index}`,
        stamp: () => keys.all(),
        value: () => ({ project_id, secret, public_token, keys: keys.all().map(pemOf) }),
      }
    }),
  ]
}

function following(database: Connection): Omit<PersistedFile, 'close'> {
  let noted = new Map<string, { readonly project: number; readonly write: Write }>()
  let messages: readonly Message[] = []
  const stamps = new Map<string, unknown>()

  const writeParts = (state: State): void => {
    for (const { name, stamp, value } of partsOf(state)) {
      const now = stamp(state)
      if (stamps.has(name) && stamps.get(name) === now) continue
      database.run('INSERT OR REPLACE INTO parts VALUES (?, ?)', [
        name,
        JSON.stringify(value(state)),
      ])
      stamps.set(name, now)
    }
  }
  const writeMessages = ({ outbox }: State): void => {
    const now = outbox.messages()
    if (now === messages) return
    const [before, after] = [messages, now].map((list) => new Set(list.map(({ id }) => id)))
    for (const id of before ?? [])
      if (after?.has(id) !== true) database.run('DELETE FROM messages WHERE id = ?', [id])
    for (const one of now.toReversed())
      if (before?.has(one.id) !== true)
        database.run('INSERT INTO messages (id, value) VALUES (?, ?)', [
          one.id,
          JSON.stringify(one),
        ])
    messages = now
  }
  const writeEntity = (project: number, type: string, [key, entity]: Row): void => {
    // An entity that is there keeps its place.
    database.run(
      `INSERT INTO entities (project, type, key, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (project, type, key) DO UPDATE SET value = excluded.value`,
      [project, type, key, JSON.stringify(entity)],
    )
  }
  const writeNoted = ({ projects }: State): void => {
    for (const { project, write } of noted.values()) {
      const { table: type, key } = write
      const table = projects[project]?.store.tables[type]
      if (table?.has(key) === true) writeEntity(project, type, [key, toPlain(table.get(key))])
      else
        database.run('DELETE FROM entities WHERE project = ? AND type = ? AND key = ?', [
          project,
          type,
          key,
        ])
    }
    noted = new Map()
  }
  const together = (change: () => void): void => {
    database.exec('BEGIN IMMEDIATE')
    try {
      change()
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
  return {
    held: heldIn(database),
    rewrite(state) {
      noted.clear()
      stamps.clear()
      messages = []
      together(() => {
        database.exec('DELETE FROM parts; DELETE FROM messages; DELETE FROM entities')
        for (const [project, { tables: rows }] of takeSnapshot(state).projects.entries())
          for (const [type, list] of Object.entries(rows))
            for (const row of list) writeEntity(project, type, row)
        writeMessages(state)
        writeParts(state)
      })
    },
    note(project, write) {
      noted.set(`${project} ${write.table} ${write.key}`, { project, write })
    },
    flush(state) {
      together(() => {
        writeNoted(state)
        writeMessages(state)
        writeParts(state)
      })
    },
  }
}

function heldIn(database: Connection): Snapshot | undefined {
  const values = (sql: string): readonly (readonly [string, Json])[] =>
    database.all(sql).map(({ name, value }) => [String(name), JSON.parse(String(value)) as Json])
  const parts = Object.fromEntries(values('SELECT name, value FROM parts ORDER BY name'))
  if (parts.version === undefined) return undefined
  const projects = Object.entries(parts).flatMap(([name, value]) => {
    const [kind, index] = name.split(' ')
    return kind === 'projects' ? [{ index: Number(index), value: value as JsonObject }] : []
  })
  const held = {
    ...parts,
    messages: values('SELECT id AS name, value FROM messages ORDER BY place DESC').map(
      ([, one]) => one,
    ),
    projects: projects
      .toSorted((a, b) => a.index - b.index)
      .map(({ index, value }) => ({ ...value, tables: tablesIn(database, index) })),
  }
  // `readSnapshot` reads it as it reads anyone's.
  return held as unknown as Snapshot
}

function tablesIn(database: Connection, project: number): Record<string, readonly Row[]> {
  const rows = database.all(
    'SELECT type, key, value FROM entities WHERE project = ? ORDER BY place',
    [project],
  )
  const found: Record<string, Row[]> = {}
  for (const { type, key, value } of rows) {
    const row: Row = [String(key), JSON.parse(String(value)) as Json]
    const list = found[String(type)]
    if (list === undefined) found[String(type)] = [row]
    else list.push(row)
  }
  return found
}

/**
 * Makes a file this process's own, until the answer is called: two emulators that write to one would
 * each lose what the other knows. A process that was killed leaves its claim behind, and the library's
 * lock, and both are worth nothing.
 */
function claim(file: string): () => void {
  const owner = `${file}.pid`
  const path = resolve(file)
  for (;;)
    try {
      writeFileSync(owner, String(process.pid), { flag: 'wx' })
      rmdirIfThere(`${file}.lock`)
      claimed.add(path)
      return () => {
        claimed.delete(path)
        rmSync(owner, { force: true })
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
        throw new UnusableFile(`cannot keep the state in \`${file}\`: ${String(error)}`)
      const pid = Number(readFileSync(owner, 'utf8'))
      if (pid === process.pid ? claimed.has(path) : isAlive(pid))
        throw new UnusableFile(
          `the emulator of process ${pid} keeps its state in \`${file}\`; stop it, or choose another file (if that process is no emulator, delete \`${owner}\`)`,
        )
      rmSync(owner, { force: true })
    }
}

/** The files of this process. */
const claimed = new Set<string>()

function rmdirIfThere(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // There is none.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
