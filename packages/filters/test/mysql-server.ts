import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import { areOnPath, serverDirectory, serverUser } from './own-server.ts'

/** Whether MariaDB's programs are on the path, or where Debian has the server. */
export const hasMariadb: boolean =
  areOnPath(['mariadb-install-db']) && serverProgram() !== undefined

/** A server of its own that listens on a socket. */
export interface MysqlServer {
  readonly socket: string
  readonly stop: () => Promise<void>
}

export async function startMariadb(): Promise<MysqlServer> {
  const directory = serverDirectory('mariadb')
  const data = join(directory, 'data')
  const socket = join(directory, 'socket')
  const options = { ...serverUser, cwd: directory, stdio: 'ignore' } as const
  let server: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (server !== undefined && server.exitCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const install = ['--no-defaults', `--datadir=${data}`, '--skip-test-db']
    install.push('--auth-root-authentication-method=normal')
    execFileSync('mariadb-install-db', install, options)
    const serve = ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, '--skip-networking']
    serve.push('--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M')
    server = spawn(serverProgram() ?? '', serve, options)
    while (!(existsSync(socket) && (await accepts(socket)))) {
      if (server.exitCode !== null) throw new Error(`MariaDB ended with ${server.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return { socket, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A socket is there a moment before anyone listens on it. */
async function accepts(socket: string): Promise<boolean> {
  const connection = connect(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch {
    return false
  } finally {
    connection.destroy()
  }
}

function serverProgram(): string | undefined {
  return ['mariadbd', '/usr/sbin/mariadbd'].find((program) => areOnPath([program]))
}
