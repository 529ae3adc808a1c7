import { existsSync } from 'node:fs'

import type { Log } from '../log.ts'
import type { Message } from '../wire/schema.ts'
import {
  type AuditPage,
  type AuditQuery,
  entriesOf,
  openAuditArchive,
  spooledLine,
} from './archive.ts'
import type { LocalBackend } from './audit-config.ts'
import type { AuditBackend } from './audit-log.ts'
import { openSpool } from './spool.ts'

/**
 * Keeps entries in a database of SQLite. An entry is first added to a file beside it, which is what a
 * killed process leaves behind, and now and then all that wait go into the database together: one
 * transaction an entry would take longer than most requests.
 */
export function openLocalBackend(
  config: LocalBackend,
  log: Log,
  clock: () => number,
): AuditBackend {
  const archive = openAuditArchive(config, log, clock)
  const spool = openSpool({
    directory: config.directory,
    lines: config.bufferSize,
    // Whoever writes waits for the database when it does not keep up.
    makeRoom: () => archive.collect(),
  })
  return {
    write: (entry) => spool.append(spooledLine(entry)),
    list: (query) => entriesOf(archive, query),
    close() {
      spool.close()
      archive.close()
    },
  }
}

/** The process that has the database, as others reach it. */
export interface RemoteArchive {
  /** Whether that process has died. Whoever opens the database next takes in what it left. */
  readonly isGone: () => boolean
  /** Says that there is a file to take in. */
  readonly onSpooled: () => void
  readonly page: (query: AuditQuery, next?: number) => Promise<AuditPage>
}

/** How long the database may take before an entry is given up. */
const PATIENCE_MILLIS = 1_000

const NEVER = new Int32Array(new SharedArrayBuffer(4))

/** The same for one of several processes, of which another has the database: it only adds to files. */
export function openSharedBackend(
  { directory, bufferSize }: LocalBackend,
  { isGone, onSpooled, page }: RemoteArchive,
): AuditBackend {
  const makeRoom = (before: string | undefined): void => {
    const until = performance.now() + PATIENCE_MILLIS
    while (before !== undefined && existsSync(before) && !isGone()) {
      if (performance.now() > until) throw new Error('the database does not keep up')
      Atomics.wait(NEVER, 0, 0, 1)
    }
  }
  const spool = openSpool({ directory, lines: bufferSize, makeRoom, onNext: onSpooled })
  async function* list(query: AuditQuery): AsyncIterable<Message> {
    let next: number | undefined
    do {
      const { entries, next: after }: AuditPage = await page(query, next)
      for (const entry of entries) yield JSON.parse(entry)
      next = after
    } while (next !== undefined)
  }
  return { write: (entry) => spool.append(spooledLine(entry)), list, close: () => spool.close() }
}
