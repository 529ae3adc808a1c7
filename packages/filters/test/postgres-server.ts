import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { areOnPath, serverDirectory, serverUser } from './own-server.ts'

/** Whether PostgreSQL's programs are on the path. */
export const hasPostgres: boolean = areOnPath(['initdb', 'pg_ctl', 'postgres'])

/** A server of its own that listens on a socket in a directory. */
export interface PostgresServer {
  readonly directory: string
  readonly stop: () => void
}

export function startPostgres(): PostgresServer {
  const directory = serverDirectory('postgres')
  const data = join(directory, 'data')
  const run = (program: string, ...args: readonly string[]): void => {
    // Whoever starts a server must not wait for its output, which ends with it.
    execFileSync(program, args, { ...serverUser, cwd: directory, stdio: 'ignore' })
  }
  const stop = (): void => {
    spawnSync('pg_ctl', ['stop', '-D', data, '-m', 'immediate'], { ...serverUser, cwd: directory })
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
