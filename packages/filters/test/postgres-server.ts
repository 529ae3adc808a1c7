import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether PostgreSQL's programs are on the path. */
export const hasPostgres: boolean = ['initdb', 'pg_ctl', 'postgres'].every((program) => {
  return spawnSync(program, ['--version']).status === 0
})

/** A server of its own that listens on a socket in a directory. */
export interface PostgresServer {
  readonly directory: string
  readonly stop: () => void
}

/** PostgreSQL refuses to run as root, as whom tests in containers run. */
const NOBODY = 65_534
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

export function startPostgres(): PostgresServer {
  const directory = mkdtempSync(join(tmpdir(), 'lockstitch-postgres-'))
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid)
  const data = join(directory, 'data')
  const run = (program: string, ...args: readonly string[]): void => {
    // Whoever starts a server must not wait for its output, which ends with it.
    execFileSync(program, args, { ...user, cwd: directory, stdio: 'ignore' })
  }
  const stop = (): void => {
    spawnSync('pg_ctl', ['stop', '-D', data, '-m', 'immediate'], { ...user, cwd: directory })
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    run('initdb', '-D', data, '-U', 'test', '-E', 'UTF8', '--no-sync', '--locale=C')
    const options = `-k ${directory} -c listen_addresses= -c fsync=off`
    run('pg_ctl', 'start', '-w', '-D', data, '-l', join(directory, 'log'), '-o', options)
    return { directory, stop }
  } catch (error) {
    stop()
    throw error
  }
}
