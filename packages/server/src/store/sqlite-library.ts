import { createRequire } from 'node:module'

type Library = typeof import('node-sqlite3-wasm')

/** A database that is open. */
export type Connection = InstanceType<Library['Database']>

let library: Library | undefined

/** Opens a database file, or makes it. The library is loaded with the first: it takes 17 MB. */
export function openDatabase(file: string): Connection {
  // A CommonJS package whose names `import` does not see.
  library ??= createRequire(import.meta.url)('node-sqlite3-wasm') as Library
  return new library.Database(file)
}
