import { diskSource } from '@lockstitch/policy/node'

import type { Store } from './store.ts'
import { contentsOfFiles } from './stored-files.ts'

/** How a directory is kept an eye on. */
export interface DiskStoreOptions {
  /** Whether edits are seen; no unless it says otherwise. */
  readonly watchForChanges?: boolean
}

/** A directory of policies. Whoever edits the files changes it. */
export function diskStore(directory: string, options: DiskStoreOptions = {}): Store {
  const source = diskSource(directory)
  const watch: Store['watch'] = (onChange) => source.watch(onChange)
  return {
    driver: 'disk',
    async read(how) {
      const files = await source.read(how)
      return contentsOfFiles({
        driver: 'disk',
        files,
        policySource: { disk: { directory } },
        directory,
      })
    },
    ...(options.watchForChanges && { watch }),
    close() {},
  }
}
