import type { BigIntStats, Dirent } from 'node:fs'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'

/** What reading a directory needs of the file system. Failures are thrown, or reject. */
export interface FileAccess {
  list(directory: string): Promise<Dirent[]> | Dirent[]
  stat(path: string): Promise<BigIntStats> | BigIntStats
  realPath(path: string): Promise<string> | string
  read(path: string): Promise<Uint8Array> | Uint8Array
}

/** Everything else goes on meanwhile. */
export const inBackground: FileAccess = {
  list: (directory) => readdir(directory, { withFileTypes: true }),
  stat: (path) => stat(path, { bigint: true }),
  realPath: (path) => realpath(path),
  read: (path) => readFile(path),
}

/** Nothing else goes on meanwhile. Files of policies are small: it takes a fifth of the time. */
export const blocking: FileAccess = {
  list: (directory) => readdirSync(directory, { withFileTypes: true }),
  stat: (path) => statSync(path, { bigint: true }),
  realPath: (path) => realpathSync(path),
  read: (path) => readFileSync(path),
}
