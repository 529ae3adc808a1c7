import type { StorageConfig } from '../config/storage.ts'
import type { Log } from '../log.ts'
import { diskStore } from './disk-store.ts'
import { gitStore } from './git/git-store.ts'
import { overlayStore } from './overlay-store.ts'
import { sqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

/** Opens the store that a configuration names. */
export function openStore(storage: StorageConfig, log: Log): Store {
  switch (storage.driver) {
    case 'disk':
      return diskStore(storage.directory, storage)
    case 'git':
      return gitStore(storage)
    case 'sqlite3':
      return sqliteStore(storage.dsn)
    case 'overlay':
      return overlayStore({
        ...storage,
        base: () => openStore(storage.base, log),
        fallback: () => openStore(storage.fallback, log),
        onSwitch({ driver, reason }) {
          if (reason === undefined) log.info('the policies are those of the base again', { driver })
          else log.error('the policies are those of the fallback', { driver, reason })
        },
      })
  }
}
