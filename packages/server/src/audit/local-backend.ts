import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

import type { Log } from '../log.ts'
import { type Connection, openDatabase } from '../store/sqlite-library.ts'
import type { Message } from '../wire/schema.ts'
import type { LocalBackend } from './audit-config.ts'
import type { AuditBackend, AuditKind } from './audit-log.ts'

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

/** An entry as it waits for the database. */
interface Waiting {
  readonly seq: number
  readonly kind: AuditKind
  readonly callId: string
  readonly time: number
  readonly entry: string
}

/** Those of this process, whose own locks would look like those of a dead one with its number. */
const OPEN = new Set<string>()

/**
 * Keeps entries in a database of SQLite. An entry is first added to a file beside it, which is what a
 * killed process leaves behind, and now and then all that wait go into the database together: one
 * transaction an entry would take longer than most requests.
 */
export function openLocalBackend(
  { directory, retention, flushInterval, bufferSize }: LocalBackend,
  log: Log,
  clock: () => number,
): AuditBackend {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = resolve(directory, 'audit.db')
  if (OPEN.has(file)) throw new Error(`the audit log \`${directory}\` is open already`)
  removeLockOfTheDead(file)
  const database = openDatabase(file)
  writeFileSync(`${file}.pid`, String(process.pid))
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.exec(TABLE)
  const spoolFile = join(directory, 'waiting.ndjson')
  const waiting: Waiting[] = readSpool(spoolFile)
  const spool = openSync(spoolFile, 'a', 0o600)
  let spoolSize = 0
  const stored = Number(database.get('SELECT max(seq) AS seq FROM entry')?.seq ?? 0)
  OPEN.add(file)
  let seq = waiting.reduce((most, each) => Math.max(most, each.seq), stored)
  const flush = (): void => {
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const each of waiting) {
        database.run(
          'INSERT OR IGNORE INTO entry (seq, kind, call_id, time, entry) VALUES (?, ?, ?, ?, ?)',
          [each.seq, each.kind, each.callId, each.time, each.entry],
        )
      }
      database.run('DELETE FROM entry WHERE time < ?', [clock() - retention])
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
    waiting.length = 0
    ftruncateSync(spool, 0)
    spoolSize = 0
  }
  const append = (line: Buffer): void => {
    const written = writeSync(spool, line)
    if (written === line.length) {
      spoolSize += written
      return
    }
    // A part of a line would spoil the next one.
    ftruncateSync(spool, spoolSize)
    throw new Error('the disk is full')
  }
  const tryToFlush = (): void => {
    try {
      flush()
    } catch (error) {
      // They are in the file, and it is tried again.
      log.error('audit entries wait, because the database takes none', { reason: String(error) })
    }
  }
  flush()
  const timer = setInterval(tryToFlush, flushInterval)
  timer.unref()
  return {
    write({ kind, entry }) {
      // Whoever writes waits for the database when it does not keep up.
      if (waiting.length >= bufferSize) flush()
      seq += 1
      const time = Date.parse(entry.timestamp)
      const item = { seq, kind, callId: entry.callId, time, entry: JSON.stringify(entry) }
      append(Buffer.from(`${JSON.stringify(item)}\n`))
      waiting.push(item)
    },
    list(query) {
      flush()
      return entriesOf(database, query)
    },
    close() {
      clearInterval(timer)
      tryToFlush()
      closeSync(spool)
      database.close()
      OPEN.delete(file)
      rmSync(`${file}.pid`, { force: true })
    },
  }
}

const TABLE = `CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, call_id TEXT NOT NULL, time INTEGER NOT NULL, entry TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS entry_by_call ON entry (call_id);
  CREATE INDEX IF NOT EXISTS entry_by_time ON entry (time);`

/** How many entries are in memory at a time. */
const PAGE = 500

function* entriesOf(database: Connection, { kind, filter }: AuditQuery): Iterable<Message> {
  if (filter.kind !== 'between') {
    const rows =
      filter.kind === 'tail'
        ? database.all('SELECT entry FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT ?', [
            kind,
            filter.count,
          ])
        : database.all('SELECT entry FROM entry WHERE kind = ? AND call_id = ? ORDER BY seq', [
            kind,
            filter.callId,
          ])
    for (const row of rows) yield JSON.parse(String(row.entry))
    return
  }
  let after = 0
  for (;;) {
    const rows = database.all(
      'SELECT seq, entry FROM entry WHERE kind = ? AND time >= ? AND time <= ? AND seq > ? ORDER BY seq LIMIT ?',
      [kind, filter.start, filter.end, after, PAGE],
    )
    for (const row of rows) {
      after = Number(row.seq)
      yield JSON.parse(String(row.entry))
    }
    if (rows.length < PAGE) return
  }
}

/** The last line of a process that was killed may be a part of one. */
function readSpool(file: string): Waiting[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Waiting]
    } catch {
      return []
    }
  })
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
