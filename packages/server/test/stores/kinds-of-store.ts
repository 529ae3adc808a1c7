import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { diskStore, gitStore, overlayStore, type Store, sqliteStore } from '../../src/index.ts'
import { createGitRepository } from './git-repository.ts'

const { Database } = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')

/** Policies, as JSON, and schemas by their paths. */
export type Files = Readonly<Record<string, object>>

/** A place where policies are kept, as those see it who change it from outside. */
export interface Place {
  /** Opens a store on it, which sees changes by itself where it can. */
  open(): Store
  /** Replaces all that is kept, in one step. */
  put(files: Files): Promise<void>
  /** Makes it unreadable, and readable again. */
  hide(): Promise<void>
  show(): Promise<void>
  remove(): Promise<void>
}

/** A kind of store that the suite is run for. A new one needs no more than this to have all its tests. */
export interface KindOfStore {
  readonly name: string
  readonly isMutable: boolean
  create(): Promise<Place>
}

/** The kinds of stores that there are. */
export const KINDS_OF_STORE: readonly KindOfStore[] = [
  { name: 'disk', isMutable: false, create: onDisk },
  { name: 'Git', isMutable: false, create: inGit },
  { name: 'SQLite', isMutable: true, create: inSqlite },
  { name: 'an overlay', isMutable: false, create: inOverlay },
]

/** A link to a folder, because files that are written one by one are not one change. */
async function onDisk(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-disk-'))
  const link = join(home, 'policies')
  let version = 0
  return {
    open: () => diskStore(link, { watchForChanges: true }),
    async put(files) {
      version += 1
      const folder = join(home, String(version))
      for (const [name, text] of Object.entries(texts(files))) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
      await symlink(folder, `${link}.next`)
      await rename(`${link}.next`, link)
    },
    hide: () => rename(link, `${link}.away`),
    show: () => rename(`${link}.away`, link),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

async function inGit(): Promise<Place> {
  const repository = await createGitRepository()
  const { url } = repository
  return {
    ...repository,
    open: () => gitStore({ protocol: 'file', url, updatePollInterval: 50 }),
    put: async (files) => void (await repository.push(texts(files))),
  }
}

async function inSqlite(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-sqlite-'))
  const file = join(home, 'policies.db')
  const withDatabase = (run: (database: InstanceType<typeof Database>) => void): void => {
    const database = new Database(file)
    try {
      database.exec('PRAGMA busy_timeout = 5000')
      run(database)
    } finally {
      database.close()
    }
  }
  return {
    open: () => sqliteStore(file),
    async put(files) {
      const store = sqliteStore(file)
      try {
        const { policies, schemas } = await store.read()
        await store.changes.transaction(
          async (change) => {
            await change.deletePolicies(policies.map(({ id }) => id))
            await change.deleteSchemas(schemas.map(({ id }) => id))
            for (const [path, each] of Object.entries(files)) {
              if (path.startsWith('_schemas/'))
                await change.putSchemas([{ id: path.slice(9), text: JSON.stringify(each) }])
              else await change.putPolicies([{ ...each }])
            }
          },
          () => {},
        )
      } finally {
        store.close()
      }
    },
    hide: async () =>
      withDatabase((database) => database.exec('ALTER TABLE attr_schema_defs RENAME TO away')),
    show: async () =>
      withDatabase((database) => {
        database.exec('DROP TABLE IF EXISTS attr_schema_defs')
        database.exec('ALTER TABLE away RENAME TO attr_schema_defs')
      }),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

/** On Git; the folder behind it is not there. */
async function inOverlay(): Promise<Place> {
  const base = await inGit()
  return {
    ...base,
    open: () =>
      overlayStore({
        base: base.open,
        fallback: () => diskStore('/does/not/exist'),
        fallbackErrorThreshold: 1_000_000,
        fallbackErrorWindow: 50_000_000,
      }),
  }
}

function texts(files: Files): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [path, JSON.stringify(file)]),
  )
}
