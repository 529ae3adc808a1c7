import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Log } from '../log.ts'
import { type Connection, openDatabase } from '../store/sqlite-library.ts'
import type { Message } from '../wire/schema.ts'
import type { LocalBackend } from './audit-config.ts'
import type { AuditEntry, AuditKind } from './audit-log.ts'
import { isAlive, readLines, type SpoolFile, spoolFiles } from './spool.ts'

/** What of the log is asked for. */
export interface AuditQuery {
  readonly kind: AuditKind
  readonly filter: /** So many of the last, the last one first. */
    | { readonly kind: 'tail'; readonly count: number }
    /** Those of a time, in milliseconds since 1970, in their order. */
    | { readonly kind: 'between'; readonly start: number; readonly end: number }
    /** Those of one call. */
    | { readonly kind: 'lookup'; readonly callId: string }
}

/** Some of the entries that were asked for. */
export interface AuditPage {
  /** JSON. */
  readonly entries: readonly string[]
  /** What to ask for the next ones with; absent where there are none. */
  readonly next?: number
}

/** The database of the `local` backend. It is of one process, which collects what all have spooled. */
export interface AuditArchive {
  /** Takes in what has been spooled. Throws where the database takes none; then it stays in the files. */
  collect(): void
  /** The same, but only tells the log where it takes none. */
  tryToCollect(): void
  /** Entries, with all that were spooled before the first page was asked for. */
  page(query: AuditQuery, next?: number): AuditPage
  close(): void
}

/** Those of this process, whose own locks would look like those of a dead one with its number. */
const OPEN = new Set<string>()

/** Opens the database of a directory. Throws where it is open already. */
export function openAuditArchive(
  { directory, retention, flushInterval }: LocalBackend,
  log: Log,
  clock: () => number,
): AuditArchive {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = resolve(directory, 'audit.db')
  if (OPEN.has(file)) throw new Error(`the audit log \`${directory}\` is open already`)
  removeLockOfTheDead(file)
  const database = openDatabase(file)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec(TABLES)
  } catch (error) {
    database.close()
    throw error
  }
  // Not before it is ours: the number of another would let a third take its lock away.
  writeFileSync(`${file}.pid`, String(process.pid))
  OPEN.add(file)
  let isClosing = false
  const collect = (): void => {
    const { unreadable, done } = collectInto(database, directory, clock() - retention)
    // What was not on the disk when the power went.
    if (unreadable > 0) log.error('audit entries cannot be read', { count: unreadable })
    for (const { name, pid, isWhole } of done) {
      if (isWhole || (isClosing && pid === process.pid)) rmSync(join(directory, name))
    }
  }
  const tryToCollect = (): void => {
    try {
      collect()
    } catch (error) {
      // They are in the files, and it is tried again.
      log.error('audit entries wait, because the database takes none', { reason: String(error) })
    }
  }
  collect()
  const timer = setInterval(tryToCollect, flushInterval)
  timer.unref()
  return {
    collect,
    tryToCollect,
    page(query, next) {
      if (next === undefined) collect()
      return pageOf(database, query, next)
    },
    close() {
      clearInterval(timer)
      isClosing = true
      tryToCollect()
      database.close()
      OPEN.delete(file)
      rmSync(`${file}.pid`, { force: true })
    },
  }
}

const TABLES = `CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, call_id TEXT NOT NULL, time INTEGER NOT NULL, entry TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS entry_by_call ON entry (call_id);
  CREATE INDEX IF NOT EXISTS entry_by_time ON entry (time);
  CREATE TABLE IF NOT EXISTS spool (name TEXT PRIMARY KEY, place INTEGER NOT NULL);`

/** What a line of a spool is. */
interface Spooled {
  readonly kind: AuditKind
  readonly callId: string
  readonly time: number
  /** JSON. */
  readonly entry: string
}

