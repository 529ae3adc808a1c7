import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Servers of databases refuse to run as root, as whom tests in containers run. */
const NOBODY = 65_534

/** As whom servers run, for `child_process`. */
export const serverUser: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** Whether programs are on the path. */
export function areOnPath(programs: readonly string[]): boolean {
  return programs.every((program) => spawnSync(program, ['--version']).status === 0)
}

/** A directory for a server's socket and data. */
export function serverDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `lockstitch-${name}-`))
  if (serverUser.uid !== undefined) chownSync(directory, serverUser.uid, NOBODY)
  return directory
}
