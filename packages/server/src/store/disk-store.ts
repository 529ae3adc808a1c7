import { diskSource } from '@lockstitch/policy/node'
import { parse } from 'yaml'

import type { Store } from './store.ts'

const SCHEMAS = '_schemas/'

/** A directory of policies. Whoever edits the files changes it. */
export function diskStore(directory: string): Store {
  const source = diskSource(directory)
  return {
    driver: 'disk',
    async policies() {
      const files = await source.read()
      return files
        .filter(({ path }) => !path.startsWith(SCHEMAS))
        .map((file) => ({
          id: file.path,
          file,
          disabled: isDisabled(file.text),
          attributes: { driver: 'disk', source: file.path },
        }))
    },
    async schemas() {
      const files = await source.read()
      return files
        .filter(({ path }) => path.startsWith(SCHEMAS))
        .map(({ path, text }) => ({ id: path.slice(SCHEMAS.length), text }))
    },
    close() {},
  }
}

/** What cannot be read is not switched off: it is an error, which the compiler tells. */
function isDisabled(text: string): boolean {
  try {
    const policy: unknown = parse(text)
    return (policy as { disabled?: unknown } | null)?.disabled === true
  } catch {
    return false
  }
}