/** An entry as a line of a spool. */
export function spooledLine({ kind, entry }: AuditEntry): string {
  const { callId, timestamp } = entry
  const spooled: Spooled = {
    kind,
    callId,
    time: Date.parse(timestamp),
    entry: JSON.stringify(entry),
  }
  return JSON.stringify(spooled)
}

/**
 * Takes in what is new in the files, and up to where they have been read, in one transaction: whenever this
 * is killed, each line is in the database once.
 */
function collectInto(
  database: Connection,
  directory: string,
  forgetBefore: number,
): { readonly unreadable: number; readonly done: readonly SpoolFile[] } {
  const files = spoolFiles(directory)
  const places = new Map(
    database
      .all('SELECT name, place FROM spool')
      .map(({ name, place }) => [String(name), Number(place)]),
  )
  const spooled: Spooled[] = []
  let unreadable = 0
  const moved: (readonly [name: string, place: number])[] = []
  for (const { name } of files) {
    const place = places.get(name) ?? 0
    const { lines, end } = readLines(join(directory, name), place)
    for (const line of lines) {
      const item = parsed(line)
      if (item) spooled.push(item)
      else unreadable += 1
    }
    if (end > place) moved.push([name, end])
  }
  // Those of several processes came at the same time.
  spooled.sort((a, b) => a.time - b.time)
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const { kind, callId, time, entry } of spooled) {
      database.run('INSERT INTO entry (kind, call_id, time, entry) VALUES (?, ?, ?, ?)', [
        kind,
        callId,
        time,
        entry,
      ])
    }
    for (const [name, place] of moved)
      database.run('INSERT OR REPLACE INTO spool (name, place) VALUES (?, ?)', [name, place])
    for (const name of places.keys()) {
      if (!files.some((file) => file.name === name))
        database.run('DELETE FROM spool WHERE name = ?', [name])
    }
    database.run('DELETE FROM entry WHERE time < ?', [forgetBefore])
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
  return { unreadable, done: files }
}

function parsed(line: string): Spooled | undefined {
  try {
    return JSON.parse(line) as Spooled
  } catch {
    return undefined
  }
}

/** How many entries are in memory at a time. */
const PAGE = 500

function pageOf(database: Connection, { kind, filter }: AuditQuery, after = 0): AuditPage {
  const rows = (): readonly Readonly<Record<string, unknown>>[] => {
    switch (filter.kind) {
      case 'tail':
        return database.all('SELECT entry FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT ?', [
          kind,
          filter.count,
        ])
      case 'lookup':
        return database.all('SELECT entry FROM entry WHERE kind = ? AND call_id = ? ORDER BY seq', [
          kind,
          filter.callId,
        ])
      case 'between':
        return database.all(
          'SELECT seq, entry FROM entry WHERE kind = ? AND time >= ? AND time <= ? AND seq > ? ORDER BY seq LIMIT ?',
          [kind, filter.start, filter.end, after, PAGE],
        )
    }
  }
  const found = rows()
  const isLast = filter.kind !== 'between' || found.length < PAGE
  return {
    entries: found.map(({ entry }) => String(entry)),
    ...(!isLast && { next: Number(found.at(-1)?.seq) }),
  }
}

/** The entries of a query, page by page. */
export function* entriesOf(archive: AuditArchive, query: AuditQuery): Iterable<Message> {
  let next: number | undefined
  do {
    const page: AuditPage = archive.page(query, next)
    for (const entry of page.entries) yield JSON.parse(entry)
    next = page.next
  } while (next !== undefined)
}

/**
 * The library locks a file by a directory beside it, which a killed process leaves behind. A lock whose
 * process is there stays, and the database is refused.
 */
function removeLockOfTheDead(file: string): void {
  const lock = `${file}.lock`
  if (!existsSync(lock)) return
  const pid = existsSync(`${file}.pid`) ? Number(readFileSync(`${file}.pid`, 'utf8')) : 0
  if (pid === 0 || pid === process.pid || !isAlive(pid))
    rmSync(lock, { recursive: true, force: true })
}
