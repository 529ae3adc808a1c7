import { createRequire } from 'node:module'

// A CommonJS package whose names `import` does not see.
const library = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')

/** A database that is open. */
export type Connection = InstanceType<typeof library.Database>

/** Opens a database file, or makes it. */
export function openDatabase(file: string): Connection {
  return new library.Database(file)
}
