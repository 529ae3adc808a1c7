import { rmSync, type Stats, statSync, unwatchFile, watchFile as watchFileState } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import { binaryReader } from '../wire/binary-reader.ts'
import { binaryWriter } from '../wire/binary-writer.ts'
import { POLICY } from '../wire/policy-messages.ts'
import type { Message } from '../wire/schema.ts'
import { identityOf } from './policy-identity.ts'
import { type Connection, openDatabase } from './sqlite-library.ts'
import type {
  Store,
  StoreChange,
  StoreChanges,
  StoreContents,
  StoredPolicy,
  StoredSchema,
} from './store.ts'
import { revisionOf } from './stored-files.ts'
import { xxHash64 } from './xxhash64.ts'

/**
 * A database of SQLite with Cerbos's tables: a file that either of the two has written the other can
 * read. `:memory:` or nothing is one that nobody else sees.
 */
export function sqliteStore(
  dsn: string,
  { clock = Date.now }: { readonly clock?: () => number } = {},
): Store & { readonly changes: StoreChanges } {
  const file = fileOf(dsn)
  const together = oneTransactionAtATime(file)
  return {
    driver: 'sqlite3',
    read: () => together.run(readContents),
    watch: (onChange) => watchFile(file, onChange),
    changes: {
      transaction: (make, accept) =>
        together.run(async (database) => {
          const result = await make(changeOf(database, clock))
          accept(readContents(database).files)
          return result
        }),
    },
    close: together.close,
  }
}

/** `file:/path?_pragma=…`: what is behind the question mark is for Cerbos's driver. */
function fileOf(dsn: string): string {
  const [path = ''] = dsn.replace(/^file:(?:\/\/)?/, '').split('?')
  return /[?&]mode=memory(?:&|$)/.test(dsn) ? ':memory:' : path
}

/** How long another process may have the file to itself, in milliseconds. */
const MAX_LOCKED = 10_000

/**
 * The library locks a file by a directory beside it, which stays when the process is killed in a
 * change. A change takes milliseconds; what is older by far is nobody's.
 */
function removeStaleLock(file: string): void {
  const lock = `${file}.lock`
  const state = statSync(lock, { throwIfNoEntry: false })
  if (state && Date.now() - state.mtimeMs > MAX_LOCKED)
    rmSync(lock, { recursive: true, force: true })
}

function isInMemory(file: string): boolean {
  return file === ':memory:' || file === ''
}

/** Transactions of a file. */
interface Transactions {
  /** Runs something in a transaction: alone, here and among all processes. */
  run<Result>(make: (database: Connection) => Result | Promise<Result>): Promise<Result>
  close(): void
}

function oneTransactionAtATime(file: string): Transactions {
  let database: Connection | undefined
  let isClosed = false
  let last: Promise<unknown> = Promise.resolve()
  const requireOpen = (): void => {
    if (isClosed) throw new Error('the store is closed')
  }
  return {
    run(make) {
      const mine = last.then(async () => {
        // Opened when it is needed first: it may be another process's for a moment.
        database ??= await whenFree(file, requireOpen, () => open(file))
        const connection = database
        await whenFree(file, requireOpen, () => connection.exec('BEGIN IMMEDIATE'))
        try {
          const result = await make(connection)
          requireOpen()
          connection.exec('COMMIT')
          return result
        } catch (error) {
          // Some errors have ended it already.
          if (connection.isOpen && connection.inTransaction) connection.exec('ROLLBACK')
          throw error
        }
      })
      last = mine.catch(() => {})
      return mine
    },
    close() {
      isClosed = true
      if (database?.isOpen) database.close()
    },
  }
}

function open(file: string): Connection {
  const database = openDatabase(file)
  try {
    database.exec('PRAGMA foreign_keys = ON')
    database.exec(TABLES)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

async function whenFree<Result>(
  file: string,
  requireOpen: () => void,
  run: () => Result,
): Promise<Result> {
  for (const start = performance.now(); ; ) {
    requireOpen()
    try {
      return run()
    } catch (error) {
      const isLocked = error instanceof Error && error.message.includes('database is locked')
      if (!isLocked || performance.now() - start > 2 * MAX_LOCKED) throw error
    }
    await pause(10)
    removeStaleLock(file)
  }
}

/** Other processes may change it, too: workers, and whoever has the same file. */
function watchFile(file: string, onChange: () => void): () => void {
  if (isInMemory(file)) return () => {}
  const look = ({ mtimeMs, size }: Stats, before: Stats): void => {
    if (mtimeMs !== before.mtimeMs || size !== before.size) onChange()
  }
  watchFileState(file, { persistent: false, interval: 500 }, look)
  return () => unwatchFile(file, look)
}

const write = binaryWriter(POLICY)
const read = binaryReader(POLICY)

function readContents(database: Connection): StoreContents {
  const policies = readPolicies(database)
  const schemas = readSchemas(database)
  const files = [
    ...policies.filter(({ disabled }) => !disabled).map(({ file }) => file),
    ...schemas.map(({ id, text }) => ({ path: `_schemas/${id}`, text })),
  ]
  const attributes = new Map(policies.map((policy) => [policy.file.path, policy.attributes]))
  return {
    driver: 'sqlite3',
    revision: revisionOf(files),
    files,
    policies,
    schemas,
    policySource: { database: { driver: 'DRIVER_SQLITE3' } },
    attributesOf: (file) => attributes.get(file),
  }
}

function readPolicies(database: Connection): readonly StoredPolicy[] {
  const rows = database.all('SELECT definition, disabled FROM policy')
  return rows
    .map(({ definition, disabled }) => {
      // Whether it is switched off the column says, which is changed without the definition.
      const { metadata, disabled: _, ...policy } = read(Buffer.from(definition as Uint8Array))
      const { id } = identityOf(policy)
      const isDisabled = Number(disabled) !== 0
      const { sourceAttributes } = (metadata ?? {}) as {
        readonly sourceAttributes?: { readonly attributes?: StoredPolicy['attributes'] }
      }
      return {
        id,
        disabled: isDisabled,
        file: { path: `${id}.json`, text: JSON.stringify(policy) },
        attributes: { ...sourceAttributes?.attributes, driver: 'sqlite3' },
      }
    })
    .toSorted(byId)
}

function readSchemas(database: Connection): readonly StoredSchema[] {
  const rows = database.all('SELECT id, definition FROM attr_schema_defs ORDER BY id')
  return rows.map(({ id, definition }) => ({ id: String(id), text: textOf(definition) }))
}

function textOf(definition: unknown): string {
  return definition instanceof Uint8Array
    ? Buffer.from(definition).toString('utf8')
    : String(definition ?? '')
}

/** All of it in the transaction of who makes it. */
function changeOf(database: Connection, clock: () => number): StoreChange {
  const keyOf = (id: string): bigint => xxHash64(Buffer.from(`cerbos.${id}`))
  const count = (sql: string, values: readonly (string | number | bigint)[]): number =>
    Number(database.run(sql, [...values]).changes)
  const putPolicy = (policy: Message): void => {
    const { id, kind, name, version, scope, dependencies, ancestors } = identityOf(policy)
    const { description = '', disabled = false } = policy
    const key = keyOf(id)
    database.run(
      `INSERT INTO policy (id, kind, name, version, scope, description, disabled, definition)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
       kind = excluded.kind, name = excluded.name, version = excluded.version, scope = excluded.scope,
       description = excluded.description, disabled = excluded.disabled, definition = excluded.definition`,
      [
        key,
        kind,
        name,
        version,
        scope,
        String(description),
        disabled ? 1 : 0,
        write(stamped(policy, clock())),
      ],
    )
    for (const [table, column, others] of [
      ['policy_dependency', 'dependency_id', dependencies],
      ['policy_ancestor', 'ancestor_id', ancestors],
    ] as const) {
      database.run(`DELETE FROM ${table} WHERE policy_id = ?`, [key])
      for (const other of new Set(others)) {
        database.run(`INSERT INTO ${table} (policy_id, ${column}) VALUES (?, ?)`, [
          key,
          keyOf(other),
        ])
      }
    }
  }
  const sum = (ids: readonly string[], each: (id: string) => number): number =>
    [...new Set(ids)].reduce((total, id) => total + each(id), 0)
  return {
    async putPolicies(policies) {
      for (const policy of policies) putPolicy(policy)
      return policies.length
    },
    deletePolicies: async (ids) =>
      sum(ids, (id) => count('DELETE FROM policy WHERE id = ?', [keyOf(id)])),
    setDisabled: async (ids, disabled) =>
      sum(ids, (id) =>
        count('UPDATE policy SET disabled = ? WHERE id = ?', [disabled ? 1 : 0, keyOf(id)]),
      ),
    async putSchemas(schemas) {
      for (const { id, text } of schemas) {
        database.run(
          'INSERT INTO attr_schema_defs (id, definition) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET definition = excluded.definition',
          [id, text],
        )
      }
    },
    deleteSchemas: async (ids) =>
      sum(ids, (id) => count('DELETE FROM attr_schema_defs WHERE id = ?', [id])),
    purgeRevisions: async (keepLast) =>
      count(
        `DELETE FROM policy_revision WHERE revision_id NOT IN (
           SELECT revision_id FROM (
             SELECT revision_id, row_number() OVER (PARTITION BY id ORDER BY revision_id DESC) AS age
             FROM policy_revision) WHERE age <= ?)`,
        [keepLast],
      ),
  }
}

/** As Cerbos keeps it: with the time of the change, to the second. */
function stamped(policy: Message, now: number): Message {
  const update_ts = new Date(now).toISOString().replace(/\.\d+/, '')
  return { ...policy, metadata: { sourceAttributes: { attributes: { update_ts } } } }
}

function byId({ id: a }: StoredPolicy, { id: b }: StoredPolicy): number {
  return a < b ? -1 : Number(a > b)
}

const REVISED = 'id, kind, name, version, scope, description, disabled, definition'

/** Keeps what a policy was in the table of revisions. */
function revisionTrigger(event: 'INSERT' | 'UPDATE' | 'DELETE', row: 'new' | 'old'): string {
  const values = REVISED.split(', ').map((column) => `${row}.${column}`)
  return `CREATE TRIGGER IF NOT EXISTS policy_on_${event.toLowerCase()} AFTER ${event} ON policy BEGIN
    INSERT INTO policy_revision (action, ${REVISED}) VALUES ('${event}', ${values.join(', ')});
  END;`
}

/** Whom a policy needs, which goes when it goes. */
function relationTable(name: string, column: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (
    policy_id UNSIGNED BIG INT REFERENCES policy (id) ON DELETE CASCADE,
    ${column} UNSIGNED BIG INT, PRIMARY KEY (policy_id, ${column}));`
}

const COLUMNS = `kind VARCHAR(128) NOT NULL, name VARCHAR(1024) NOT NULL, version VARCHAR(128) NOT NULL,
  scope VARCHAR(512), description TEXT, disabled BOOLEAN DEFAULT false, definition BLOB`

/** @see https://docs.cerbos.dev/cerbos/0.55.0/configuration/storage */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS policy (id UNSIGNED BIG INT NOT NULL PRIMARY KEY, ${COLUMNS});`,
  relationTable('policy_dependency', 'dependency_id'),
  relationTable('policy_ancestor', 'ancestor_id'),
  `CREATE TABLE IF NOT EXISTS policy_revision (
    revision_id INTEGER PRIMARY KEY AUTOINCREMENT, action VARCHAR(64), id UNSIGNED BIG INT,
    ${COLUMNS}, update_timestamp DATETIME DEFAULT CURRENT_TIMESTAMP);`,
  'CREATE TABLE IF NOT EXISTS attr_schema_defs (id VARCHAR(255) PRIMARY KEY, definition VARCHAR);',
  // By this Cerbos sees that it has no tables to make.
  'CREATE TABLE IF NOT EXISTS schema_migrations (version uint64, dirty bool);',
  'CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations (version);',
  'INSERT OR IGNORE INTO schema_migrations SELECT 1, false WHERE NOT EXISTS (SELECT 1 FROM schema_migrations);',
  revisionTrigger('INSERT', 'new'),
  revisionTrigger('UPDATE', 'new'),
  revisionTrigger('DELETE', 'old'),
].join('\n')
